# SPDX-License-Identifier: MIT
"""The unit of which residual networks consist."""

import keras
from keras import ops

from tfskel.layers import configured, convolution


@keras.saving.register_keras_serializable(package="tfskel")
class ResidualUnit(configured.Configured, keras.layers.Layer):
    """Convolutions of 1x1, 3x3 and 1x1 or of 3x3 and 3x3, beside a shortcut.

    Args:
        filters: output channels; where the input has others, the shortcut is a convolution too.
        inner: channels of all convolutions but the last; None makes two of 3x3, all of `filters` channels.
        strides: of the first 3x3 convolution and the shortcut.
        decay, epsilon: of the batch normalisations.
        fan: as in Convolution.
        shortcut: name of the convolution of the shortcut.
        seed: int or None. Seed of the initial values.

    Source: He et al., 2015, https://arxiv.org/abs/1512.03385, figure 5.
    """

    def __init__(self, filters, inner=None, strides=1, decay=0.9, epsilon=1e-5, fan="in", shortcut="shortcut",
                 seed=None, **kwargs):  # fmt: skip
        super().__init__(**kwargs)
        self.filters, self.inner, self.strides, self.decay, self.epsilon = filters, inner, strides, decay, epsilon
        self.fan, self.shortcut, self.seed = fan, shortcut, seed
        seeds = convolution.seeds(seed, 4)

        def layer(name, filters, size, strides=1, activation="relu"):
            return convolution.Convolution(filters, size, strides, "centred", activation, decay, epsilon, None,
                                           next(seeds), fan, name=name)  # fmt: skip

        if inner is None:
            self.residual = [layer("conv1", filters, 3, strides), layer("conv2", filters, 3, activation="linear")]
        else:
            self.residual = [layer("conv1", inner, 1), layer("conv2", inner, 3, strides)]
            self.residual.append(layer("conv3", filters, 1, activation="linear"))
        self.projection, self._project = None, lambda: layer(shortcut, filters, 1, strides, "linear")

    def build(self, input_shape):
        if input_shape[-1] != self.filters:
            self.projection = self._project()
            self.projection.build(input_shape)
        channels = input_shape[-1]
        for layer in self.residual:
            layer.build((None, None, None, channels))
            channels = layer.filters

    def call(self, maps, training=None, passes=1):
        """(N, H, W, channels) float -> (N, ceil(H / strides), ceil(W / strides), filters); `passes` as in BatchNorm."""
        shortcut = maps[:, :: self.strides, :: self.strides]
        if self.projection is not None:
            shortcut = self.projection(maps, training=training, passes=passes)
        for layer in self.residual:
            maps = layer(maps, training=training, passes=passes)
        return ops.relu(ops.cast(shortcut, maps.dtype) + maps)  # normalised maps stay float32 where inputs have 16 bits
