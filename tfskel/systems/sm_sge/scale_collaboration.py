# SPDX-License-Identifier: MIT
"""Collaborative relations: nodes of a scale gather from the nodes of equal or coarser scales."""

import keras
from keras import ops


def scores(target, source):
    """Un-normalised relation of every target node to every source node: (M, T, D), (M, S, D) -> (M, T, S)."""
    return ops.matmul(target, ops.transpose(source, (0, 2, 1)))


def collaborate(target, source):
    """Source nodes averaged by their relation to each target node: (M, T, D), (M, S, D) -> (M, T, D)."""
    return ops.matmul(ops.softmax(scores(target, source)), source)


class ScaleCollaboration(keras.layers.Layer):
    """Adds to each scale what its nodes gather from other scales.

    Args:
        sources: dict scale -> tuple of scales it gathers from (itself included).
        fusion: float in [0, 1]. Weight of what is gathered.
        seed: int or None. Seed of the initial values.

    Source: original program: fused = nodes + fusion * sum over sources of collaborate(nodes, source) W.
    """

    def __init__(self, sources, fusion=1.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.sources = {scale: tuple(names) for scale, names in sources.items()}
        self.fusion = fusion
        self.seed = seed

    def build(self, nodes_shape):
        units = nodes_shape[-1]
        self.kernels = {}
        for target, names in self.sources.items():
            for source in names:
                seed = None if self.seed is None else self.seed + len(self.kernels)
                self.kernels[f"{target}_from_{source}"] = self.add_weight(
                    name=f"{target}_from_{source}",
                    shape=(units, units),
                    initializer=keras.initializers.RandomNormal(stddev=1.0, seed=seed),
                )

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
