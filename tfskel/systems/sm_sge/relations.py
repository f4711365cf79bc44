# SPDX-License-Identifier: MIT
"""Relations of skeleton nodes: graph attention within a scale, and collaboration between scales."""

import keras
import numpy as np
from keras import ops

from tfskel.layers import configured, dense, initial_values

# Share of allowed pairs below which attention over pairs is cheaper than over the whole matrix.
SPARSE = 0.5


@keras.saving.register_keras_serializable(package="tfskel")
class GraphAttention(configured.Configured, keras.layers.Layer):
    """Structural relation of one scale: the mean of H attention heads over a skeleton graph, all in one product.

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
        self.bias, self.logit_bias = np.asarray(bias).tolist(), np.asarray(bias)
        self.pairs = [index.astype(np.int32) for index in np.nonzero(self.logit_bias == 0)]
        # Segments without a stated number exist in TensorFlow alone, and there they are the fastest form.
        self.sparse = len(self.pairs[0]) < SPARSE * self.logit_bias.size and keras.backend.backend() == "tensorflow"
        self.units, self.heads, self.seed = units, heads, seed
        self.embed = dense.Dense(units, kernel_initializer=initial_values.normal(seed), name="embed")

    def build(self, nodes_shape):
        D, H, seed = self.units, self.heads, self.seed
        self.embed.build((None, nodes_shape[-1]))
        self.kernel = self.add_weight(name="kernel", shape=(H, D, D), initializer=initial_values.glorot(D, D, seed, 1))
        for side, number in (("self", 2), ("other", 3)):
            initial = initial_values.glorot(D, 1, seed, number)
            kernel = self.add_weight(name=f"{side}_kernel", shape=(H, D), initializer=initial)
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
        embedded = self.embed(flat)  # (nodes * M, D)
        kernel = ops.transpose(self.kernel, (1, 0, 2))  # (D, H, D)
        values = ops.matmul(embedded, ops.reshape(kernel, (D, H * D)))
        # (x W) a is x (W a): scores need no values.
        towards, away = (ops.matmul(embedded, ops.sum(kernel * scores, axis=-1)) + bias for scores, bias in (
            (self.self_kernel, self.self_bias), (self.other_kernel, self.other_bias)))  # fmt: skip
        towards, away = (ops.reshape(scores, (count, -1, H)) for scores in (towards, away))
        return ops.reshape(values, (count, -1, H, D)), towards, away

    def _over_edges(self, values, towards, away):
        """Attention over the allowed pairs alone; a tree has few of them."""
        to, source = self.pairs
        logits = ops.leaky_relu(ops.take(towards, to, axis=0) + ops.take(away, source, axis=0), 0.2)
        largest = ops.stop_gradient(ops.segment_max(logits, to, sorted=True))  # (nodes, M, H)
        weights = ops.exp(logits - ops.take(largest, to, axis=0))  # (pairs, M, H)
        weights = weights / ops.take(ops.segment_sum(weights, to, sorted=True), to, axis=0)
        gathered = weights[..., None] * ops.take(values, source, axis=0)  # (pairs, M, H, D)
        related = ops.segment_sum(gathered, to, sorted=True)
        return ops.reshape(related, (len(self.bias), -1, self.heads, self.units))

    def _over_all(self, values, towards, away):
        """Attention over all pairs, forbidden ones by their bias."""
        attention = self._dense_attention(towards, away)
        related = ops.matmul(attention, ops.transpose(values, (1, 2, 0, 3)))  # (M, H, nodes, D)
        return ops.transpose(related, (2, 0, 1, 3))

    def _dense_attention(self, towards, away):
        towards, away = (ops.transpose(scores, (1, 2, 0)) for scores in (towards, away))  # (M, H, nodes)
        logits = ops.leaky_relu(towards[..., None] + away[..., None, :], 0.2)
        return ops.softmax(logits + ops.cast(self.logit_bias, logits.dtype))  # (M, H, nodes, nodes)


def scores(target, source):
    """Un-normalised relation of every target node to every source node: (M, T, D), (M, S, D) -> (M, T, S)."""
    return ops.matmul(target, ops.transpose(source, (0, 2, 1)))


def collaborate(target, source):
    """Source nodes averaged by their relation to each target node: (M, T, D), (M, S, D) -> (M, T, D)."""
    return ops.matmul(ops.softmax(scores(target, source)), source)


@keras.saving.register_keras_serializable(package="tfskel")
class ScaleCollaboration(configured.Configured, keras.layers.Layer):
    """Adds to each scale what its nodes gather from other scales.

    Args:
        sources: dict scale -> list of scales it gathers from (itself included).
        fusion: float in [0, 1]. Weight of what is gathered.
        seed: int or None. Seed of the initial values.

    Source: original program: fused = nodes + fusion * sum over sources of collaborate(nodes, source) W.
    """

    def __init__(self, sources, fusion=1.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.sources = {scale: list(names) for scale, names in sources.items()}
        self.fusion, self.seed = fusion, seed

    def build(self, nodes_shapes):
        units = next(iter(nodes_shapes.values()))[-1]
        self.kernels = {}
        for target, names in self.sources.items():
            for source in names:
                name, initial = f"{target}_from_{source}", initial_values.normal(self.seed, len(self.kernels))
                self.kernels[name] = self.add_weight(name=name, shape=(units, units), initializer=initial)

    def call(self, nodes):
        """Fused nodes.

        Args:
            nodes: dict scale -> (M, nodes of the scale, units) float32.

        Returns:
            dict with the same keys and shapes.
        """
        return {scale: self.fuse(scale, nodes) for scale in self.sources}

    def fuse(self, scale, nodes):
        """Fused nodes of one scale; `nodes` needs that scale and its sources only."""
        gathered = sum(
            ops.matmul(collaborate(nodes[scale], nodes[source]), self.kernels[f"{scale}_from_{source}"])
            for source in self.sources[scale]
        )  # (M, nodes, units)
        return nodes[scale] + self.fusion * gathered
