# SPDX-License-Identifier: MIT
"""Hi-MPC as a system: order of an epoch, exact resume, selections of every representation, and what it refuses."""

import dataclasses
import types

import numpy as np
import pytest

from configs import hi_mpc as recipe
from tests import fakes
from tfskel import clustering
from tfskel.data import order as batches
from tfskel.data import skeleton_split as sequences
from tfskel.evaluation import protocols, ranking, same_set
from tfskel.systems import fit as fit_data
from tfskel.systems.hi_mpc import model as hi_mpc
from tfskel.systems.hi_mpc import system as hi_mpc_system
from tfskel.training import determinism, loop, phase, selection

PHASE = hi_mpc_system.PHASE
WALK = {"frames": 24, "joints": 20}


def data(validation="probe"):
    return fakes.fit(4, validation=validation, **WALK)


def system(seed=3, **training):
    config = recipe.base()
    config.dataset.update(skeleton="kinect_v1", length=4)
    config.network.update(units=8, heads=2)
    config.training.update(batch_size=16, epochs=3, k1=8, k2=3, learning_rate=0.003, **training)
    config.lock()
    return hi_mpc_system.HiMPCSystem(config, 4, seed)


def fit(folder, own, given, interrupt=None):
    determinism.set_seed(0)
    folder.mkdir(exist_ok=True)
    made, logged = own.phase(PHASE, dataclasses.replace(given, folder=folder)), []
    if interrupt is not None:
        step, done = made.step, []

        def failing(*batch):
            done.append(1)
            if len(done) == interrupt:
                raise KeyboardInterrupt
            return step(*batch)

        made.step = failing
    epochs = loop.fit(made, folder, lambda name, epoch, values: logged.append({"epoch": epoch} | values))
    return epochs, [{k: v for k, v in line.items() if k != "seconds"} for line in logged]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    own = system()
    return folder, own, *fit(folder, own, data())


def ranked(vectors, parts):
    """Retrieval by the first sequences of probe and gallery, as many as have vectors."""
    probe, gallery = (
        types.SimpleNamespace(vectors=rows, identities=part.identity[: len(rows)])
        for rows, part in zip(vectors, parts, strict=True)
    )
    return ranking.retrieve(probe, gallery)


def test_an_epoch_is_scored_with_the_weights_it_begins_with_on_complete_batches_and_on_all(trained):
    _, _, _, logged = trained
    fresh, given = system(), data()
    vectors = [np.asarray(fresh.encoder(part.read(slice(None)))) for part in (given.probe, given.gallery)]
    assert len(vectors[0]) == 48
    want = ranked(vectors, (given.probe, given.gallery))
    assert logged[0]["probe/MSMR/mAP"] == pytest.approx(want.mAP, abs=1e-6)
    assert logged[0]["probe/MSMR/rank1"] == pytest.approx(want.rank(1), abs=1e-6)
    assert not any(key.startswith("all ") for key in logged[0]), "48 is three complete batches of 16"


def test_incomplete_last_batches_are_left_out_and_shown_apart(tmp_path):
    own, given = system(), data()
    own.recipe["training"].batch_size = 20
    values = own.score(given)
    sides = (given.probe, given.gallery)
    vectors = [np.asarray(own.encoder.sequences(part.read(slice(None)))["parts"]) for part in sides]
    for label, end in (("probe", 40), ("all probe", 48)):
        want = ranked([values[:end] for values in vectors], sides)
        assert values[f"{label}/parts/mAP"] == pytest.approx(want.mAP, abs=1e-6)
    own.recipe["training"].batch_size = 64
    with pytest.raises(ValueError, match=r"probe \(48\) or gallery \(48\) has no complete batch of 64 .*'keep'"):
        own.score(given)


