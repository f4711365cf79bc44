# SPDX-License-Identifier: MIT
"""Heads that predict skeletons of several scales from the outputs of one encoder."""

import keras
from keras import ops


class ReconstructionHeads(keras.layers.Layer):
    """One two-layer perceptron per predicted scale; the hidden layers of all heads are one product.

    Args:
        nodes: dict scale -> number of nodes; one head each, in this order.
        seed: int or None. Seed of the initial values.

    Source: original program: relu(h W1 + b1) W2 + b2, kernels drawn from N(0, 1).
    """

    def __init__(self, nodes, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.nodes = dict(nodes)
        self.seed = seed

    def build(self, input_shape):
        units = input_shape[-1]
        self.hidden_kernel = self.add_weight(
            name="hidden_kernel", shape=(units, units * len(self.nodes)), initializer=self._normal(0)
        )
        self.hidden_bias = self.add_weight(name="hidden_bias", shape=(units * len(self.nodes),), initializer="zeros")
        self.kernels, self.biases = {}, {}
        for number, (scale, nodes) in enumerate(self.nodes.items()):
            self.kernels[scale] = self.add_weight(
                name=f"{scale}_kernel", shape=(units, 3 * nodes), initializer=self._normal(number + 1)
            )
            self.biases[scale] = self.add_weight(name=f"{scale}_bias", shape=(3 * nodes,), initializer="zeros")

    def _normal(self, offset):
        seed = None if self.seed is None else self.seed + offset
        return keras.initializers.RandomNormal(stddev=1.0, seed=seed)

    def call(self, outputs):
        """Predicted skeletons: (rows, units) -> dict scale -> (rows, 3 * nodes), x, y, z node by node."""
        hidden = ops.relu(ops.matmul(outputs, self.hidden_kernel) + self.hidden_bias)
        parts = ops.split(hidden, len(self.nodes), axis=-1)  # (rows, units) each
        return {
            scale: ops.matmul(part, self.kernels[scale]) + self.biases[scale]  # (rows, 3 * nodes)
            for scale, part in zip(self.nodes, parts, strict=True)
        }
