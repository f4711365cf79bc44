# SPDX-License-Identifier: MIT
"""Frame encoder of one skeleton level: two dense layers."""

import keras
from keras import ops


class LevelEncoder(keras.layers.Layer):
    """Encodes frames one by one: relu(x W1 + b1) W2 + b2.

    Args:
        units: int. Width of both layers.
        seed: int or None. Seed of the initial values.

    Source: Rao et al., 2023, https://arxiv.org/abs/2307.12917; no normalisation and no last activation, as in the
    original program.
    """

    def __init__(self, units, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.seed = seed

    def build(self, frames_shape):
        first, second = (
            keras.initializers.GlorotUniform(seed=None if self.seed is None else self.seed + k) for k in range(2)
        )
        units = self.units
        self.hidden_kernel = self.add_weight(name="hidden_kernel", shape=(frames_shape[-1], units), initializer=first)
        self.hidden_bias = self.add_weight(name="hidden_bias", shape=(units,), initializer="zeros")
        self.kernel = self.add_weight(name="kernel", shape=(units, units), initializer=second)
        self.bias = self.add_weight(name="bias", shape=(units,), initializer="zeros")

    def call(self, frames):
        """Encoded frames: (rows, 3 * nodes) float32 -> (rows, units)."""
        hidden = ops.relu(ops.matmul(frames, self.hidden_kernel) + self.hidden_bias)  # (rows, units)
        return ops.matmul(hidden, self.kernel) + self.bias  # (rows, units)
