# SPDX-License-Identifier: MIT
"""Meta-transformation heads of one skeleton level: frames and prototypes compared after the same linear map."""

import math

import keras
from keras import ops


class MetaHeads(keras.layers.Layer):
    """M square matrices W; head m compares a frame x with a prototype c by (x W)(c W)^T / sqrt(units).

    Args:
        heads: int. Number of matrices M.
        seed: int or None. Seed of the initial values, which are standard normal and not scaled, as in the original.

    Source: Rao et al., 2023, https://arxiv.org/abs/2307.12917.
    """

    def __init__(self, heads=8, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.heads = heads
        self.seed = seed

    def build(self, frames_shape):
        units = frames_shape[-1]
        normal = keras.initializers.RandomNormal(stddev=1.0, seed=self.seed)
        self.kernel = self.add_weight(name="kernel", shape=(self.heads, units, units), initializer=normal)

    def call(self, sequences):
        """Mean over heads of the transformed features: (N, units) float32 -> (N, units)."""
        return ops.matmul(sequences, ops.mean(self.kernel, axis=0))

    def logits(self, frames, prototypes):
        """Similarity of frames and sequences to prototypes.

        (x W)(c W)^T is x (c W W^T)^T: the few prototypes are transformed twice, the many frames never, and all heads
        are one product.

        Args:
            frames: (N, f, units) float32.
            prototypes: (K, units) float32.

        Returns:
            of frames: (N, f, M, K); of sequences, whose feature is the mean of its frames: (N, M, K).
        """
        units = frames.shape[-1]
        once = ops.matmul(prototypes, self.kernel)  # (M, K, units)
        twice = ops.matmul(once, ops.transpose(self.kernel, (0, 2, 1))) / math.sqrt(units)  # (M, K, units)
        keys = ops.transpose(ops.reshape(twice, (-1, units)))  # (units, M * K)
        products = ops.matmul(ops.reshape(frames, (-1, units)), keys)  # (N * f, M * K)
        products = ops.reshape(products, (-1, frames.shape[1], self.heads, ops.shape(prototypes)[0]))
        return products, ops.mean(products, axis=1)

    def logits_by_head(self, frames, prototypes):
        """What `logits` returns, in the original's order of operations: a loop over heads that transforms frames."""
        units = frames.shape[-1]
        flat, means = ops.reshape(frames, (-1, units)), ops.mean(frames, axis=1)
        of_frames, of_sequences = [], []
        for head in range(self.heads):
            kernel = self.kernel[head]
            keys = ops.transpose(ops.matmul(prototypes, kernel))  # (units, K)
            products = ops.matmul(ops.matmul(flat, kernel), keys) / math.sqrt(units)  # (N * f, K)
            of_frames.append(ops.reshape(products, (-1, frames.shape[1], ops.shape(prototypes)[0])))
            of_sequences.append(ops.matmul(ops.matmul(means, kernel), keys) / math.sqrt(units))  # (N, K)
        return ops.stack(of_frames, axis=2), ops.stack(of_sequences, axis=1)
