# SPDX-License-Identifier: MIT
"""Stacked LSTM with the semantics of TensorFlow 1, over sequences or over prefix trees of sequences."""

import keras
import numpy as np
from keras import ops

from tfskel.layers import configured, initial_values


@keras.saving.register_keras_serializable(package="tfskel")
class LSTM(configured.Configured, keras.layers.Layer):
    """One LSTM layer, unrolled, gates in the Keras order input, forget, candidate, output.

    The forget gate's constant 1 of TensorFlow 1 is part of the initial bias. The Glorot limit is the one of
    the joint (inputs + units, 4 * units) matrix of TensorFlow 1.

    Args:
        units: int. Width.
        seed: int or None. Seed of the initial values.
        streams: int or None. Number of independent layers S that run side by side; every weight, input and output
            then has S as its first axis.
        limit: float or None. Kernels begin uniform within it; None takes the Glorot limit.
        alike: bool. Every stream begins with the same values.

    Source: Hochreiter and Schmidhuber, 1997; TensorFlow 1 `LSTMCell` without peepholes.
    """

    def __init__(self, units, seed=None, streams=None, limit=None, alike=False, **kwargs):
        super().__init__(**kwargs)
        self.units, self.seed, self.streams, self.limit, self.alike = units, seed, streams, limit, alike
        self.leading = () if streams is None else (streams,)

    def build(self, input_shape):
        width, E = input_shape[-1], self.units
        for name, rows, number in (("kernel", width, 0), ("recurrent_kernel", E, 1)):
            drawn = initial_values.glorot(width + E, 4 * E, self.seed, number)
            if self.limit is not None:
                drawn = initial_values.uniform(self.limit, self.seed, number)
            drawn = initial_values.alike(drawn) if self.alike else drawn
            setattr(self, name, self.add_weight(name=name, shape=(*self.leading, rows, 4 * E), initializer=drawn))
        self.bias = self.add_weight(name="bias", shape=(*self.leading, 4 * E), initializer=forget_gate_open)

    def call(self, inputs, state=None):
        """One time step from its inputs (..., rows, inputs): what `step` returns."""
        return self.step(self.project(inputs), state)

    def project(self, inputs):
        """What the inputs alone give to the gates: (..., rows, inputs) -> (..., rows, 4 * units)."""
        return ops.matmul(self.cast(inputs), self.cast(self.kernel)) + self.bias_row()

    def bias_row(self):
        """The bias as it is added to rows: (..., 1, 4 * units)."""
        return self.cast(ops.expand_dims(self.bias, -2) if self.leading else self.bias)

    def cast(self, values):
        """Values in the format that the layer computes in, which Keras sees to in `call` alone."""
        return ops.cast(values, self.compute_dtype)

    def stored_bias(self):
        """The bias without the forget gate's constant, as TensorFlow 1 stores it: (..., 4 * units)."""
        return self.bias - forget_gate_open(self.bias.shape, self.bias.dtype)

    def step(self, projected, state):
        """One time step.

        Args:
            projected: (..., rows, 4 * units) from `project`.
            state: (hidden, cell), each (..., rows, units), or None for zeros.

        Returns:
            (hidden, cell) after the step.
        """
        if state is None:
            return self.gated(projected)
        return self.gated(projected + self.carried(state[0]), state[1])

    def carried(self, hidden):
        """What the hidden state gives to the gates of the next step: (..., rows, units) -> (..., rows, 4 * units)."""
        return ops.matmul(hidden, self.cast(self.recurrent_kernel))

    def gated(self, gates, cell=None):
        """(hidden, cell) after a step, of the gates' sums (..., rows, 4 * units) and the cell before; None is zeros."""
        enter, keep, candidate, out = ops.split(gates, 4, axis=-1)  # (..., rows, E) each
        entered = ops.sigmoid(enter) * ops.tanh(candidate)
        cell = entered if cell is None else entered + ops.sigmoid(keep) * cell
        return ops.sigmoid(out) * ops.tanh(cell), cell


def stack(units, depth, seed=None, streams=None, limit=None, alike=False) -> list[LSTM]:
    """Layers that stand on each other, named lstm_0, lstm_1, ...; arguments as for LSTM.

    With `alike`, kernels of one shape begin with the same values in all layers too.
    """
    steps = [0 if alike else 2 * layer for layer in range(depth)]
    seeds = [None if seed is None else seed + step for step in steps]
    return [LSTM(units, own, streams, limit, alike, name=f"lstm_{layer}") for layer, own in enumerate(seeds)]


