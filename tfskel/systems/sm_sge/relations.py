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
        positions = ops.transpose(nodes, (1, 0, 2))  # (nodes, M, 3); nodes first, so that edges gather whole rows
        gather = self._over_edges if self.sparse and not portable else self._over_all
        kernel, bias = self._projection()
        gathered = ops.reshape(gather(positions, kernel, bias), (-1, positions.shape[-1] * self.heads))
        # Attention sums to 1, so that it may gather 3 coordinates before the projection instead of D features after it.
        own_head = ops.expand_dims(ops.eye(self.heads, dtype=kernel.dtype), -1)  # (H, H, 1)
        apart = ops.expand_dims(kernel, 2) * own_head  # (3, H, H, D), zero between different heads
        related = ops.matmul(gathered, ops.reshape(apart, (gathered.shape[-1], -1)))  # (nodes * M, H * D)
        related = ops.reshape(related, (len(self.bias), -1, self.heads, self.units))
        related = ops.elu(related + (bias + self.output_bias))  # (nodes, M, H, D)
        return ops.transpose(ops.mean(related, axis=2), (1, 0, 2))  # (M, nodes, D)

    def attention(self, nodes):
        """Attention of every head, rows summing to 1: (M, nodes, 3) -> (M, H, nodes, nodes)."""
        return self._dense_attention(ops.transpose(nodes, (1, 0, 2)), *self._projection())

    def _projection(self):
        """Kernel (3, H, D) and bias (1, H, D) of every head's values, straight from the positions."""
        kernel = ops.transpose(self.kernel, (1, 0, 2))  # (D, H, D)
        flat = ops.reshape(kernel, (self.units, -1))
        both = ops.concatenate([self.embed.kernel, self.embed.bias[None]], axis=0)  # (3 + 1, D)
        both = ops.split(ops.matmul(both, flat), [self.embed.kernel.shape[0]])
        return [ops.reshape(part, (-1, *kernel.shape[1:])) for part in both]

    def _scores(self, positions, kernel, bias):
        """Both scores of every node: (nodes, M, 3) -> (nodes, M, H) each."""
        flat, found = ops.reshape(positions, (-1, positions.shape[-1])), []
        for vectors, constant in ((self.self_kernel, self.self_bias), (self.other_kernel, self.other_bias)):
            # (x W) a is x (W a): scores need no values.
            score = ops.matmul(flat, ops.sum(kernel * vectors, axis=-1))  # (nodes * M, H)
            score = score + (ops.sum(bias * vectors, axis=-1) + constant)
            found.append(ops.reshape(score, (len(self.bias), -1, self.heads)))
        return found

    def _over_edges(self, positions, kernel, bias):
        """Positions that every head gathers over the allowed pairs alone; a tree has few of them."""
        to, source = self.pairs
        towards, away = self._scores(positions, kernel, bias)
        logits = ops.leaky_relu(ops.take(towards, to, axis=0) + ops.take(away, source, axis=0), 0.2)
        largest = ops.stop_gradient(ops.segment_max(logits, to, sorted=True))  # (nodes, M, H)
        weights = ops.exp(logits - ops.take(largest, to, axis=0))  # (pairs, M, H)
        # With a coordinate that is 1 the sum of the weights is one of the gathered coordinates.
        columns = ops.transpose(ops.pad(positions, ((0, 0), (0, 0), (0, 1)), constant_values=1.0), (0, 2, 1))
        columns = ops.repeat(columns, self.heads, axis=-1)  # (nodes, 3 + 1, M * H)
        flat = ops.reshape(weights, (len(to), 1, -1))  # (pairs, 1, M * H)
        gathered = ops.segment_sum(flat * ops.take(columns, source, axis=0), to, sorted=True)
        sums, total = ops.split(gathered, [positions.shape[-1]], axis=1)  # (nodes, 3, M * H), (nodes, 1, M * H)
        means = ops.reshape(sums / total, (len(self.bias), positions.shape[-1], -1, self.heads))
        return ops.transpose(means, (0, 2, 1, 3))  # (nodes, M, 3, H)

    def _over_all(self, positions, kernel, bias):
        """Positions that every head gathers over all pairs, forbidden ones weighted down by their bias."""
        attention = self._dense_attention(positions, kernel, bias)
        rows = ops.reshape(attention, (-1, self.heads * len(self.bias), len(self.bias)))  # (M, H * nodes, nodes)
        gathered = ops.matmul(rows, ops.transpose(positions, (1, 0, 2)))  # (M, H * nodes, 3)
        gathered = ops.reshape(gathered, (-1, self.heads, len(self.bias), positions.shape[-1]))
        return ops.transpose(gathered, (2, 0, 3, 1))  # (nodes, M, 3, H)

    def _dense_attention(self, positions, kernel, bias):
        both = self._scores(positions, kernel, bias)
        towards, away = (ops.transpose(score, (1, 2, 0)) for score in both)  # (M, H, nodes)
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
