# SPDX-License-Identifier: MIT
"""Scaling of joints by the train split's range at each place, the alternative to centring in CAGE's programs."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

from tfskel.layers import configured
from tfskel.systems.cage import pretext

SCALINGS = ("", "min_max")


class Scaling:
    """(x - min) / (max - min + 1) for every frame, joint and axis, or nothing.

    Args:
        length: frames per sequence f.
        num_joints: J.
        kind: one of SCALINGS.

    Attributes:
        models: {"scaling": model that holds the range}, so that it is stored with the weights; empty without scaling.

    Source: original program with its option `norm 0`. It scales targets by their own range, which for reversed
        sequences comes to the same as reversing scaled ones.
    """

    def __init__(self, length: int, num_joints: int, kind: str):
        self.models = {"scaling": Range((length, num_joints, 3))} if kind else {}

    def fit(self, take: Callable[[np.ndarray], np.ndarray], count: int) -> None:
        """Learns the range of N training sequences; `take` gives (n, f, J, 3) for row indices."""
        if self.models:
            low, high = pretext.ranges(take, count)
            self.models["scaling"].low.assign(low)
            self.models["scaling"].width.assign(high - low + 1.0)

    def source(self, joints: tf.Tensor) -> tf.Tensor:
        """Scaled joints, (N, f, J, 3), as tensors."""
        if not self.models:
            return joints
        return self.models["scaling"](joints)

    def apply(self, joints: np.ndarray) -> np.ndarray:
        """The same as arrays."""
        return np.asarray(self.source(joints))


@keras.saving.register_keras_serializable(package="tfskel")
class Range(configured.Configured, keras.Model):
    """Smallest value and width of the range, not trained."""

    def __init__(self, shape: Sequence[int], name: str = "scaling", **kwargs):
        super().__init__(name=name, **kwargs)
        self.shape = list(shape)
        self.low = self.add_weight(name="low", shape=shape, initializer="zeros", trainable=False)
        self.width = self.add_weight(name="width", shape=shape, initializer="ones", trainable=False)
        self.built = True

    def call(self, joints):
        return (joints - self.low) / self.width
