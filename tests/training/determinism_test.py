# SPDX-License-Identifier: MIT
"""After seeding, sums of gradients have one order, and draws repeat."""

import keras
import numpy as np
import tensorflow as tf

from tfskel.training import determinism


def operations(function, *arguments) -> list[str]:
    return [item.type for item in function.get_concrete_function(*arguments).graph.get_operations()]


def test_a_tape_adds_three_gradients_without_the_operation_whose_order_varies():
    determinism.set_seed(1)

    @tf.function
    def gradient(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(x * x + tf.sin(x) + tf.exp(x))
        return tape.gradient(y, x)

    x = tf.constant([1.0, 2.0])
    assert "AddN" not in operations(gradient, x) and "AddV2" in operations(gradient, x)
    np.testing.assert_allclose(gradient(x), 2 * x + tf.cos(x) + tf.exp(x), rtol=1e-6)


def test_sparse_gradients_are_still_added():
    determinism.set_seed(1)
    table = tf.Variable(np.arange(6.0).reshape(3, 2))
    with tf.GradientTape() as tape:
        y = sum(tf.reduce_sum(tf.gather(table, [row, 0])) for row in range(3))
    np.testing.assert_array_equal(tf.convert_to_tensor(tape.gradient(y, table)), [[4, 4], [1, 1], [1, 1]])


def test_total_adds_from_first_to_last():
    values = [tf.constant(1e8), tf.constant(-1e8), tf.constant(1.0)]
    assert float(determinism.total(values)) == 1.0
    assert float(determinism.total(values[::-1])) == 0.0


def test_the_same_seed_draws_the_same_weights():
    drawn = []
    for seed in (5, 5, 6):
        determinism.set_seed(seed)
        drawn.append(keras.layers.Dense(3))
        drawn[-1].build((None, 4))
    kernels = [layer.kernel.numpy() for layer in drawn]
    assert (kernels[0] == kernels[1]).all() and (kernels[0] != kernels[2]).any()
