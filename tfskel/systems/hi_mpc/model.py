# SPDX-License-Identifier: MIT
"""Hi-MPC: one frame encoder and one set of meta-transformation heads for each of three skeleton levels."""

from collections.abc import Mapping, Sequence

import keras
import numpy as np
from keras import ops

from tfskel import skeletons
from tfskel.systems.hi_mpc import level_encoder, meta_heads

LEVELS = ("joints", "parts", "bodies")
LETTERS = {"joints": "J", "parts": "P", "bodies": "B"}


class HiMPC(keras.Model):
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
    ):
        super().__init__(name=name)
        for label, value in (("length", length), ("units", units), ("heads", heads)):
            if value < 1:
                raise ValueError(f"{label} must be at least 1; received {value}.")
        self.skeleton = skeletons.get(skeleton)
        self.length, self.units, self.num_heads = length, units, heads
        order = list(joint_order) or list(range(self.skeleton.num_joints))
        if sorted(order) != list(range(self.skeleton.num_joints)):
            raise ValueError(f"joint_order must name each of {self.skeleton.num_joints} joints once; received {order}.")
        self.scale_matrices = {level: _ordered(self.skeleton, level, order) for level in LEVELS}
        seeds = [None] * 6 if seed is None else np.random.SeedSequence(seed).generate_state(6).tolist()
        self.encoders, self.heads = {}, {}
        for level in LEVELS:
            self.encoders[level] = level_encoder.LevelEncoder(units, seed=seeds.pop(), name=f"{level}_encoder")
            self.heads[level] = meta_heads.MetaHeads(heads, seed=seeds.pop(), name=f"{level}_heads")
        self.build((None, length, self.skeleton.num_joints, 3))

    def build(self, input_shape):
        for level, matrix in self.scale_matrices.items():
            self.encoders[level].build((None, 3 * len(matrix)))
            self.heads[level].build((None, self.length, self.units))
        self.built = True

    def call(self, joints):
        """MSMR, the multi-level meta-representation that is evaluated.

        Args:
            joints: (N, f, J, 3) float32 metres, root-centred.

        Returns:
            (N, 3 * units) float32, levels in the order of LEVELS.
        """
        return self.msmr(self.sequences(joints))

    def features(self, joints):
        """Same as calling the model."""
        return self(joints)

    def representations(self, joints) -> dict:
        """All features of whole sequences: "features" (MSMR, (N, 3 * units)) and each of LEVELS, (N, units)."""
        sequences = self.sequences(joints)
        return {"features": self.msmr(sequences), **sequences}

    def levels(self, joints) -> dict:
        """Node positions of every level: (N, f, J, 3) -> dict level -> (N * f, nodes, 3)."""
        flat = ops.reshape(joints, (-1, *joints.shape[2:]))  # (N * f, J, 3)
        return {level: ops.matmul(ops.cast(matrix, flat.dtype), flat) for level, matrix in self.scale_matrices.items()}

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
        return ops.concatenate([self.heads[level](sequences[level]) for level in LEVELS], axis=-1)


def _ordered(skeleton: skeletons.Skeleton, level: str, order: list[int]) -> np.ndarray:
    """Scale matrix for joints that come in another order: (nodes, J) float32."""
    matrix = np.zeros((skeletons.num_nodes(skeleton, level), skeleton.num_joints), np.float32)
    matrix[:, order] = skeletons.scale_matrix(skeleton, level)
    return matrix
