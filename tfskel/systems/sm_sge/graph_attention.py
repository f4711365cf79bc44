# SPDX-License-Identifier: MIT
"""Graph attention over the nodes of one skeleton scale, every head in one product."""

import math

import keras
import numpy as np
from keras import ops

# Share of allowed pairs below which attention over pairs is cheaper than over the whole matrix.
SPARSE = 0.5


class GraphAttention(keras.layers.Layer):
    """Structural relation of one scale: the mean of H attention heads over a skeleton graph.

    Args:
        bias: (nodes, nodes) float. Added to the logits; 0 where two nodes may attend, -1e9 elsewhere.
        units: int. Features per node.
        heads: int. Number of heads H; their outputs are averaged.
        seed: int or None. Seed of the initial values.

    Source: Velickovic et al., 2018, https://arxiv.org/abs/1710.10903, equations 1 to 4 and 6; the original
    program projects the nodes before the heads, gives both score vectors a bias, and uses slope 0.2.
    """

    def __init__(self, bias, units=8, heads=8, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.bias = np.asarray(bias)
        self.pairs = [index.astype(np.int32) for index in np.nonzero(self.bias == 0)]
        # Segments without a stated number exist in TensorFlow alone, and there they are the fastest form.
        self.sparse = len(self.pairs[0]) < SPARSE * self.bias.size and keras.backend.backend() == "tensorflow"
        self.units = units
        self.heads = heads
        self.seed = seed

    def build(self, nodes_shape):
        D, H = self.units, self.heads
        normal = keras.initializers.RandomNormal(stddev=1.0, seed=self.seed)
        self.input_kernel = self.add_weight(name="input_kernel", shape=(nodes_shape[-1], D), initializer=normal)
        self.input_bias = self.add_weight(name="input_bias", shape=(D,), initializer="zeros")
        self.kernel = self.add_weight(name="kernel", shape=(H, D, D), initializer=_glorot(D, D, self.seed, 1))
        for side, offset in (("self", 2), ("other", 3)):
            kernel = self.add_weight(name=f"{side}_kernel", shape=(H, D), initializer=_glorot(D, 1, self.seed, offset))
            bias = self.add_weight(name=f"{side}_bias", shape=(H,), initializer="zeros")
            setattr(self, f"{side}_kernel", kernel)
            setattr(self, f"{side}_bias", bias)
        self.output_bias = self.add_weight(name="output_bias", shape=(H, D), initializer="zeros")

    def call(self, nodes, portable=False):
        """Related nodes.

        Args:
            nodes: (M, nodes, 3) float32 positions in metres, root-centred.
            portable: use only operations that every runtime of an exported model has; slower, and equal but for
                rounding.

        Returns:
            (M, nodes, units) float32.
        """
        values, towards, away = self._heads(nodes)
        related = self._over_edges if self.sparse and not portable else self._over_all
        related = ops.elu(related(values, towards, away) + self.output_bias)  # (nodes, M, H, D)
        return ops.transpose(ops.mean(related, axis=2), (1, 0, 2))  # (M, nodes, D)

    def attention(self, nodes):
        """Attention of every head, rows summing to 1: (M, nodes, 3) -> (M, H, nodes, nodes)."""
        return self._dense_attention(*self._heads(nodes)[1:])

    def _heads(self, nodes):
        """Values (nodes, M, H, D) and both scores (nodes, M, H); nodes first, so that edges gather whole rows."""
        D, H, count = self.units, self.heads, len(self.bias)
        flat = ops.reshape(ops.transpose(nodes, (1, 0, 2)), (-1, nodes.shape[-1]))  # (nodes * M, 3)
        hidden = ops.matmul(flat, self.input_kernel) + self.input_bias  # (nodes * M, D)
        kernel = ops.reshape(ops.transpose(self.kernel, (1, 0, 2)), (D, H * D))
        values = ops.matmul(hidden, kernel)  # (nodes * M, H * D)
        # Score vectors of the heads as one block-diagonal matrix.
        blocks = [ops.expand_dims(kernel, -1) * np.eye(H, dtype=np.float32)[:, None]
                  for kernel in (self.self_kernel, self.other_kernel)]  # fmt: skip
        scores = ops.matmul(values, ops.reshape(ops.concatenate(blocks, axis=-1), (H * D, 2 * H)))
        scores = ops.reshape(scores, (count, -1, 2 * H))  # (nodes, M, 2 * H)
        towards, away = ops.split(scores, 2, axis=-1)
        return ops.reshape(values, (count, -1, H, D)), towards + self.self_bias, away + self.other_bias

    def _over_edges(self, values, towards, away):
        """Attention over the allowed pairs alone; a tree has few of them."""
        to, source = self.pairs
        logits = ops.leaky_relu(ops.take(towards, to, axis=0) + ops.take(away, source, axis=0), 0.2)
        largest = ops.stop_gradient(ops.segment_max(logits, to, sorted=True))  # (nodes, M, H)
        weights = ops.exp(logits - ops.take(largest, to, axis=0))  # (pairs, M, H)
        total = ops.segment_sum(weights, to, sorted=True)
        gathered = weights[..., None] * ops.take(values, source, axis=0)  # (pairs, M, H, D)
        related = ops.segment_sum(gathered, to, sorted=True) / total[..., None]
        return ops.reshape(related, (len(self.bias), -1, self.heads, self.units))

    def _over_all(self, values, towards, away):
        """Attention over all pairs, forbidden ones by their bias."""
        attention = self._dense_attention(towards, away)
        related = ops.matmul(attention, ops.transpose(values, (1, 2, 0, 3)))  # (M, H, nodes, D)
        return ops.transpose(related, (2, 0, 1, 3))

    def _dense_attention(self, towards, away):
        towards, away = (ops.transpose(scores, (1, 2, 0)) for scores in (towards, away))  # (M, H, nodes)
        logits = ops.leaky_relu(towards[..., None] + away[..., None, :], 0.2)
        return ops.softmax(logits + ops.cast(self.bias, logits.dtype))  # (M, H, nodes, nodes)


def _glorot(fan_in, fan_out, seed, offset):
    """Uniform initial values with the limit of one head, whatever number of heads is stacked."""
    limit = math.sqrt(6.0 / (fan_in + fan_out))
    return keras.initializers.RandomUniform(-limit, limit, seed=None if seed is None else seed + offset)
