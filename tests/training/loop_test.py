# SPDX-License-Identifier: MIT
"""The loop trains, keeps, stops, resumes and reports what went wrong."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfskel.training import loop, phase, selection


class Line:
    """Fits y = a x by gradient descent with momentum; the momentum must survive an interruption."""

    def __init__(self, folder, epochs=6, rules=None, patience=None, bad_step=None, stop_at=None):
        keras.utils.set_random_seed(0)
        self.model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1, name="line")])
        self.optimizer = keras.optimizers.SGD(0.05, momentum=0.9)
        self.optimizer.build(self.model.trainable_variables)
        self.folder, self.steps, self.bad_step, self.stop_at, self.logged = folder, 0, bad_step, stop_at, []
        self.phase = phase.Phase(
            name="line",
            epochs=epochs,
            steps=3,
            batches=self.batches,
            step=self.step,
            score=lambda epoch: {"score": float(epoch % 4)},
            models={"line": self.model},
            trackables={"model": self.model, "optimizer": self.optimizer},
            selections=selection.Selections(rules or {"last": selection.Last()}, patience),
        )

    def batches(self, epoch):
        rng = np.random.default_rng(epoch)
        return ((tf.constant(rng.normal(size=(4, 1)), tf.float32),) for _ in range(3))

    def step(self, x):
        if self.stop_at == self.steps:
            raise KeyboardInterrupt
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self.model(x) - 3 * x) ** 2)
        self.optimizer.apply(tape.gradient(loss, self.model.trainable_variables), self.model.trainable_variables)
        self.steps += 1
        return {"total": loss * float("nan") if self.steps == self.bad_step else loss}

    def fit(self, log_steps=None):
        return loop.fit(self.phase, self.folder, lambda *line: self.logged.append(line), log_steps)


def test_training_learns_and_logs_every_epoch(tmp_path):
    line = Line(tmp_path, epochs=30)
    assert line.fit() == {"last": 29}
    assert [entry[:2] for entry in line.logged] == [("line", epoch) for epoch in range(30)]
    totals = [entry[2]["total"] for entry in line.logged]
    assert totals[-1] < 0.01 * totals[0]


def test_each_selection_keeps_the_weights_of_its_epoch(tmp_path):
    line = Line(tmp_path, rules={"probe-best": selection.Best("score"), "last": selection.Last()})
    assert line.fit() == {"probe-best": 3, "last": 5}
    shorter = Line(tmp_path / "short", epochs=4)
    shorter.fit()
    wanted = [weight.numpy() for weight in shorter.model.weights]
    line.model.load_weights(tmp_path / phase.weights_name("line", "line", "probe-best"))
    np.testing.assert_array_equal(np.concatenate([w.numpy().ravel() for w in line.model.weights]),
                                  np.concatenate([w.ravel() for w in wanted]))  # fmt: skip


@pytest.mark.parametrize("stop_at", [4, 9, 11])
def test_an_interrupted_training_ends_with_the_same_weights(tmp_path, stop_at):
    whole = Line(tmp_path / "whole")
    whole.fit()
    with pytest.raises(KeyboardInterrupt):
        Line(tmp_path / "cut", stop_at=stop_at).fit()
    again = Line(tmp_path / "cut")
    again.fit()
    assert again.steps == 18 - stop_at // 3 * 3
    for one, other in zip(whole.model.weights, again.model.weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


@pytest.mark.parametrize("name, neighbour", [("x[1]", "x1"), ("x*", "xy"), ("x?", "xy"), ("x\\y", "xy")])
def test_a_folder_named_like_a_pattern_resumes_and_leaves_the_matching_folder_alone(tmp_path, name, neighbour):
    Line(tmp_path / neighbour, epochs=2).fit()
    before = sorted((tmp_path / neighbour).rglob("*"))
    with pytest.raises(KeyboardInterrupt):
        Line(tmp_path / name, stop_at=10).fit()
    again = Line(tmp_path / name)
    again.fit()
    assert again.steps == 9
    assert len(list((tmp_path / name / "line.resume").glob("*.index"))) == 2, "old checkpoints are deleted"
    assert sorted((tmp_path / neighbour).rglob("*")) == before


def test_a_finished_training_is_restored_without_a_step(tmp_path):
    first = Line(tmp_path)
    first.fit()
    second = Line(tmp_path)
    assert second.fit() == {"last": 5} and second.steps == 0
    np.testing.assert_array_equal(second.model.weights[0].numpy(), first.model.weights[0].numpy())


def test_patience_ends_the_training(tmp_path):
    line = Line(tmp_path, epochs=50, patience=selection.Patience(3, "score"))
    line.fit()
    assert line.phase.selections.stopped == 6, "scores are 0 1 2 3 0 1 2 3 ..."
    assert len(line.logged) == 7


def test_a_loss_that_is_not_finite_names_epoch_and_step(tmp_path):
    with pytest.raises(ValueError, match="total is nan at epoch 1, step 2"):
        Line(tmp_path, bad_step=6).fit()


@pytest.mark.parametrize("damage", ["state", "checkpoint"])
def test_a_damaged_checkpoint_is_named(tmp_path, damage):
    with pytest.raises(KeyboardInterrupt):
        Line(tmp_path, stop_at=7).fit()
    if damage == "state":
        (tmp_path / "line.state.json").write_text('{"epoch": 1')
    else:
        for path in (tmp_path / "line.resume").glob("*.index"):
            path.write_bytes(b"damaged")
    with pytest.raises(
        ValueError, match=r"cannot be resumed: line.state.json or its checkpoint is damaged.*--force train"
    ):
        Line(tmp_path).fit()


def test_progress_shows_time_left():
    assert loop.clock(3725) == "1:02:05" and loop.describe({"a": 0.123456, "b": 12345.6}) == "a 0.1235 b 1.235e+04"


def test_the_state_file_is_json_and_written_after_the_checkpoint(tmp_path):
    Line(tmp_path, epochs=2).fit()
    state = json.loads((tmp_path / "line.state.json").read_text())
    assert state["epoch"] == 1 and state["ended"]
    assert (tmp_path / "line.resume" / (state["checkpoint"] + ".index")).exists()


@pytest.mark.parametrize("largest", [float("nan"), 1e30])
def test_diverged_weights_are_a_diverged_training_and_no_fault_of_the_features(tmp_path, largest):
    line = Line(tmp_path)
    step = line.phase.step

    def diverging(x):
        losses = step(x)
        line.model.get_layer("line").kernel.assign([[largest]])
        return losses

    def score(epoch):
        raise ValueError("vectors hold NaN or infinite values; check the skeletons")

    line.phase.batches = lambda epoch: [(tf.constant([[1.0]]),)]
    line.phase.step, line.phase.score = diverging, score
    with pytest.raises(
        ValueError, match="line: the training diverged; weight .*kernel of line reached .* in epoch 0. Lower"
    ):
        line.fit()


def test_a_training_without_gradients_is_fitted_once_and_kept(tmp_path):
    line = Line(tmp_path)

    def fit():
        line.steps += 1
        line.model.get_layer("line").kernel.assign([[3.0]])
        return {"slope": 3.0}

    line.phase = phase.Phase(
        name="line", fit=fit, models=line.phase.models, trackables=line.phase.trackables,
        selections=selection.Selections({"last": selection.Last()}),
    )  # fmt: skip
    assert line.fit() == line.fit() == {"last": 0} and line.steps == 1
    assert line.logged == [("line", 0, {"slope": 3.0})]
    line.model.get_layer("line").kernel.assign([[0.0]])
    line.model.load_weights(tmp_path / phase.weights_name("line", "line", "last"))
    assert float(line.model.get_layer("line").kernel[0, 0]) == 3.0


def test_some_steps_are_logged_with_the_learning_rate_and_once_after_an_interruption(tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "LOGGED_STEPS", 2)
    whole, resumed = [], []
    Line(tmp_path / "whole", epochs=3).fit(lambda *line: whole.append(line))
    assert [(name, list(steps)) for name, steps, _ in whole] == [("line", [0, 2]), ("line", [3, 5]), ("line", [6, 8])]
    assert all(series.keys() == {"total", "learning_rate/optimizer"} for _, _, series in whole)
    np.testing.assert_allclose([series["learning_rate/optimizer"] for _, _, series in whole], 0.05)
    with pytest.raises(KeyboardInterrupt):
        Line(tmp_path / "resumed", epochs=3, stop_at=4).fit(lambda *line: resumed.append(line))
    Line(tmp_path / "resumed", epochs=3).fit(lambda *line: resumed.append(line))
    assert [list(steps) for _, steps, _ in resumed] == [[0, 2], [3, 5], [6, 8]]
    np.testing.assert_array_equal(*([series["total"] for _, _, series in lines] for lines in (whole, resumed)))
