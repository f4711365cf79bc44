# SPDX-License-Identifier: MIT
"""Hi-MPC: one frame encoder and one set of meta-transformation heads for each of three skeleton levels."""

import math
from collections.abc import Mapping, Sequence

import keras
import numpy as np
from keras import ops

from tfskel import skeletons
from tfskel.layers import configured, dense, initial_values, scales

LEVELS = ("joints", "parts", "bodies")
LETTERS = {"joints": "J", "parts": "P", "bodies": "B"}


@keras.saving.register_keras_serializable(package="tfskel")
class LevelEncoder(configured.Configured, keras.layers.Layer):
    """Encodes frames one by one: relu(x W1 + b1) W2 + b2.

    Args:
        units: int. Width of both layers.
        seed: int or None. Seed of the initial values.

    Source: Rao et al., 2023, https://arxiv.org/abs/2307.12917; no normalisation and no last activation, as in the
    original program.
    """

    def __init__(self, units, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.units, self.seed = units, seed
        seeds = (None, None) if seed is None else (seed, seed + 1)
        first, second = (keras.initializers.GlorotUniform(seed) for seed in seeds)
        self.hidden = dense.Dense(units, "relu", kernel_initializer=first, name="hidden")
        self.encoded = dense.Dense(units, kernel_initializer=second, name="encoded")

    def build(self, frames_shape):
        self.hidden.build(frames_shape)
        self.encoded.build((*frames_shape[:-1], self.units))

    def call(self, frames):
        """Encoded frames: (rows, 3 * nodes) float32 -> (rows, units)."""
        return self.encoded(self.hidden(frames))


@keras.saving.register_keras_serializable(package="tfskel")
class MetaHeads(configured.Configured, keras.layers.Layer):
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

    def build(self, sequences_shape):
        units = sequences_shape[-1]
        initial = initial_values.normal(self.seed)
        self.kernel = self.add_weight(name="kernel", shape=(self.heads, units, units), initializer=initial)

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


@keras.saving.register_keras_serializable(package="tfskel")
class HiMPC(configured.Configured, keras.Model):
    """Encoder of Hi-MPC; every weight exists after construction.

    Args:
        skeleton: name of a joint layout in `skeletons.SKELETONS`; it decides parts and bodies.
        length: frames per sequence f.
        units: width of the encoders and of a level's feature H.
        heads: meta-transformation heads M.
        joint_order: joint of the input that comes at each place of the skeleton; empty when they are in its order.
        seed: initial values; None draws them anew.

    Raises:
        ValueError: unknown skeleton, a size below 1, or `joint_order` is no permutation of the joints.

    Source: Rao et al., 2023, https://arxiv.org/abs/2307.12917; where paper and program differ, the program.
    """

    def __init__(
        self,
        skeleton: str,
        length: int,
        units: int = 256,
        heads: int = 8,
        joint_order: Sequence[int] = (),
        seed: int | None = None,
        name: str = "hi_mpc",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        for label, value in (("length", length), ("units", units), ("heads", heads)):
            if value < 1:
                raise ValueError(f"{label} must be at least 1; received {value}.")
        layout = skeletons.get(skeleton)
        self.skeleton, self.length, self.units, self.heads, self.seed = layout.name, length, units, heads, seed
        self.num_joints, self.joint_order = layout.num_joints, [int(joint) for joint in joint_order]
        order = self.joint_order or list(range(layout.num_joints))
        if sorted(order) != list(range(layout.num_joints)):
            raise ValueError(f"joint_order must name each of {layout.num_joints} joints once; received {order}.")
        self.scale_matrices = {level: _ordered(layout, level, order) for level in LEVELS}
        seeds = [None] * 6 if seed is None else np.random.SeedSequence(seed).generate_state(6).tolist()
        self.encoders, self.meta_heads = {}, {}
        for level in LEVELS:
            self.encoders[level] = LevelEncoder(units, seed=seeds.pop(), name=f"{level}_encoder")
            self.meta_heads[level] = MetaHeads(heads, seed=seeds.pop(), name=f"{level}_heads")
        self.build((None, length, self.num_joints, 3))

    def build(self, input_shape):
        for level, matrix in self.scale_matrices.items():
            self.encoders[level].build((None, 3 * len(matrix)))
            self.meta_heads[level].build((None, self.units))

    def call(self, joints):
        """MSMR, the multi-level meta-representation that is evaluated.

        Args:
            joints: (N, f, J, 3) float32 metres, root-centred.

        Returns:
            (N, 3 * units) float32, levels in the order of LEVELS.
        """
        return self.msmr(self.sequences(joints))

    def representations(self, joints) -> dict:
        """All features of whole sequences: "features" (MSMR, (N, 3 * units)) and each of LEVELS, (N, units)."""
        sequences = self.sequences(joints)
        return {"features": self.msmr(sequences), **sequences}

    def levels(self, joints) -> dict:
        """Node positions of every level: (N, f, J, 3) -> dict level -> (N * f, nodes, 3)."""
        flat = ops.reshape(joints, (-1, *joints.shape[2:]))  # (N * f, J, 3)
        return {level: scales.nodes(matrix, flat) for level, matrix in self.scale_matrices.items()}

    def frames(self, joints) -> dict:
        """Encoded frames: (N, f, J, 3) -> dict level -> (N, f, units)."""
        return self.encode(self.levels(joints))

    def encode(self, levels: Mapping) -> dict:
        """Encoded frames of given nodes: dict level -> (N * f, nodes, 3) to dict level -> (N, f, units)."""
        encoded = {}
        for level, nodes in levels.items():
            flat = ops.reshape(nodes, (-1, 3 * nodes.shape[1]))  # (N * f, 3 * nodes)
            encoded[level] = ops.reshape(self.encoders[level](flat), (-1, self.length, self.units))
        return encoded

    def sequences(self, joints) -> dict:
        """Mean over the encoded frames: (N, f, J, 3) -> dict level -> (N, units)."""
        return {level: ops.mean(frames, axis=1) for level, frames in self.frames(joints).items()}

    def msmr(self, sequences: Mapping):
        """Transformed features of all levels side by side: dict level -> (N, units) to (N, 3 * units)."""
        return ops.concatenate([self.meta_heads[level](sequences[level]) for level in LEVELS], axis=-1)


def _ordered(skeleton: skeletons.Skeleton, level: str, order: list[int]) -> np.ndarray:
    """Scale matrix for joints that come in another order: (nodes, J) float32."""
    matrix = np.zeros((skeletons.num_nodes(skeleton, level), skeleton.num_joints), np.float32)
    matrix[:, order] = skeletons.scale_matrix(skeleton, level)
    return matrix
