# SPDX-License-Identifier: MIT
"""Pre-training of SM-SGE: forms of the loss, gradients, updates, draws, resume."""

import numpy as np
import pytest
import tensorflow as tf

from tests.systems.sm_sge import by_sub_sequence
from tfskel import skeletons
from tfskel.checkpoints import assign
from tfskel.systems.sm_sge import model as sm_sge
from tfskel.systems.sm_sge import trainer as pretraining

SUBS = [[2], [0, 2], [0, 1, 3], [0, 1, 2, 3]]


def model(seed=1, **options):
    return sm_sge.SMSGE("openpose", 4, units=5, heads=2, seed=seed, **options)


@pytest.fixture(scope="module")
def joints():
    joints = np.random.RandomState(0).randn(3, 4, 14, 3).astype("f")
    return joints - joints[:, :, :1]


def gradients(joints, subs=SUBS, kind=pretraining.PretrainTrainer, **options):
    trainer = kind(model(), 0.01, subs, **options)
    losses, found = trainer.gradients(joints)
    return {s: float(v) for s, v in losses.items()}, found


def assert_same(first, second):
    assert first[0] == pytest.approx(second[0], rel=1e-5)
    for scale in skeletons.SCALES:
        for a, b in zip(first[1][scale], second[1][scale], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5 * max(1, np.abs(b).max()))


@pytest.mark.parametrize("loss", ["l1", "l2", "mse"])
def test_the_prefix_tree_equals_one_run_per_sub_sequence(joints, loss):
    assert_same(gradients(joints, loss=loss), gradients(joints, kind=by_sub_sequence.Trainer, loss=loss))


def test_forms_agree_with_a_margin_and_repeated_rounds(joints):
    subs = pretraining.draw_sub_sequences(4, np.random.RandomState(3), margin=1, rounds=2)
    assert_same(gradients(joints, subs, margin=1), gradients(joints, subs, by_sub_sequence.Trainer, margin=1))


def test_redrawn_sub_sequences_equal_the_plain_form_of_the_same_draw(joints):
    redraw = {0: [[1], [1, 3], [0, 2, 3], [0, 1, 2, 3]]}
    trainer = pretraining.PretrainTrainer(model(), 0.01, SUBS, redraw=redraw.__getitem__)
    losses, found = trainer.gradients(joints)
    got = {s: float(v) for s, v in losses.items()}, found
    assert_same(got, gradients(joints, redraw[0], by_sub_sequence.Trainer))


def test_redrawing_does_not_trace_again_and_uses_the_step_number(joints):
    asked = []

    def redraw(step):
        asked.append(step)
        return pretraining.draw_sub_sequences(4, np.random.RandomState([5, step]))

    trainer = pretraining.PretrainTrainer(model(), 0.01, SUBS, redraw=redraw)
    for _ in range(3):
        trainer.step(joints)
    assert asked == [0, 1, 2]
    assert trainer._update.experimental_get_tracing_count() == 1


def test_the_loss_is_the_mean_over_sub_sequences_of_errors_at_later_frames(joints):
    trainer = pretraining.PretrainTrainer(model(), 0.01, [[0], [0, 2]], margin=1)
    fused, nodes = trainer.model.fuse(joints), trainer.model.scales(joints)
    losses, _ = trainer.gradients(joints)
    for scale in sm_sge.LETTERS:
        total = 0
        for frames in ([0], [0, 2]):
            outputs = np.asarray(trainer.model.encoders[scale](np.take(fused[scale], frames, axis=1)))
            for target in sm_sge.TARGETS[scale]:
                skeleton = np.reshape(nodes[target], (3, 4, -1))[:, np.add(frames, 1)]
                rows = outputs.reshape(-1, 5)
                predicted = np.asarray(trainer.model.reconstruction[scale](rows)[target])
                total += np.mean(np.abs(predicted - skeleton.reshape(predicted.shape)))
        assert float(losses[scale]) == pytest.approx(total / 2, rel=1e-5)


