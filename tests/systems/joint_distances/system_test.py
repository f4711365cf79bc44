# SPDX-License-Identifier: MIT
"""The fit as a system: what it reaches on real people, that it repeats itself, and what no real data leave."""

import dataclasses

import numpy as np
import pytest

from configs import joint_distances as recipe
from tests import fakes
from tfskel.data import skeleton_split as sequences
from tfskel.evaluation import protocols
from tfskel.systems import fit as fits
from tfskel.systems.joint_distances import settings, simulated, statistics
from tfskel.systems.joint_distances import system as joint_distances
from tfskel.training import loop

PHASE = joint_distances.PHASE


@pytest.fixture(scope="module")
def people():
    """A fit on real people."""
    walks = fakes.real_recordings()
    train = sequences.build(walks["train"], f=6)
    sides = (sequences.build(walks[side], f=6, rule="testing", classes=train.classes) for side in ("probe", "gallery"))
    return fits.Fit(train, *sides)


def system(pose=False, scale_free=False, draws=0, **training):
    config = recipe.base(pose, scale_free)
    config.dataset.update(skeleton="kinect_v1", length=6)
    config.training.update(training)
    config.selection.draws = draws
    return joint_distances.JointDistancesSystem(config, 12, 1)


def fit(own, given, folder):
    lines = []
    epochs = loop.fit(own.phase(PHASE, given), folder, lambda *line: lines.append(line))
    assert epochs == {"last": 0}
    return lines


def retrieval(own, given):
    """Rank-1 and mAP in percent."""
    result = given.protocol.retrieve(*(own.features(side)["features"] for side in (given.probe, given.gallery)))
    return 100 * result.rank(1), 100 * result.mAP


# Form -> least rank-1 and mAP; without learning it is 66.8 and 33.3.
REACHED = {
    "recordings": ({}, 91.5, 87),
    "identities": ({"classes": "identity"}, 91.5, 85.5),
    "only simulated people": ({"real_share": 0.0}, 87, 78),
    "pose": ({"pose": True}, 94, 88.5),
    "gallery alone": ({"learn_from": "gallery"}, 90, 85),
}


@pytest.mark.parametrize("name", REACHED)
def test_real_people_are_told_apart(people, tmp_path, name):
    options, rank1, mean_precision = REACHED[name]
    own = system(**options)
    fit(own, people, tmp_path)
    found = retrieval(own, people)
    assert found[0] >= rank1 and found[1] >= mean_precision, found


def test_the_weights_are_those_of_the_pooled_scatters(people, tmp_path):
    own = system()
    ((_, epoch, logged),) = fit(own, people, tmp_path)
    every = people.train.distinct()
    described = np.asarray(own.model.descriptor(every.read(slice(None))), np.float64)
    real = statistics.measure([described], every.recording)
    want = statistics.solve(statistics.pool(real, simulated.read("kinect_v1", False, False), 0.7), 0.3, 10)
    np.testing.assert_allclose(np.abs(own.model.embedding.kernel), np.abs(want.kernel), rtol=1e-2, atol=1e-2)
    assert len(every) == 2753 and epoch == 0
    assert logged["largest separation"] == pytest.approx(want.eigenvalues[0], rel=1e-4)
    assert {name: logged[name] for name in vars(own.settings)} == vars(own.settings)


def test_recordings_of_one_name_are_told_apart_by_their_identity(people):
    renamed = dataclasses.replace(people.train.recordings, recording=np.full(len(people.train.recordings), "walk"))
    found = system().measured(dataclasses.replace(people.train, recordings=renamed))
    want = system(classes="identity").measured(people.train)
    np.testing.assert_allclose(found.within, want.within)


def test_without_real_data_the_train_split_is_not_read(people, tmp_path):
    class Unread:
        def __getattr__(self, name):
            raise AssertionError(f"{name} of train was read")

    own = system(real_share=0.0)
    fit(own, dataclasses.replace(people, train=Unread()), tmp_path)
    assert np.abs(own.model.embedding.kernel.numpy()).max() > 0


