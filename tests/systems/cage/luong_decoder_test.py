# SPDX-License-Identifier: MIT
"""The attention decoder against a loop with its equations, for every way of feeding it."""

import numpy as np
import pytest

from tfskel.layers import lstm
from tfskel.systems.cage import luong_decoder

S, N, F, J, H = 2, 3, 4, 5, 6


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def cell(row, state, layer, s):
    gates = row @ layer.kernel[s].numpy() + state[0] @ layer.recurrent_kernel[s].numpy() + layer.bias[s].numpy()
    i, f, j, o = np.split(gates, 4, axis=-1)
    c = sigmoid(f) * state[1] + sigmoid(i) * np.tanh(j)
    return sigmoid(o) * np.tanh(c), c


def decode(decoder, memory, states, feed, s):
    """One stream; `feed` gives the frame of a step from the step and the frame before."""
    keys = memory @ decoder.memory_kernel[s].numpy()
    attention, frame, found = np.zeros((N, H)), np.zeros((N, J)), []
    for step in range(F):
        row, before = np.concatenate([feed(step, frame), attention], axis=1), []
        for layer, state in zip(decoder.layers, states, strict=True):
            state = cell(row, state, layer, s)
            before.append(state)
            row = state[0]
        states = before
        scores = np.exp([[row[n] @ keys[n, t] for t in range(F)] for n in range(N)])
        weights = scores / scores.sum(axis=1, keepdims=True)
        context = np.array([sum(weights[n, t] * memory[n, t] for t in range(F)) for n in range(N)])
        attention = np.concatenate([row, context], axis=1) @ decoder.attention_kernel[s].numpy()
        frame = attention @ decoder.kernel[s].numpy() + decoder.bias[s].numpy()
        found.append((frame, weights, context))
    return [np.stack(parts, axis=1) for parts in zip(*found, strict=True)]


@pytest.fixture
def case():
    rng = np.random.RandomState(0)
    decoder = luong_decoder.LuongDecoder(H, J, S, seed=1)
    decoder.build()
    for weight in decoder.trainable_variables:
        weight.assign(rng.randn(*weight.shape) * 0.4)
    memory, states = rng.randn(S, N, F, H).astype("f"), [tuple(rng.randn(2, S, N, H).astype("f")) for _ in range(2)]
    return decoder, memory, states, rng.randn(S, N, F, J).astype("f")


@pytest.mark.parametrize("mode", ["zeros", "given", "own"])
def test_every_stream_is_the_loop_of_its_equations(case, mode):
    decoder, memory, states, frames = case
    previous = frames if mode == "given" else None
    found = decoder(memory, states, previous=previous, feedback=mode == "own")
    for s in range(S):
        feeds = {"zeros": lambda step, last: np.zeros((N, J)), "given": lambda step, last: frames[s][:, step],  # noqa: B023
                 "own": lambda step, last: last}  # fmt: skip
        want = decode(decoder, memory[s], [(h[s], c[s]) for h, c in states], feeds[mode], s)
        for got, value in zip((found.reconstruction, found.alignments, found.context), want, strict=True):
            np.testing.assert_allclose(np.asarray(got)[s], value, atol=2e-5)


def test_feeding_zeros_is_the_same_as_feeding_nothing(case):
    decoder, memory, states, frames = case
    fed = decoder(memory, states, previous=np.zeros_like(frames))
    np.testing.assert_allclose(fed.attention, decoder(memory, states).attention, atol=1e-6)


def test_streams_of_an_lstm_are_layers_of_their_own():
    inputs = np.random.RandomState(1).randn(S, N, F, J).astype("f")
    together = lstm.LSTMEncoder(H, streams=S, seed=3)
    together.build((S, None, F, J))
    outputs, states = together.run(inputs)
    for s in range(S):
        alone = lstm.LSTMEncoder(H)
        alone.build((None, F, J))
        for ours, theirs in zip(alone.trainable_variables, together.trainable_variables, strict=True):
            ours.assign(theirs[s])
        want, ends = alone.run(inputs[s])
        np.testing.assert_allclose(np.asarray(outputs)[s], want, atol=1e-6)
        np.testing.assert_allclose(np.asarray(states[1][1])[s], ends[1][1], atol=1e-6)
    np.testing.assert_array_equal(together.layers[0].stored_bias(), np.zeros((S, 4 * H)))