@pytest.mark.parametrize("structure_only", [False, True])
def test_each_optimiser_holds_exactly_the_variables_its_loss_reaches(joints, structure_only):
    trainer = pretraining.PretrainTrainer(model(structure_only=structure_only), 0.01, SUBS)
    variables = trainer.model.trainable_variables
    with tf.GradientTape(persistent=True) as tape:
        losses, _ = trainer.gradients(joints)
    for scale in sm_sge.LETTERS:
        found = tape.gradient(losses[scale], variables)
        reached = {v.path for v, g in zip(variables, found, strict=True) if g is not None}
        assert reached == {v.path for v in trainer.weights[scale]}


def test_a_step_adds_four_adam_updates_taken_at_the_same_weights(joints, untraced):
    trainer = pretraining.PretrainTrainer(model(), 0.01, SUBS)
    before = {v.path: v.numpy().astype(np.float64) for v in trainer.model.trainable_variables}
    moments, rate = {}, 0.01
    for step in (1, 2):
        _, found = trainer.gradients(joints)
        for scale in skeletons.SCALES:
            for variable, gradient in zip(trainer.weights[scale], found[scale], strict=True):
                g, key = np.asarray(gradient, np.float64), (scale, variable.path)
                m, v = moments.get(key, (0, 0))
                moments[key] = m, v = m + (g - m) * 0.1, v + (g * g - v) * 0.001
                length = rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
                before[variable.path] -= length * m / (np.sqrt(v) + 1e-8)
        trainer.step(joints)
        for variable in trainer.model.trainable_variables:
            np.testing.assert_allclose(variable, before[variable.path], rtol=1e-5, atol=2e-6)


def test_a_restored_training_goes_on_exactly(joints, tmp_path, untraced):
    def steps(trainer, count):
        return [float(trainer.step(joints)["total"]) for _ in range(count)]

    first = pretraining.PretrainTrainer(model(), 0.01, SUBS)
    steps(first, 2)
    saved = tf.train.Checkpoint(**first.trackables()).save(str(tmp_path / "state"))
    want = steps(first, 2)
    fresh = pretraining.PretrainTrainer(model(seed=9), 0.01, SUBS)
    tf.train.Checkpoint(**fresh.trackables()).restore(saved).assert_consumed()
    assert steps(fresh, 2) == want
    for name, variable in assign.named_weights(first.model).items():
        np.testing.assert_array_equal(variable, assign.named_weights(fresh.model)[name])


def test_draws_follow_the_rule_of_the_original():
    drawn = pretraining.draw_sub_sequences(5, np.random.RandomState(4), rounds=2)
    rng = np.random.RandomState(4)
    want = [sorted(rng.choice(5, size=k, replace=False)) for _ in range(2) for k in range(1, 6)]
    assert drawn == want
    assert pretraining.draw_sub_sequences(3, rng, ordered=True) == [[0], [0, 1], [0, 1, 2]]
    assert len(pretraining.draw_sub_sequences(6, rng, first_only=True)) == 1
    assert list(map(len, pretraining.draw_sub_sequences(6, rng, margin=2))) == [1, 2]
    assert max(map(max, pretraining.draw_sub_sequences(6, rng, margin=2))) < 4


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"sub_sequences": [[0, 4]]}, r"frame indices below 4, at least one; received \[0, 4\]"),
        ({"sub_sequences": [[1, 0]]}, r"ascending frame indices"),
        ({"sub_sequences": []}, "at least one sub-sequence"),
        ({"sub_sequences": SUBS, "loss": "huber"}, "one of l1, mse, l2; received 'huber'"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        pretraining.PretrainTrainer(model(), 0.01, **arguments)


def test_a_margin_without_room_is_refused():
    with pytest.raises(ValueError, match="received margin 3, rounds 1, f 6"):
        pretraining.draw_sub_sequences(6, np.random.RandomState(0), margin=3)