def test_learning_from_the_gallery_takes_all_its_sequences_and_none_of_train_or_probe(people, tmp_path):
    own = system(learn_from="gallery")
    learnt = own.learnt_from(people)
    assert len(learnt) > 5 * len(people.gallery) and set(learnt.recording) == set(people.gallery.recording)
    other = system(learn_from="gallery")
    other.fit(people.gallery.dense())
    fit(own, dataclasses.replace(people, train=None, probe=None), tmp_path)
    np.testing.assert_array_equal(own.model.embedding.kernel, other.model.embedding.kernel)


def test_a_gallery_that_is_the_probe_is_not_learnt_from(people):
    one_set = dataclasses.replace(people, protocol=protocols.Protocol(probe="test", gallery="test", same_set=True))
    with pytest.raises(ValueError, match="learn from the probe, which is the gallery of this protocol; learn from"):
        system(learn_from="gallery").learnt_from(one_set)


def test_an_interrupted_fit_is_repeated_alike_and_a_finished_one_restored(people, tmp_path, monkeypatch):
    whole, again, restored = system(), system(), system()
    fit(whole, people, tmp_path / "whole")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(loop.Keeper, "keep", lambda *arguments: (_ for _ in ()).throw(KeyboardInterrupt))
        fit(system(), people, tmp_path / "cut")
    fit(again, people, tmp_path / "cut")
    assert fit(restored, None, tmp_path / "whole") == []
    loaded = system()
    assert loaded.load(tmp_path / "whole", PHASE, "last")
    for other in (again, restored, loaded):
        for ours, theirs in zip(whole.model.get_weights(), other.model.get_weights(), strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_the_stored_weights_are_small(people, tmp_path):
    fit(system(), people, tmp_path)
    (path,) = tmp_path.glob("*.weights.h5")
    assert path.stat().st_size < 24_000


def test_draws_choose_settings_and_leave_what_they_do_not_use_at_zero(people, tmp_path, monkeypatch):
    better = settings.Settings(0.9, 0.03, 20)
    monkeypatch.setattr(settings, "GRID", [better])
    monkeypatch.setattr(settings, "_score", lambda probe, gallery: probe.vectors.shape[1] / 20)
    own = system(draws=1)
    ((_, _, logged),) = fit(own, people, tmp_path)
    assert {name: logged[name] for name in vars(better)} == vars(better)
    kernel = own.model.embedding.kernel.numpy()
    assert kernel.shape == (190, 30) and kernel[:, :20].any(axis=0).all() and not kernel[:, 20:].any()
    few = dataclasses.replace(people, train=sequences.build(people.train.recordings.select(np.arange(7)), f=6))
    assert system(draws=1).chosen(few.train, simulated.read("kinect_v1", False, False)) == own.settings


def test_settings_that_are_hardly_better_are_not_taken(people, monkeypatch):
    other = settings.Settings(0.9, 0.03, 20)
    monkeypatch.setattr(settings, "GRID", [other])
    own, prior = system(draws=1), simulated.read("kinect_v1", False, False)
    for gain, want in ((0.02, own.settings), (0.04, other)):
        monkeypatch.setattr(settings, "_score", lambda probe, gallery, gain=gain: gain * (probe.vectors.shape[1] == 20))
        assert own.chosen(people.train, prior) == want


def test_the_picture_shows_every_pair_of_joints_once(people, tmp_path):
    own = system(pose=True)
    fit(own, people, tmp_path)
    (matrix,) = own.pictures(people.probe.read(slice(2))).values()
    assert matrix.shape == (20, 20) and (matrix == matrix.T).all() and not np.diagonal(matrix).any()
    between = simulated.read("kinect_v1", False, True).between
    kernel = own.model.embedding.kernel.numpy()
    assert matrix[0, 19] == pytest.approx(np.linalg.norm(kernel[18]) * between[18, 18] ** 0.5)
    assert matrix[18, 19] == pytest.approx(np.linalg.norm(kernel[189]) * between[189, 189] ** 0.5)
