# SPDX-License-Identifier: MIT
"""What every system of skeletons shares: sequences of a joint layout, centred as the recipe says."""

from collections.abc import Mapping

import tensorflow as tf

from tfskel import skeletons
from tfskel.systems import base


class SkeletonSystem(base.System):
    """Base of the systems whose items are sequences of skeletons.

    Attributes:
        DEPTH: what it needs the depth of joints for, in words; "" when poses in a picture serve as well.
        skeleton: joint layout.
        length: f, frames of a sequence.
    """

    INPUT = "skeletons"
    DEPTH = ""

    def __init__(self, recipe: Mapping, classes: int, seed: int):
        super().__init__(recipe, classes, seed)
        self.skeleton = skeletons.get(recipe["dataset"].skeleton)
        self.length = recipe["dataset"].length

    @property
    def input_spec(self) -> tf.TensorSpec:
        """As System: (N, f, J, 3) float32, metres."""
        return tf.TensorSpec((None, self.length, self.skeleton.num_joints, 3), tf.float32)

    def prepare(self, raw: tf.Tensor) -> tf.Tensor:
        """Joints as captured -> as the recipe places them, centred on the root or as they are."""
        root = self.skeleton.root
        return raw - raw[:, :, root : root + 1] if self.recipe["dataset"].centred else raw
