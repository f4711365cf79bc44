# SPDX-License-Identifier: MIT
"""CAGE as a system: phases, forms of features, options of the original, exact resume, and what it refuses."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from configs import cage as recipe
from tests import fakes
from tfskel.data import windows
from tfskel.evaluation import matching
from tfskel.systems.cage import recognition_stage as cage_recognition
from tfskel.systems.cage import system as cage_system
from tfskel.training import determinism, loop

F, H, PEOPLE = 4, 6, 4


def data(**of):
    return fakes.fit(F, root=None, **of)


def config(training=None, recognition=None):
    made = recipe.base()
    made.dataset.update(skeleton="openpose", length=F)
    made.network.units = H
    made.training.update(batch_size=8, epochs=2, learning_rate=0.01)
    made.training.update(training or {})
    made.recognition.update(batch_size=8, epochs=3, learning_rate=0.01)
    made.recognition.update(recognition or {})
    return made


def system(**sections):
    return cage_system.CAGESystem(config(**sections), PEOPLE, 3)


def embed(own, joints):
    return own.represent(tf.constant(joints))["features"].numpy()


def fit(own, given, folder, phases=("pretraining", "recognition")):
    determinism.set_seed(0)
    lines = []
    given = dataclasses.replace(given, folder=folder)
    for name in phases:
        made = own.phase(name, given)
        loop.fit(made, folder, lambda name, epoch, values: lines.append(values))
    return lines


@pytest.mark.parametrize("sections, width, rows", [
    ({}, 3 * H, F),
    ({"training": {"tasks": ("sorting",), "attention": ("BA",)}, "recognition": {"manner": "sc"}}, 3 * H, 1),
    ({"training": {"tasks": ("rev_rec", "prediction", "sorting"), "attention": ("LA", "BA", "BA")}}, 9 * H, F),
    ({"training": {"tasks": ("rev_rec", "prediction", "sorting"), "attention": ("LA", "BA", "BA"),
                   "legacy_plus": True}}, 9 * H, F),
    ({"training": {"frozen_head": True}, "recognition": {"features": "projection"}}, 3 * H, 1),
    ({"training": {"scaling": "min_max", "drop_last_third": True, "teacher_forcing": True},
      "recognition": {"features": "projection"}}, 3 * H, 1),
])  # fmt: skip
def test_every_form_is_trained_and_scored_from_sequences_to_accuracy(tmp_path, sections, width, rows):
    own, given = system(**sections), data()
    lines = fit(own, given, tmp_path)
    assert len(lines) == 5 and lines[1]["total"] < lines[0]["total"] and lines[4]["total"] < lines[2]["total"]
    joints = given.probe.read(slice(0, 5))
    assert embed(own, joints).shape == (5, width)
    assert own.rows(tf.constant(joints)).shape[:2] == (5, rows)
    scored = own.scored_rows(given.probe)
    means = own.scores(tf.constant(given.probe.read(scored))).numpy()
    hits = np.mean(means.argmax(axis=1) == given.probe.labels[scored])
    assert lines[4]["probe/accuracy"] == pytest.approx(hits)
    fresh = system(**sections)
    assert all(fresh.load(tmp_path, name, "last") for name in fresh.PHASES)
    np.testing.assert_array_equal(embed(fresh, joints), embed(own, joints))


def test_a_training_interrupted_in_each_phase_equals_a_whole_one(tmp_path, untraced):
    large = {"training": {"batch_size": 20}}  # an epoch is two steps
    whole, given = system(**large), data(frames=8)
    fit(whole, given, tmp_path / "whole")
    for phases in (("pretraining",), ("pretraining", "recognition")):
        own, stop = system(**large), phases[-1]
        fit(own, given, tmp_path / "resumed", phases[:-1])
        made = own.phase(stop, dataclasses.replace(given, folder=tmp_path / "resumed"))
        made.step = _failing(made.step, after=made.steps + 1)
        with pytest.raises(KeyboardInterrupt):
            loop.fit(made, tmp_path / "resumed", lambda *line: None)
    again = system(**large)
    fit(again, given, tmp_path / "resumed")
    joints = tf.constant(given.probe.read(slice(0, 5)))
    np.testing.assert_array_equal(again.scores(joints), whole.scores(joints))


def _failing(step, after):
    calls = []

    def failing(*batch):
        calls.append(1)
        if len(calls) > after:
            raise KeyboardInterrupt
        return step(*batch)

    return failing


def test_the_original_three_tasks_are_one_encoder_used_three_times():
    tasks = {"tasks": ("rev_rec", "prediction", "sorting"), "attention": ("LA", "BA", "BA")}
    own, joints = system(training=tasks | {"legacy_plus": True}), data().probe.read(slice(0, 3))
    assert own.encoder.streams == 3
    blocks = embed(own, joints).reshape(3, 3, 3, H)
    np.testing.assert_array_equal(blocks[:, :, 0], blocks[:, :, 2])
    rows = np.asarray(own.rows(tf.constant(joints), training_role=True)).reshape(3, F, 3, 3, H)
    np.testing.assert_array_equal(rows[:, :, :, 0], rows[:, :, :, 1])
    assert not np.allclose(rows[:, :, :, 0], rows[:, :, :, 2])
    real = system(training=tasks)
    blocks = embed(real, joints).reshape(3, 3, 3, H)
    assert real.encoder.streams == 9 and not np.allclose(blocks[:, :, 0], blocks[:, :, 1])


def test_shuffled_frames_are_the_same_whatever_stands_beside_a_sequence():
    own = system(training={"tasks": ("sorting",), "attention": ("BA",)})
    joints = data().probe.read(slice(0, 6))
    sources = np.asarray(own.streams.sources(tf.constant(joints)))
    np.testing.assert_array_equal(np.asarray(own.streams.sources(tf.constant(joints[4:5])))[:, 0], sources[:, 4])
    np.testing.assert_array_equal(np.sort(sources, axis=2), np.sort(np.moveaxis(joints, -1, 0), axis=2))
    assert not np.array_equal(sources, np.moveaxis(joints, -1, 0))


def test_matching_searches_padded_galleries_and_unpadded_probes():
    own, given = system(recognition={"manner": "sc", "epochs": 0}), data()
    assert own.PHASES == ("pretraining",) and own.CLASSIFIER == ""
    sides = [own.features(part) for part in (given.probe, given.gallery)]
    found = own.match(*sides, same_set=False)
    probe, gallery = (side["frames"].vectors for side in sides)
    parts = (given.probe, given.gallery)
    keep = [np.concatenate([np.flatnonzero(part.labels == k)[:8] for k in range(PEOPLE)]) for part in parts]
    matched = matching.match(probe[keep[0]], gallery[keep[1]])
    want = matching.rank1(matched, given.probe.identity[keep[0]], given.gallery.identity[keep[1]])
    assert found == {"scored": len(keep[0]), "rank1": want}
    assert system().match(*sides, same_set=False) is None


def test_encoders_of_another_run_are_taken_over_without_training(tmp_path, untraced):
    given, first = data(frames=8), system()
    fit(first, given, tmp_path / "source", ("pretraining",))
    own = system(training={"encoder_from": str(tmp_path / "source")})
    lines = fit(own, given, tmp_path / "target")
    assert len(lines) == 4 and "total" not in lines[0] and lines[0]["probe/rank1"] > 0
    joints = given.probe.read(slice(0, 3))
    np.testing.assert_array_equal(embed(own, joints), embed(first, joints))
    with pytest.raises(ValueError, match="holds no encoder weights"):
        fit(system(training={"encoder_from": str(tmp_path / "nothing")}), given, tmp_path / "other")


def test_pictures_show_alignments_beside_their_target_and_frames_in_their_own_order():
    own, joints = system(), data().probe.read(slice(0, 2))
    pictures = own.pictures(joints)
    assert list(pictures) == ["attention/x", "attention/y", "attention/z", "attention/locality target"]
    np.testing.assert_allclose(pictures["attention/y"].sum(axis=1), 1, rtol=1e-5)
    decoded = np.asarray(own.encoder(own.streams.sources(tf.constant(joints))).reconstruction)
    np.testing.assert_array_equal(own.reconstruction(joints)[1, 0, :, 2], decoded[2, 1, F - 1])


def test_served_features_are_those_of_joints_as_the_recipe_places_them():
    given = data()
    for centred in (False, True):
        made = config()
        made.dataset.centred = centred
        own = cage_system.CAGESystem(made, PEOPLE, 3)
        raw = given.probe.raw(slice(0, 3)) + np.float32(2)
        served = own.represent(own.prepare(tf.constant(raw)))
        placed = windows.centre(raw) if centred else raw
        np.testing.assert_allclose(served["features"], embed(own, placed), atol=1e-6)
        assert set(served) == {"features", "frames", "axis x", "axis y", "axis z"}


def test_scored_rows_follow_persons_and_complete_batches():
    made = config()
    labels = np.array([1] * 9 + [0] * 3 + [-1])
    rows = cage_recognition.scored_rows(labels, made, rows_per_sequence=F)
    assert rows.tolist() == [9, 10, 11, *range(7)]  # 11 sequences of 4 rows, 5 batches of 8 rows hold 10
    made.recognition.update(person_remainder="keep", probe_remainder="keep")
    assert cage_recognition.scored_rows(labels, made, F).tolist() == [9, 10, 11, *range(9)]


@pytest.mark.parametrize("sections, message", [
    ({"training": {"tasks": ("juggling",)}}, "tasks must be one of 'rev_rec', .*; received 'juggling'"),
    ({"training": {"tasks": ("rev_rec", "sorting")}}, "one of LA, BA for each of 2 tasks"),
    ({"training": {"tasks": (), "attention": ()}}, "tasks must name at least one of rev_rec, .*; received none"),
    ({"training": {"sorting_order": "random"}}, "'shuffled', 'captured'; received 'random'"),
    ({"training": {"scaling": "max"}}, "scaling must be one of '', 'min_max'; received 'max'"),
    ({"recognition": {"manner": "rap"}}, "manner must be one of 'ap', 'sc'; received 'rap'"),
    ({"recognition": {"features": "hidden"}}, "features must be one of 'context', 'projection'; received 'hidden'"),
])  # fmt: skip
def test_a_bad_setting_is_named(sections, message):
    with pytest.raises(ValueError, match=message):
        system(**sections)
