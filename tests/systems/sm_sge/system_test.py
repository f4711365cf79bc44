# SPDX-License-Identifier: MIT
"""SM-SGE as a system: phases, options of the original, exact resume, what it serves, and what it refuses."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from configs import sm_sge as recipe
from tests import fakes
from tfskel.data import order as batches
from tfskel.evaluation import auc, ranking
from tfskel.systems.sm_sge import system as sm_sge_system
from tfskel.systems.sm_sge import trainer as pretraining
from tfskel.training import determinism, loop

F, H, PEOPLE = 2, 4, 4
PHASES = ("pretraining", "recognition")


def data(validation="probe"):
    return fakes.fit(F, validation=validation, frames=10)


def system(**settings):
    small = {
        "dataset.skeleton": "openpose", "dataset.length": F, "network.units": H, "network.heads": 1,
        "training.batch_size": 8, "training.epochs": 2, "training.learning_rate": 0.005, "recognition.batch_size": 8,
        "recognition.epochs": 3, "recognition.learning_rate": 0.05,
    }  # fmt: skip
    config = recipe.base()
    config.update_from_flattened_dict(small | settings)
    return sm_sge_system.SMSGESystem(config, PEOPLE, 3)


def embed(own, joints):
    return own.represent(tf.constant(joints))["features"].numpy()


def fit(own, given, folder, phases=PHASES, interrupt=""):
    """Scalars of each epoch; an interrupted phase ends in its second epoch."""
    determinism.set_seed(0)
    lines = []
    for name in phases:
        made = own.phase(name, dataclasses.replace(given, folder=folder))
        if name == interrupt:
            made.batches = _interrupted(made.batches)
        loop.fit(made, folder, lambda name, epoch, values: lines.append(values))
    return lines


def _interrupted(batches):
    def interrupted(epoch):
        if epoch:
            raise KeyboardInterrupt
        return batches(epoch)

    return interrupted


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder, own = tmp_path_factory.mktemp("whole"), system()
    return folder, own, fit(own, data(), folder)


def test_both_phases_learn_and_their_weights_are_loaded_again(trained):
    folder, own, lines = trained
    assert lines[1]["total"] < lines[0]["total"] and lines[4]["total"] < lines[2]["total"]
    fresh, joints = system(), data().probe.read(slice(0, 5))
    assert not np.allclose(embed(fresh, joints), embed(own, joints))
    assert all(fresh.load(folder, name, "last") for name in PHASES)
    np.testing.assert_array_equal(embed(fresh, joints), embed(own, joints))
    np.testing.assert_array_equal(fresh.scores(joints), own.scores(joints))


def test_epochs_are_scored_by_retrieval_and_by_the_recognition_of_the_probe(trained):
    _, own, lines = trained
    given = data()
    found = ranking.retrieve(*(own.features(side)["features"] for side in (given.probe, given.gallery)))
    assert lines[1]["probe/mAP"] == pytest.approx(found.mAP, abs=1e-6)
    assert lines[1]["probe/rank1"] == pytest.approx(found.rank(1), abs=1e-6)
    scores = own.scores(given.probe.read(slice(None))).numpy()
    assert len(scores) % 8 == 0
    assert lines[-1]["probe/accuracy"] == pytest.approx(np.mean(scores.argmax(axis=1) == given.probe.labels))
    assert lines[-1]["probe/nAUC"] == pytest.approx(auc.micro_nauc(scores, given.probe.labels), abs=1e-6)


def test_an_interrupted_training_resumes_to_the_same_numbers(tmp_path, untraced):
    large = {"training.batch_size": 32}  # an epoch is a step
    whole, given = system(**large), fakes.fit(F, frames=5)
    lines, joints = fit(whole, given, tmp_path / "whole"), given.probe.read(slice(0, 5))
    for stop, left in (("pretraining", 4), ("recognition", 2)):
        with pytest.raises(KeyboardInterrupt):
            fit(system(**large), given, tmp_path / stop, interrupt=stop)
        again = system(**large)
        rest = fit(again, given, tmp_path / stop)
        shown = [[{key: value for key, value in line.items() if key != "seconds"} for line in part]
                 for part in (rest, lines[-left:])]  # fmt: skip
        assert shown[0] == shown[1]
        np.testing.assert_array_equal(embed(again, joints), embed(whole, joints))
        np.testing.assert_array_equal(again.scores(joints), whole.scores(joints))


def test_kept_out_identities_are_validated_by_retrieval_alone(tmp_path):
    own = system(**{"training.epochs": 0, "recognition.epochs": 1})
    lines = fit(own, data("held_out"), tmp_path)
    assert all({"held_out/rank1", "held_out/mAP"} <= set(line) for line in lines)
    assert not any(name.startswith("probe") for line in lines for name in line)


def test_training_sequences_are_drawn_by_class_or_taken_once():
    given = data()
    drawn = batches.class_balanced(given.train.labels, 8, np.random.RandomState([3, 0]))
    np.testing.assert_array_equal(system()._rows(given), drawn)
    np.testing.assert_array_equal(system(**{"training.resample": False})._rows(given), np.arange(len(given.train)))


def test_sub_sequences_are_those_of_the_first_step_unless_they_are_drawn_again(monkeypatch):
    made = []

    class Trainer(pretraining.PretrainTrainer):
        def __init__(self, *arguments, **settings):
            super().__init__(*arguments, **settings)
            made.append((arguments[2], settings["redraw"]))

    monkeypatch.setattr(pretraining, "PretrainTrainer", Trainer)
    for redraw in (False, True):
        own = system(**{"training.redraw": redraw})
        own.phase("pretraining", data())
    (once, never), (first, again) = made
    assert once == first == pretraining.draw_sub_sequences(F, np.random.RandomState([3, 1, 0])) and never is None
    assert again(5) == pretraining.draw_sub_sequences(F, np.random.RandomState([3, 1, 5]))


def test_a_probe_without_a_complete_batch_is_scored_whole(tmp_path):
    own = system(**{"training.epochs": 0, "recognition.epochs": 1, "recognition.batch_size": 64})
    given = data()
    lines = fit(own, given, tmp_path)
    hits = np.mean(own.scores(given.probe.read(slice(None))).numpy().argmax(axis=1) == given.probe.labels)
    assert len(given.probe) < 64 and lines[-1]["probe/accuracy"] == pytest.approx(hits)


def test_served_functions_centre_raw_joints_and_equal_features_and_scores(trained):
    _, own, _ = trained
    part = data().probe
    raw, joints = part.raw(slice(0, 5)) + np.float32(2), part.read(slice(0, 5))
    batch = own.prepare(tf.constant(raw))
    np.testing.assert_allclose(own.represent(batch, portable=True)["features"], embed(own, joints), atol=1e-5)
    np.testing.assert_allclose(own.scores(batch, portable=True), own.scores(joints), atol=1e-4)


def test_pictures_are_relations_that_each_node_spreads_over_others(trained):
    _, own, _ = trained
    pictures = own.pictures(data().probe.read(slice(0, 2)))
    assert {(14, 14), (10, 10), (5, 5)} <= {matrix.shape for matrix in pictures.values()}
    for matrix in pictures.values():
        assert np.isfinite(matrix).all() and (matrix >= 0).all()
        np.testing.assert_allclose(matrix.sum(axis=1), 1, rtol=1e-4)


@pytest.mark.parametrize("setting, value, message", [
    ("training.loss", "huber", "loss must be one of 'l1', 'mse', 'l2'; received 'huber'"),
    ("training.remainder", "pad", "remainder must be one of .*; received 'pad'"),
    ("recognition.probe_remainder", "pad", "probe_remainder must be one of .*; received 'pad'"),
])  # fmt: skip
def test_a_bad_setting_is_named(setting, value, message):
    with pytest.raises(ValueError, match=message):
        system(**{setting: value})
