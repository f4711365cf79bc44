# SPDX-License-Identifier: MIT
"""Stacked LSTM decoder with Luong attention over the encoder's outputs, many independent ones side by side."""

from typing import Any, NamedTuple

import keras
from keras import ops

from tfskel.layers import configured, initial_values, lstm


class Decoded(NamedTuple):
    """What a decoder gives for S streams of N sequences; t counts decoder steps, s memory steps, both f.

    Attributes:
        reconstruction: (S, N, f, J).
        alignments: (S, N, f, f), entry [t, s]; each row sums to 1.
        context: (S, N, f, units), means of the encoder's outputs weighted by the alignments.
        attention: (S, N, f, units), what the output layer sees.
        cell_outputs: (S, N, f, units), hidden states of the top layer.
    """

    reconstruction: Any
    alignments: Any
    context: Any
    attention: Any
    cell_outputs: Any


@keras.saving.register_keras_serializable(package="tfskel")
class LuongDecoder(configured.Configured, keras.layers.Layer):
    """Decoder whose attention vector of a step is an input of the next.

    Args:
        units: int. Width of the LSTM layers, keys and attention.
        outputs: int. Width J of a decoded frame.
        streams: int. Independent decoders S.
        seed: int or None. Seed of the initial values of the attention and of the output layer.
        lstm_seed, limit, alike: seed and initial values of the LSTM layers, as for `lstm.stack`.

    Source: Luong et al., 2015, https://arxiv.org/abs/1508.04025, dot score; as TensorFlow 1's attention wrapper: values
        are the encoder's outputs themselves, the attention layer has neither bias nor tanh.
    """

    def __init__(self, units, outputs, streams, seed=None, lstm_seed=None, limit=None, alike=False, **kwargs):
        super().__init__(**kwargs)
        self.units, self.outputs, self.streams, self.seed = units, outputs, streams, seed
        self.lstm_seed, self.limit, self.alike = lstm_seed, limit, alike
        self.layers = lstm.stack(units, 2, lstm_seed, streams, limit, alike)

    def build(self, memory_shape=None):
        S, H, J, seed = self.streams, self.units, self.outputs, self.seed
        for layer, width in zip(self.layers, (J + H, H), strict=True):
            layer.build((S, None, width))
        of_keys, of_attention = (initial_values.glorot(rows, H, seed, k) for k, rows in enumerate((H, 2 * H)))
        self.memory_kernel = self.add_weight(name="memory_kernel", shape=(S, H, H), initializer=of_keys)
        self.attention_kernel = self.add_weight(name="attention_kernel", shape=(S, 2 * H, H), initializer=of_attention)
        small = keras.initializers.TruncatedNormal(stddev=0.1, seed=None if seed is None else seed + 2)
        self.kernel = self.add_weight(name="kernel", shape=(S, H, J), initializer=small)
        self.bias = self.add_weight(name="bias", shape=(S, J), initializer="zeros")

    def call(self, memory, states, previous=None, feedback=False):
        """Decodes f frames.

        Args:
            memory: (S, N, f, units), the encoder's outputs.
            states: (hidden, cell) of each layer to begin with, each (S, N, units).
            previous: (S, N, f, J), frame fed at every step; None feeds zeros and skips their product.
            feedback: feed zeros first and then each step's own output.

        Returns:
            Decoded.
        """
        keys, states = self._keys(memory), list(states)
        # Split once: a slice in every step would cost a padded gradient in every step.
        kernels = ops.split(self.layers[0].kernel, [self.outputs], axis=1)  # of a frame, of the attention vector
        steps, attention, frame = memory.shape[2], None, None
        found = []
        for step in range(steps):
            if feedback:
                frame = None if attention is None else self.read(attention)
            elif previous is not None:
                frame = previous[:, :, step]
            row = self._project(frame, attention, kernels)
            for number, layer in enumerate(self.layers):
                row = layer.project(row) if number else row
                states[number] = layer.step(row, states[number])
                row = states[number][0]  # (S, N, H)
            alignments = ops.softmax(ops.sum(keys * ops.expand_dims(row, 2), axis=-1))  # (S, N, f)
            context = ops.sum(memory * ops.expand_dims(alignments, -1), axis=2)  # (S, N, H)
            attention = ops.matmul(ops.concatenate([row, context], axis=-1), self.attention_kernel)  # (S, N, H)
            found.append((alignments, context, attention, row))
        alignments, context, attention, rows = (ops.stack(parts, axis=2) for parts in zip(*found, strict=True))
        return Decoded(self._read_all(attention), alignments, context, attention, rows)

    def read(self, attention):
        """The frame that an attention vector gives: (S, rows, units) -> (S, rows, J)."""
        return ops.matmul(attention, self.kernel) + ops.expand_dims(self.bias, 1)

    def _read_all(self, attention):
        S, H, J = self.streams, self.units, self.outputs
        frames = self.read(ops.reshape(attention, (S, -1, H)))  # (S, N * f, J)
        return ops.reshape(frames, (S, -1, attention.shape[2], J))

    def _keys(self, memory):
        rows = ops.reshape(memory, (self.streams, -1, self.units))  # (S, N * f, H)
        return ops.reshape(ops.matmul(rows, self.memory_kernel), ops.shape(memory))

    def _project(self, frame, attention, kernels):
        """What frame and attention vector give to the first layer's gates; None stands for zeros."""
        projected = self.layers[0].bias_row()  # (S, 1, 4 * H)
        for value, kernel in zip((frame, attention), kernels, strict=True):
            if value is not None:
                projected = projected + ops.matmul(value, kernel)
        return projected
