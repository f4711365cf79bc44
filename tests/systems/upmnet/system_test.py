# SPDX-License-Identifier: MIT
"""uPMnet as a system: two trainings of so many steps, exact resume, joined features, selections, what it refuses."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from tests import fakes
from tfskel.evaluation import tracklets
from tfskel.systems import base
from tfskel.systems.upmnet import mobilenet_v1
from tfskel.systems.upmnet import system as upmnet_system
from tfskel.training import determinism, loop, selection

STEPS = 7


def system(seed=3, relation="both", **settings):
    small = {"dataset.image_size": 32, "network.parts": 1, "network.width": 0.125, "network.relation": relation,
             "training.steps": STEPS, "training.batch_size": 8, "training.warm_up_epochs": 1}  # fmt: skip
    config = fakes.read_recipe("upmnet_person_sim", **small | settings)
    return upmnet_system.UPMNetSystem(config, 4, seed)


def fit(folder, own, given, interrupt=None):
    """Trains all phases; with `interrupt`, a phase and a step in which the training breaks off."""
    determinism.set_seed(0)
    logged, epochs = [], {}
    for phase in own.phases(dataclasses.replace(given, folder=folder)):
        if interrupt and phase.name == interrupt[0]:
            phase.step = failing(phase.step, interrupt[1])
        epochs[phase.name] = loop.fit(phase, folder, lambda name, epoch, values: logged.append((name, epoch, values)))
    return epochs, [
        (name, epoch, {k: v for k, v in values.items() if k != "seconds"}) for name, epoch, values in logged
    ]


def failing(step, at):
    done = []

    def broken(*batch):
        done.append(1)
        if len(done) == at:
            raise KeyboardInterrupt
        return step(*batch)

    return broken


@pytest.fixture(scope="module", autouse=True)
def shallow():
    """A backbone of four blocks instead of thirteen, whose map is as small."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mobilenet_v1, "BLOCKS", ((2, 64), (2, 128), (2, 128), (2, 256)))
        patch.setattr(mobilenet_v1, "LAST", "conv2d_4_pointwise")
        yield


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    own = system()
    return folder, own, *fit(folder, own, fakes.image_fit())


def test_each_network_is_trained_for_so_many_steps_and_its_last_weights_are_kept(trained):
    folder, own, epochs, logged = trained  # 24 frames: an epoch is 3 steps, the last one has 1
    assert epochs == {"local": {"last": 2}, "global": {"last": 2}}
    assert [(name, epoch) for name, epoch, _ in logged] == [(name, e) for name in ("local", "global") for e in range(3)]
    fresh = system(seed=5)
    before = fresh.features(fakes.image_fit().probe)[base.MAIN].vectors
    assert fresh.load(folder, own.EMBEDDING, selection.LAST)
    after = fresh.features(fakes.image_fit().probe)[base.MAIN].vectors
    np.testing.assert_allclose(after, own.features(fakes.image_fit().probe)[base.MAIN].vectors, atol=1e-6)
    assert np.abs(after - before).max() > 1e-3
    (folder / "local.network.last.weights.h5").rename(folder / "away")
    assert not fresh.load(folder, own.EMBEDDING, selection.LAST)
    (folder / "away").rename(folder / "local.network.last.weights.h5")


def test_the_first_loss_is_twice_the_margin_and_pairs_count_after_the_warm_up(trained):
    _, _, _, logged = trained
    own = system(relation="local")
    phase = own.phase("local", fakes.image_fit())
    losses = [phase.step(*batch) for batch in [*phase.batches(0), *phase.batches(1)]]
    assert float(losses[0]["association"]) == pytest.approx(1.0, abs=1e-5)
    assert [float(loss["consistent"]) for loss in losses[:3]] == [0, 0, 0] and logged[1][2]["consistent"] > 0


def test_an_interrupted_training_goes_on_exactly_where_it_stopped(trained, tmp_path):
    folder, _, epochs, logged = trained
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path, system(), fakes.image_fit(), ("global", 5))
    again, later = fit(tmp_path, system(), fakes.image_fit())
    assert again == epochs and later == logged[len(logged) - len(later) :]
    assert fakes.kept_weights(tmp_path) == fakes.kept_weights(folder)


