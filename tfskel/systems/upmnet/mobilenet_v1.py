# SPDX-License-Identifier: MIT
"""MobileNet v1 without its classifier."""

import keras

from tfskel.layers import configured, convolution

DECAY, EPSILON, STDDEV = 0.9997, 1e-3, 0.09
FIRST = 32
# Stride and channels of the blocks of a depthwise and a pointwise convolution.
BLOCKS = ((1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512), *[(1, 512)] * 5, (2, 1024), (1, 1024))
FEWEST = 8
LAST = "conv2d_13_pointwise"


@keras.saving.register_keras_serializable(package="tfskel")
class MobileNetV1(configured.Configured, keras.layers.Layer):
    """Feature maps of an image at a 32nd of its size.

    Args:
        width: multiplier of all channel numbers, of which at least FEWEST stay.
        decay: of the batch normalisations.
        seed: int or None. Seed of the initial values.

    Raises:
        ValueError: a width that is not above 0.

    Source: Howard et al., 2017, https://arxiv.org/abs/1704.04861, table 1; padding as TensorFlow's "same".
    """

    def __init__(self, width=1.0, decay=DECAY, seed=None, **kwargs):
        super().__init__(**kwargs)
        if not width > 0:
            raise ValueError(f"the width of a MobileNet must be above 0; received {width}.")
        self.width, self.decay, self.seed = width, decay, seed
        seeds = convolution.seeds(seed, 1 + 2 * len(BLOCKS))

        def layer(name, filters, size, strides=1):
            return convolution.Convolution(filters, size, strides, "same", "relu6", decay, EPSILON, STDDEV,
                                           next(seeds), name=name)  # fmt: skip

        self.convolutions = [layer("conv2d_0", self.channels(FIRST), 3, 2)]
        for number, (strides, channels) in enumerate(BLOCKS, 1):
            self.convolutions.append(layer(f"conv2d_{number}_depthwise", None, 3, strides))
            self.convolutions.append(layer(f"conv2d_{number}_pointwise", self.channels(channels), 1))

    def channels(self, full: int) -> int:
        """Channels of a convolution that has `full` at width 1."""
        return max(int(self.width * full), FEWEST)

    @property
    def features(self) -> int:
        """Channels of the last maps."""
        return self.channels(BLOCKS[-1][1])

    def build(self, input_shape):
        channels = input_shape[-1]
        for layer in self.convolutions:
            layer.build((None, None, None, channels))
            channels = layer.filters or channels

    def call(self, images, training=None):
        """(N, h, w, 3) float in [-1, 1] -> (N, ceil(h / 32), ceil(w / 32), features)."""
        return self.maps(images, training)[LAST]

    def maps(self, images, training=None) -> dict:
        """Output of every convolution by its name, in their order."""
        found, maps = {}, images
        for layer in self.convolutions:
            found[layer.name] = maps = layer(maps, training=training)
        return found
