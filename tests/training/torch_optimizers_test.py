# SPDX-License-Identifier: MIT
"""Momentum and Adam with coupled decay follow the formulas of PyTorch 1.0, at a rate that changes."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfskel.training import adam, momentum, optimised

RATES, DECAY = (0.1, 0.1, 0.01, 0.002), 0.05


def steps(kind):
    """Values of a weight after each step, and the gradients; the step is compiled once, the rate set from outside."""
    rng = np.random.default_rng(0)
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1, use_bias=False)])
    trainer = optimised.Optimised(model, 1.0, {"all": model.trainable_variables}, kind)
    gradients = rng.normal(0, 2, (len(RATES), 5, 1)).astype("f")
    apply = tf.function(lambda gradient: trainer.apply({"all": [gradient]}))
    found = [model.get_weights()[0].astype(float)]
    for rate, gradient in zip(RATES, gradients, strict=True):
        trainer.set_rates({"all": rate})
        apply(tf.constant(gradient))
        found.append(model.get_weights()[0].astype(float))
    return found, gradients.astype(float)


@pytest.mark.parametrize("decay", [0.0, DECAY])
def test_momentum_gathers_gradient_and_decay_without_the_learning_rate(decay):
    found, gradients = steps(functools.partial(momentum.Momentum, momentum=0.9, decay=decay))
    value, gathered = found[0], 0
    for number, (rate, gradient) in enumerate(zip(RATES, gradients, strict=True)):
        gathered = 0.9 * gathered + gradient + decay * value
        value = value - rate * gathered
        np.testing.assert_allclose(found[number + 1], value, rtol=5e-6)


@pytest.mark.parametrize("decay, betas", [(0.0, (0.5, 0.999)), (DECAY, (0.9, 0.999))])
def test_adam_adds_the_decay_to_the_gradient_and_epsilon_to_the_uncorrected_root(decay, betas):
    found, gradients = steps(functools.partial(adam.Adam, epsilon=0.01, betas=betas, decay=decay))
    value, first, second = found[0], 0, 0
    for number, (rate, gradient) in enumerate(zip(RATES, gradients, strict=True)):
        gradient = gradient + decay * value
        first = betas[0] * first + (1 - betas[0]) * gradient
        second = betas[1] * second + (1 - betas[1]) * gradient**2
        corrections = 1 - betas[0] ** (number + 1), 1 - betas[1] ** (number + 1)
        value = value - rate * np.sqrt(corrections[1]) / corrections[0] * first / (np.sqrt(second) + 0.01)
        np.testing.assert_allclose(found[number + 1], value, rtol=5e-6, atol=1e-6)
