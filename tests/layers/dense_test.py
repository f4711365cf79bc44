# SPDX-License-Identifier: MIT
"""The dense layer is the plain expression, to the last bit of its gradients."""

import numpy as np
import tensorflow as tf

from tfskel.layers import dense


def test_outputs_and_gradients_are_bit_for_bit_those_of_the_plain_expression():
    rows = tf.constant(np.random.RandomState(0).randn(64, 9).astype("f"))
    layer = dense.Dense(12, "relu", name="hidden")
    layer.build((None, 9))
    kernel, bias = (tf.Variable(weight) for weight in layer.trainable_variables)
    with tf.GradientTape() as tape:
        plain = tf.nn.relu(tf.matmul(rows, kernel) + bias)
        want = tape.gradient(tf.reduce_sum(plain**2), [kernel, bias])
    with tf.GradientTape() as tape:
        found = layer(rows)
        got = tape.gradient(tf.reduce_sum(found**2), layer.trainable_variables)
    np.testing.assert_array_equal(found, plain)
    for ours, theirs in zip(got, want, strict=True):
        np.testing.assert_array_equal(ours, theirs)
