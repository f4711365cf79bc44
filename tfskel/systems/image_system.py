# SPDX-License-Identifier: MIT
"""What every system of images shares: one size, and the rule that brings any image to it."""

from collections.abc import Mapping

import tensorflow as tf

from tfskel import choices
from tfskel.data import image_pixels
from tfskel.systems import base


class ImageSystem(base.System):
    """Base of the systems whose items are images.

    Attributes:
        size: height and width that images are resized to.
        preparation: how they are resized and scaled, a name in `image_pixels.PREPARATIONS`.
    """

    INPUT = "images"

    def __init__(self, recipe: Mapping, classes: int, seed: int):
        super().__init__(recipe, classes, seed)
        dataset = recipe["dataset"]
        self.size, self.preparation = image_pixels.target(dataset.image_size), dataset.preparation

    @classmethod
    def check(cls, recipe: Mapping) -> None:
        """As System.

        Raises:
            ValueError: an unknown preparation of images, too.
        """
        super().check(recipe)
        choices.check(recipe, {"dataset.preparation": image_pixels.PREPARATIONS})

    @property
    def input_spec(self) -> tf.TensorSpec:
        """As System: (N, h, w, 3) float32, see `image_pixels.prepare` for the range."""
        return tf.TensorSpec((None, *self.size, 3), tf.float32)

    @property
    def raw_spec(self) -> tf.TensorSpec:
        """As System: (N, H, W, 3) uint8, RGB, of any size."""
        return tf.TensorSpec((None, None, None, 3), tf.uint8)

    def prepare(self, raw: tf.Tensor) -> tf.Tensor:
        """As System, see `image_pixels.prepare`."""
        return image_pixels.prepare(raw, self.size, self.preparation)
