# SPDX-License-Identifier: MIT
"""What every system of images shares: one size, and the rule that brings any image to it."""

from collections.abc import Mapping

import tensorflow as tf

from tfskel.data import image_pixels
from tfskel.systems import base


class ImageSystem(base.System):
    """Base of the systems whose items are images.

    Attributes:
        size: height and width that images are resized to.
    """

    INPUT = "images"

    def __init__(self, recipe: Mapping, classes: int, seed: int):
        super().__init__(recipe, classes, seed)
        self.size = image_pixels.target(recipe["dataset"].image_size)

    @property
    def input_spec(self) -> tf.TensorSpec:
        """As System: (N, h, w, 3) float32 in [-1, 1]."""
        return tf.TensorSpec((None, *self.size, 3), tf.float32)

    @property
    def raw_spec(self) -> tf.TensorSpec:
        """As System: (N, H, W, 3) uint8, RGB, of any size."""
        return tf.TensorSpec((None, None, None, 3), tf.uint8)

    def prepare(self, raw: tf.Tensor) -> tf.Tensor:
        """As System, see `image_pixels.prepare`."""
        return image_pixels.prepare(raw, self.size)
