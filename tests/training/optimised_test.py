# SPDX-License-Identifier: MIT
"""What trainers share: each optimiser moves its own weights, and all state is stored."""

import functools

import keras
import numpy as np
import tensorflow as tf

from tfskel.training import optimised


def trainer(seed):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="ones")])
    kernel, bias = model.trainable_variables
    return optimised.Optimised(model, 0.1 * seed, {"first": [kernel], "second": [kernel, bias]})


def test_a_shared_weight_is_moved_by_every_optimiser_and_others_by_theirs_alone():
    made = trainer(1)
    made.apply({"first": [tf.ones((2, 1))], "second": [tf.ones((2, 1)), -tf.ones(1)]})
    kernel, bias = made.model.trainable_variables
    np.testing.assert_allclose(
        kernel, np.full((2, 1), 0.8), rtol=1e-6
    )  # Adam's first step has the learning rate's length
    np.testing.assert_allclose(bias, [0.1], rtol=1e-6)


def test_a_restored_state_holds_weights_and_moments(tmp_path):
    first, fresh = trainer(1), trainer(1)
    first.apply({"first": [tf.ones((2, 1))], "second": [tf.ones((2, 1)), tf.ones(1)]})
    saved = tf.train.Checkpoint(**first.trackables()).save(str(tmp_path / "state"))
    tf.train.Checkpoint(**fresh.trackables()).restore(saved).assert_consumed()
    for made in (first, fresh):
        made.apply({"first": [-tf.ones((2, 1))], "second": [tf.zeros((2, 1)), tf.ones(1)]})
    for ours, theirs in zip(first.model.get_weights(), fresh.model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_optimisers_may_be_of_several_kinds_and_rates():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="ones")])
    kernel, bias = model.trainable_variables
    kinds = {"first": keras.optimizers.SGD, "second": functools.partial(keras.optimizers.SGD, clipvalue=0.5)}
    made = optimised.Optimised(model, 1.0, {"first": [kernel], "second": [bias]}, kinds)
    made.set_rates({"first": 0.25})
    made.apply({"first": [tf.ones((2, 1))], "second": [tf.ones(1)]})
    np.testing.assert_allclose(kernel, np.full((2, 1), 0.75))
    np.testing.assert_allclose(bias, [-0.5])
