# SPDX-License-Identifier: MIT
"""The LSTM against a loop with the equations of TensorFlow 1, against Keras, and over prefix trees."""

import keras
import numpy as np
import pytest

from tfskel.layers import lstm


def tf1_layer(inputs, kernel, bias):
    """TensorFlow 1 `LSTMCell`: gates i, j, f, o; the forget bias is added when running."""
    units = kernel.shape[1] // 4
    h = c = np.zeros((len(inputs), units))
    outputs = []
    for step in range(inputs.shape[1]):
        i, j, f, o = np.split(np.concatenate([inputs[:, step], h], axis=1) @ kernel + bias, 4, axis=1)
        c = c * sigmoid(f + 1.0) + sigmoid(i) * np.tanh(j)
        h = sigmoid(o) * np.tanh(c)
        outputs.append(h)
    return np.stack(outputs, axis=1), (h, c)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.fixture
def encoder():
    encoder = lstm.LSTMEncoder(6, seed=2)
    encoder.build((None, None, 5))
    rng = np.random.RandomState(3)
    for weight in encoder.trainable_variables:
        weight.assign(rng.randn(*weight.shape) * 0.5)
    return encoder


def as_tf1(layer):
    order = [0, 2, 1, 3]
    kernel = np.concatenate([layer.kernel.numpy(), layer.recurrent_kernel.numpy()]).astype(np.float64)
    kernel = np.concatenate([np.split(kernel, 4, axis=1)[k] for k in order], axis=1)
    bias = [np.split(layer.bias.numpy().astype(np.float64), 4)[k] for k in order]
    bias[2] = bias[2] - 1.0
    return kernel, np.concatenate(bias)


def test_run_equals_the_equations_of_tensorflow_1(encoder):
    inputs = np.random.RandomState(4).randn(3, 4, 5)
    outputs, states = encoder.run(inputs.astype("f"))
    want, state_0 = tf1_layer(inputs, *as_tf1(encoder.layers[0]))
    want, state_1 = tf1_layer(want, *as_tf1(encoder.layers[1]))
    np.testing.assert_allclose(outputs, want, rtol=1e-4, atol=1e-5)
    for (h, c), (want_h, want_c) in zip(states, (state_0, state_1), strict=True):
        np.testing.assert_allclose(h, want_h, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(c, want_c, rtol=1e-4, atol=1e-5)


def test_run_equals_keras_with_the_same_weights(encoder):
    outputs = inputs = np.random.RandomState(5).randn(3, 4, 5).astype("f")
    for layer in encoder.layers:
        theirs = keras.layers.LSTM(6, return_sequences=True)
        theirs.build(outputs.shape)
        theirs.set_weights([layer.kernel, layer.recurrent_kernel, layer.bias])
        outputs = theirs(outputs)
    np.testing.assert_allclose(encoder(inputs), outputs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("as_tensor", [False, True])
def test_nodes_of_a_tree_equal_runs_of_their_paths(encoder, as_tensor):
    frames = np.random.RandomState(6).randn(4, 3, 5).astype("f")  # time first
    # Paths: 0, 2, 0-1, 0-3, 2-3, 0-3-1
    levels = [([0, 0], [0, 2]), ([0, 0, 1], [1, 3, 3]), ([1], [1])]
    paths = [[0], [2], [0, 1], [0, 3], [2, 3], [0, 3, 1]]
    levels = [(parents, np.array(index, np.int32)) for parents, index in levels] if as_tensor else levels
    outputs = encoder.run_tree(frames, levels)
    for output, path in zip(outputs, paths, strict=True):
        want = encoder(np.swapaxes(frames[path], 0, 1))[:, -1]
        np.testing.assert_allclose(output, want, rtol=1e-5, atol=1e-6)


def test_initial_kernels_share_the_glorot_limit_of_the_joint_matrix():
    layer = lstm.LSTM(64, seed=1)
    layer.build((None, 100))
    limit = np.sqrt(6 / (100 + 64 + 4 * 64))
    for kernel in (layer.kernel.numpy(), layer.recurrent_kernel.numpy()):
        assert limit * 0.99 < np.abs(kernel).max() <= limit
    np.testing.assert_array_equal(layer.bias, np.repeat([0, 1, 0, 0], 64))