@keras.saving.register_keras_serializable(package="tfskel")
class LSTMEncoder(configured.Configured, keras.layers.Layer):
    """Two (or more) stacked LSTM layers; the output is the top layer's hidden state at every step.

    Args:
        units: int. Width of each layer.
        depth: int. Number of layers.
        seed: int or None. Seed of the initial values.
        streams, limit, alike: as for `stack`.
    """

    def __init__(self, units, depth=2, seed=None, streams=None, limit=None, alike=False, **kwargs):
        super().__init__(**kwargs)
        self.units, self.depth, self.seed = units, depth, seed
        self.streams, self.limit, self.alike = streams, limit, alike
        self.layers = stack(units, depth, seed, streams, limit, alike)

    def build(self, input_shape):
        for layer in self.layers:
            layer.build(input_shape)
            input_shape = (*input_shape[:-1], self.units)

    def call(self, inputs):
        """Outputs of every step: (..., N, T, D) -> (..., N, T, units). T must be known when tracing."""
        return self.run(inputs)[0]

    def run(self, inputs):
        """Outputs and final states.

        Args:
            inputs: (N, T, D), or (S, N, T, D) with streams.

        Returns:
            outputs: (..., N, T, units).
            states: one (hidden, cell) pair per layer, each (..., N, units).
        """
        steps, leading = inputs.shape[-2], self.layers[0].leading
        swapped = ops.swapaxes(inputs, -2, -3)  # (..., T, N, D)
        rows = ops.reshape(swapped, (*leading, -1, inputs.shape[-1]))  # (..., T * N, D)
        states = []
        for layer in self.layers:
            outputs, state = [], None
            for projected in ops.split(layer.project(rows), steps, axis=-2):  # (..., N, 4 * E)
                state = layer.step(projected, state)
                outputs.append(state[0])
            states.append(state)
            rows = ops.concatenate(outputs, axis=-2)  # (..., T * N, E)
        outputs = ops.swapaxes(ops.reshape(rows, (*leading, steps, -1, self.units)), -2, -3)
        return outputs, states

    def run_tree(self, frames, levels):
        """Outputs of the nodes of a prefix tree; nodes of one depth share one product per layer.

        Args:
            frames: (T, N, D), time first.
            levels: one (parents, frame indices) pair per depth. `parents` is a list with the position of each
                node's parent in the level above (ignored at depth 0); the frame indices are a list, or an
                integer tensor when they change from call to call.

        Returns:
            (nodes, N, units), nodes in the order of the levels.
        """
        first, *upper = self.layers
        projected = first.project(ops.reshape(frames, (-1, frames.shape[-1])))  # (T * N, 4 * E)
        inputs = _of_frames(projected, frames.shape[0], levels)
        rows = _run_levels(first, inputs, levels)  # (nodes * N, E)
        sizes = [len(parents) for parents, _ in levels]
        for layer in upper:
            nodes = ops.split(layer.project(rows), sum(sizes))
            stops = np.cumsum(sizes)
            inputs = [_join(nodes[stop - size : stop]) for size, stop in zip(sizes, stops, strict=True)]
            rows = _run_levels(layer, inputs, levels)
        return ops.reshape(rows, (sum(sizes), -1, self.units))


def _of_frames(projected, steps, levels):
    """Projected rows of each level's frames; the product itself is done once per frame."""
    if not isinstance(levels[0][1], list):
        table = ops.reshape(projected, (steps, -1))
        return [ops.reshape(ops.take(table, index, axis=0), (-1, projected.shape[-1])) for _, index in levels]
    parts = ops.split(projected, steps)
    return [_join([parts[frame] for frame in index]) for _, index in levels]


def _run_levels(layer, inputs, levels):
    outputs, width = [], len(levels[0][0])
    hidden, cell = layer.gated(inputs[0])
    for projected, (parents, _) in zip(inputs[1:], levels[1:], strict=True):
        outputs.append(hidden)
        different = sorted(set(parents))  # children share the product of their parent
        carried = layer.carried(_select(hidden, different, width))
        carried = _select(carried, [different.index(parent) for parent in parents], len(different))
        hidden, cell = layer.gated(projected + carried, _select(cell, parents, width))
        width = len(parents)
    return ops.concatenate([*outputs, hidden])


def _select(rows, chosen, width):
    """Blocks of rows, of `width` equal ones, in the order chosen."""
    if chosen == list(range(width)):
        return rows
    parts = ops.split(rows, width)
    return _join([parts[block] for block in chosen])


def _join(parts):
    return parts[0] if len(parts) == 1 else ops.concatenate(parts)


def forget_gate_open(shape, dtype=None):
    """Biases (..., 4 * units) that are 1 at the forget gate and 0 elsewhere."""
    return ops.cast(np.broadcast_to(np.repeat([0.0, 1.0, 0.0, 0.0], shape[-1] // 4), shape), dtype)