def test_features_are_those_of_both_networks_joined_part_by_part_as_the_evaluation_joins_them():
    own = system(**{"network.parts": 2, "dataset.image_size": 64})
    batch = tf.random.stateless_uniform((3, 64, 32, 3), (1, 2), -1.0, 1.0)
    found = own.represent(batch)
    parts = {name: np.swapaxes(network(batch), 1, 2) for name, network in own.networks.items()}
    want = {base.MAIN: tracklets.frame_descriptors(*parts.values())}
    want |= {name: tracklets.frame_descriptors(values) for name, values in parts.items()}
    assert list(found) == [base.MAIN, "local", "global"]
    for name, vectors in want.items():
        np.testing.assert_allclose(found[name], vectors, atol=1e-6)
    assert list(system(relation="global").represent(batch[:, :32, :16])) == [base.MAIN]


def test_raw_images_of_any_size_are_prepared_as_they_are_read():
    given = fakes.image_split(fakes.photographs(height=48), 32)
    rows = np.arange(5)
    own = system(relation="local")
    assert given.raw(rows).shape == (5, 48, 24, 3)
    np.testing.assert_allclose(own.prepare(tf.constant(given.raw(rows))), given.read(rows), atol=1e-6)
    other = fakes.image_split(fakes.photographs(height=48), 32, "torchvision")
    own = system(relation="local", **{"dataset.preparation": "torchvision"})
    np.testing.assert_allclose(own.prepare(tf.constant(other.raw(rows))), other.read(rows), atol=1e-6)


def test_a_fit_on_kept_out_identities_chooses_the_epoch(tmp_path):
    given = fakes.image_fit(validation="held_out")
    epochs, logged = fit(tmp_path, system(relation="local"), given)
    scores = [values["held_out/mAP"] for _, _, values in logged]
    assert len(scores) == 3 and epochs == {"local": {selection.HELD_OUT: int(np.argmax(scores))}}
    chosen = {phase: kept[selection.HELD_OUT] for phase, kept in epochs.items()}
    rules = system().selections("local", dataclasses.replace(fakes.image_fit(), chosen=chosen)).rules
    assert set(rules) == {selection.LAST, selection.HELD_OUT} and rules[selection.HELD_OUT].wanted == chosen["local"]


def test_the_protocols_probe_is_not_looked_at_while_training(trained):
    assert not any(key.startswith("probe") for _, _, values in trained[3] for key in values)


def test_no_steps_keep_the_initial_weights(tmp_path):
    own = system(relation="local", **{"training.steps": 0})
    before = [np.array(weight) for weight in own.networks["local"].weights]
    assert fit(tmp_path, own, fakes.image_fit())[0] == {"local": {"last": 0}}
    fresh = system(seed=8, relation="local")
    assert fresh.load(tmp_path, "local", selection.LAST)
    for weight, value in zip(fresh.networks["local"].weights, before, strict=True):
        np.testing.assert_array_equal(weight, value)


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"network.parts": 2}, "32 pixels high gives a map of 1 rows, fewer than the 2 parts. Set .*image_size=64"),
        ({"network.backbone": "vgg"}, "backbone must be one of 'mobilenet_v1', 'resnet_v1_50'; received 'vgg'"),
        ({"network.relation": "none"}, "relation must be one of 'local', 'global', 'both'; received 'none'"),
        ({"dataset.preparation": "torch"}, "preparation must be one of 'inception', 'torchvision'; received 'torch'"),
        ({"training.optimizer": "adam"}, "optimizer must be one of 'rmsprop', 'sgd'; received 'adam'"),
    ],
)
def test_settings_that_do_not_fit_are_refused_when_the_system_is_made(settings, message):
    relation = settings.get("network.relation", "both")
    with pytest.raises(ValueError, match=message):
        system(relation=relation, **settings)
