# SPDX-License-Identifier: MIT
"""RMSProp and Nesterov's momentum follow the formulas of TensorFlow 1."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfskel.training import momentum, rmsprop

RATE = keras.optimizers.schedules.PiecewiseConstantDecay([1], [0.1, 0.01])


def steps(make, count=4):
    """Values of a variable after each step, and the gradients."""
    rng = np.random.default_rng(0)
    variable = keras.Variable(rng.normal(size=5), dtype="float32")
    gradients = rng.normal(0, 2, (count, 5)).astype("f")
    optimizer = make(RATE)
    optimizer.build([variable])
    found = [variable.numpy()]
    for gradient in gradients:
        optimizer.apply([tf.constant(gradient)], [variable])
        found.append(variable.numpy())
    return np.array(found), gradients.astype(float)


@pytest.mark.parametrize("clip", [None, 1.5])
def test_rmsprop_starts_from_a_mean_square_of_one_and_adds_epsilon_inside_the_root(clip):
    found, gradients = steps(lambda rate: rmsprop.RMSProp(rate, 0.9, 0.8, 0.5, clip))
    value, square, last = found[0].astype(float), np.ones(5), np.zeros(5)
    for number, gradient in enumerate(gradients):
        gradient = gradient if clip is None else np.clip(gradient, -clip, clip)
        square = 0.9 * square + 0.1 * gradient**2
        last = 0.8 * last + (0.1 if number < 2 else 0.01) * gradient / np.sqrt(square + 0.5)
        value = value - last
        np.testing.assert_allclose(found[number + 1], value, rtol=2e-6)


@pytest.mark.parametrize("clip", [None, 1.5])
def test_nesterov_gathers_gradients_without_the_learning_rate(clip):
    found, gradients = steps(lambda rate: momentum.Momentum(rate, 0.9, True, clip))
    value, gathered = found[0].astype(float), np.zeros(5)
    for number, gradient in enumerate(gradients):
        gradient = gradient if clip is None else np.clip(gradient, -clip, clip)
        gathered = 0.9 * gathered + gradient
        value = value - (0.1 if number < 2 else 0.01) * (gradient + 0.9 * gathered)
        np.testing.assert_allclose(found[number + 1], value, rtol=2e-6)