def test_the_first_epoch_clusters_the_untrained_features_of_the_resampled_sequences(trained):
    _, _, _, logged = trained
    fresh, given = system(), data()
    rng = np.random.RandomState([3, 0])
    rows = batches.class_balanced(given.train.labels, 16, rng)
    rows = rows[rng.permutation(len(rows))]
    rows = rows[: len(rows) // 16 * 16]
    features = fresh.encoder.sequences(given.train.read(rows))
    for level in hi_mpc.LEVELS:
        labels = clustering.cluster(np.asarray(features[level]), "jaccard", eps=0.8, min_samples=2, k1=8, k2=3)
        assert logged[0][f"clusters/{level}"] == labels.max() + 1
        assert logged[0][f"outliers/{level}"] == np.sum(labels < 0)


def test_training_lowers_the_loss_and_every_representation_has_its_own_best_epoch(trained):
    folder, own, epochs, logged = trained
    assert [line["epoch"] for line in logged] == [0, 1, 2]
    assert set(epochs) == {"probe-best", "last", *(f"probe-best of {level}" for level in hi_mpc.LEVELS)}
    for kind in ("MSMR", *hi_mpc.LEVELS):
        scores = [line[f"probe/{kind}/rank1"] for line in logged]
        kept = selection.selection_of("probe-best", "" if kind == "MSMR" else kind)
        assert epochs[kept] == 1 + int(np.argmax(scores[1:])), "epoch 0 never counts"
    assert all(own.load(folder, PHASE, kept) for kept in epochs)
    assert not own.load(folder, PHASE, "held-out identities")


@pytest.mark.parametrize("interrupt", [3, 30])
def test_an_interrupted_training_resumes_to_the_same_numbers(trained, tmp_path, interrupt):
    folder, _, epochs, logged = trained
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "run", system(), data(), interrupt)
    again, rest = fit(tmp_path / "run", system(), data())
    assert again == epochs and rest == logged[-len(rest) :]
    one, two = system(), system()
    assert one.load(folder, PHASE, "last") and two.load(tmp_path / "run", PHASE, "last")
    for ours, theirs in zip(one.encoder.get_weights(), two.encoder.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_selection_is_evaluated_with_its_own_representations(trained):
    _, own, _, _ = trained
    probe = data().probe
    found, wanted = own.features(probe), own.encoder.representations(probe.read(slice(None)))
    assert set(found) == {"features", *hi_mpc.LEVELS}
    for name, features in found.items():
        np.testing.assert_allclose(features.vectors, wanted[name], atol=1e-5)
    assert list(filter(own.reported("probe-best"), found)) == ["features"]
    assert list(filter(own.reported("probe-best of parts"), found)) == ["parts"]
    for kept in ("last", "held-out identities"):
        assert list(filter(own.reported(kept), found)) == list(found)


def test_the_exported_function_centres_raw_joints_and_names_every_level(trained):
    _, own, _, _ = trained
    part = data().probe
    found = own.represent(own.prepare(part.raw(slice(0, 5))))
    wanted = own.encoder.representations(part.read(slice(0, 5)))
    assert set(found) == {"features", *hi_mpc.LEVELS}
    for name, values in wanted.items():
        np.testing.assert_allclose(found[name], values, atol=1e-5)


def test_the_rule_for_equal_conditions_reaches_the_selection():
    own, given = system(), data()
    probe = sequences.build(fakes.walkers(1, apart=0.05, **WALK), f=4, rule="testing", classes=given.train.classes)
    features = types.SimpleNamespace(vectors=own.features(probe)["features"].vectors, identities=probe.identity)
    want, found = same_set.retrieve(features), {}
    for rule in (True, False):
        protocol = protocols.Protocol(same_set=rule)
        found[rule] = own.score(fit_data.Fit(given.train, probe, probe, "probe", protocol))
    for name, value in (("mAP", want.mAP), ("rank1", want.rank(1))):
        assert found[True][f"probe/MSMR/{name}"] == pytest.approx(value, abs=1e-6)
    assert found[True]["probe/MSMR/rank1"] < found[False]["probe/MSMR/rank1"] == 1.0


def test_kept_out_identities_are_validated_whole_by_mAP():
    own = system()
    values = own.score(data("held_out"))
    assert "held_out/MSMR/mAP" in values and not any(name.startswith(("probe", "all")) for name in values)
    rules = own.selections(PHASE, data("held_out"))
    assert rules.rules["held-out identities"].score == rules.patience.score == "held_out/MSMR/mAP"
    told = own.selections(PHASE, dataclasses.replace(data(), chosen={PHASE: 2}))
    assert told.rules["held-out identities"] == selection.At(2)


def test_a_level_without_clusters_stops_the_training_with_advice(tmp_path):
    with pytest.raises(ValueError, match="no cluster on level joints: .* Raise training.eps"):
        fit(tmp_path, system(eps=0.01, min_samples=300), data())


def test_damaged_weights_are_named(trained, tmp_path):
    _, own, _, _ = trained
    path = tmp_path / phase.weights_name(PHASE, "encoder", "last")
    path.write_bytes(b"no weights")
    with pytest.raises(ValueError, match="cannot be loaded into the recipe's network .* --force train"):
        own.load(tmp_path, PHASE, "last")
