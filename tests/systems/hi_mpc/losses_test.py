# SPDX-License-Identifier: MIT
"""Prototype contrast against a loop over sequences, frames and heads, and against finite differences."""

import numpy as np
import pytest
import tensorflow as tf

from tfskel.systems.hi_mpc import losses as prototypes


def case(seed=0, sequences=5, frames=4, heads=3, clusters=6):
    rng = np.random.default_rng(seed)
    logits = 2 * rng.normal(size=(sequences, frames, heads, clusters))
    labels = rng.integers(0, clusters, sequences).astype(np.int32)
    labels[0] = np.argmax(logits[0, :, 0].mean(axis=0))  # a correct prediction at least
    return logits, labels


def by_definition(logits, labels, focus):
    losses = []
    for m in range(logits.shape[2]):
        total = 0.0
        for sequence, label in zip(logits[:, :, m], labels, strict=True):
            predicted = np.argmax(sequence.mean(axis=0))
            weights = np.ones(len(sequence))
            if focus in (1, -1):
                sign = -focus if predicted == label else focus
                weights = np.exp(sign * sequence[:, predicted])
                weights /= weights.sum()
            for weight, frame in zip(weights, sequence, strict=True):
                total += weight * -np.log(np.exp(frame[label]) / np.exp(frame).sum())
        losses.append(total / len(labels))
    return losses


def losses(logits, labels, focus):
    return prototypes.head_losses(tf.constant(logits), tf.reduce_mean(logits, axis=1), tf.constant(labels), focus)


@pytest.mark.parametrize("focus", [1, -1, 0])
@pytest.mark.parametrize("seed", range(3))
def test_losses_of_the_heads_equal_the_definition(seed, focus):
    logits, labels = case(seed)
    np.testing.assert_allclose(losses(logits, labels, focus), by_definition(logits, labels, focus), rtol=1e-6)


@pytest.mark.parametrize("focus", [1, -1, 0])
def test_the_gradient_goes_through_the_importance(focus):
    logits, labels = case()
    variable = tf.Variable(logits)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(
            prototypes.head_losses(variable * 1.0, tf.reduce_mean(variable, axis=1), tf.constant(labels), focus)
        )
    found = tape.gradient(total, variable).numpy()
    rng, step = np.random.default_rng(1), 1e-5
    for _ in range(12):
        place = tuple(rng.integers(0, size) for size in logits.shape)
        moved = [logits.copy(), logits.copy()]
        moved[0][place] -= step
        moved[1][place] += step
        low, high = (sum(by_definition(values, labels, focus)) for values in moved)
        assert found[place] == pytest.approx((high - low) / (2 * step), rel=1e-4, abs=1e-7)


def test_hard_frames_weigh_more_when_the_prediction_is_correct_and_focus_turns_it_round():
    scores = np.array([[[3.0], [1.0], [2.0]]])
    order = {}
    for focus in (1, -1):
        for correct in (True, False):
            weights = np.asarray(prototypes.importance(scores, np.array([[correct]]), focus))[0, :, 0]
            assert weights.sum() == pytest.approx(1)
            order[focus, correct] = np.argsort(weights).tolist()
    assert order[1, True] == order[-1, False] == [0, 2, 1]
    assert order[1, False] == order[-1, True] == [1, 2, 0]


def test_large_logits_overflow_nothing():
    logits = np.full((2, 3, 1, 4), 1e4, np.float32)
    np.testing.assert_allclose(losses(logits, np.zeros(2, np.int32), 1), [np.log(4)], rtol=1e-6)
