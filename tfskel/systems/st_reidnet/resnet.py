# SPDX-License-Identifier: MIT
"""ResNet in the form of torchvision, without its classifier and without the ReLU behind the first normalisation."""

import keras
from keras import ops

from tfskel.layers import configured, convolution, residual

DECAY, EPSILON = 0.9, 1e-5
# Depth -> units of the four blocks, and whether they are bottlenecks.
DEPTHS = {
    18: ((2, 2, 2, 2), False),
    34: ((3, 4, 6, 3), False),
    50: ((3, 4, 6, 3), True),
    101: ((3, 4, 23, 3), True),
    152: ((3, 8, 36, 3), True),
}
EXPANSION = 4
FAN = "out"


@keras.saving.register_keras_serializable(package="tfskel")
class ResNet(configured.Configured, keras.layers.Layer):
    """Feature maps of an image.

    Args:
        depth: one of DEPTHS.
        width: channels of the first convolution, 64 in the published networks.
        last_stride: of the fourth block: 1 leaves maps of a 16th of the image's size, 2 of a 32nd.
        seed: int or None. Seed of the initial values.

    Attributes:
        features: channels of the last maps.

    Raises:
        ValueError: an unknown depth.

    Source: He et al., 2015, https://arxiv.org/abs/1512.03385, table 1; the original program, kept for parity: no ReLU
    behind the first normalisation, so that the pooling behind it sees negative values.
    """

    def __init__(self, depth=50, width=64, last_stride=1, seed=None, **kwargs):
        super().__init__(**kwargs)
        if depth not in DEPTHS:
            raise ValueError(f"depth must be one of {', '.join(map(str, DEPTHS))}; received {depth!r}.")
        self.depth, self.width, self.last_stride, self.seed = depth, width, last_stride, seed
        blocks, bottleneck = DEPTHS[depth]
        seeds = convolution.seeds(seed, 1 + sum(blocks))
        self.root = convolution.Convolution(width, 7, 2, "centred", "linear", DECAY, EPSILON, None, next(seeds), FAN,
                                            name="conv1")  # fmt: skip
        self.units = []
        for block, (count, strides) in enumerate(zip(blocks, (1, 2, 2, last_stride), strict=True)):
            for unit in range(count):
                planes, name = width * 2**block, f"layer{block + 1}_{unit}"
                channels = (planes * EXPANSION, planes) if bottleneck else (planes, None)
                self.units.append(
                    residual.ResidualUnit(*channels, 1 if unit else strides, DECAY, EPSILON, FAN, "downsample",
                                          next(seeds), name=name)
                )  # fmt: skip
        self.features = self.units[-1].filters

    def build(self, input_shape):
        self.root.build(input_shape)
        channels = self.width
        for unit in self.units:
            unit.build((None, None, None, channels))
            channels = unit.filters

    def call(self, images, training=None, passes=1):
        """(N, h, w, 3) float -> (N, h / 16, w / 16, features), a 32nd with last_stride 2; `passes` as in BatchNorm."""
        maps = pooled(self.root(images, training=training, passes=passes))
        for unit in self.units:
            maps = unit(maps, training=training, passes=passes)
        return maps


def pooled(maps):
    """Maximum of 3x3 values at every second place; values outside never win, also where all others are negative."""
    around = ((0, 0), (1, 1), (1, 1), (0, 0))
    return ops.max_pool(ops.pad(maps, around, constant_values=-float("inf")), 3, 2, "valid")
