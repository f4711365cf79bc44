# SPDX-License-Identifier: MIT
"""ResNet in the form of torchvision, without its classifier and without the ReLU behind the first normalisation."""

import keras
from keras import ops

from tfskel.layers import configured, convolution

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


@keras.saving.register_keras_serializable(package="tfskel")
class ResidualUnit(configured.Configured, keras.layers.Layer):
    """Residual unit: two 3x3 convolutions, or 1x1, 3x3 and 1x1, beside a shortcut.

    Args:
        planes: channels of the inner convolutions.
        bottleneck: three convolutions, of which the last has EXPANSION times the channels; else two.
        strides: of the first 3x3 convolution and the shortcut.
        seed: int or None. Seed of the initial values.

    Source: He et al., 2015, https://arxiv.org/abs/1512.03385, figure 5.
    """

    def __init__(self, planes, bottleneck=True, strides=1, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.planes, self.bottleneck, self.strides, self.seed = planes, bottleneck, strides, seed
        self.filters = planes * EXPANSION if bottleneck else planes
        seeds = convolution.seeds(seed, 4)
        layer = _layers(seeds)
        if bottleneck:
            self.residual = [layer("conv1", planes, 1), layer("conv2", planes, 3, strides)]
            self.residual.append(layer("conv3", self.filters, 1, activation="linear"))
        else:
            self.residual = [layer("conv1", planes, 3, strides), layer("conv2", planes, 3, activation="linear")]
        self.projection, self._project = None, lambda: layer("downsample", self.filters, 1, strides, "linear")

    def build(self, input_shape):
        if input_shape[-1] != self.filters or self.strides > 1:
            self.projection = self._project()
            self.projection.build(input_shape)
        channels = input_shape[-1]
        for layer in self.residual:
            layer.build((None, None, None, channels))
            channels = layer.filters

    def call(self, maps, training=None, passes=1):
        """(N, H, W, channels) float -> (N, ceil(H / strides), ceil(W / strides), filters)."""
        shortcut = maps
        if self.projection is not None:
            shortcut = self.projection(maps, training=training, passes=passes)
        for layer in self.residual:
            maps = layer(maps, training=training, passes=passes)
        return ops.relu(shortcut + maps)


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
        self.root = _layers(seeds)("conv1", width, 7, 2, "linear")
        self.units = []
        for block, (count, strides) in enumerate(zip(blocks, (1, 2, 2, last_stride), strict=True)):
            for unit in range(count):
                planes, name = width * 2**block, f"layer{block + 1}_{unit}"
                self.units.append(ResidualUnit(planes, bottleneck, 1 if unit else strides, next(seeds), name=name))
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


def _layers(seeds):
    """Makes convolutions whose seeds follow each other."""

    def layer(name, filters, size, strides=1, activation="relu"):
        return convolution.Convolution(filters, size, strides, "centred", activation, DECAY, EPSILON, None,
                                       next(seeds), "out", name=name)  # fmt: skip

    return layer
