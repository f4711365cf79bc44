# SPDX-License-Identifier: MIT
"""A convolution with batch normalisation and activation, of which all backbones for images consist."""

from collections.abc import Iterator

import keras
import numpy as np
from keras import ops

from tfskel.layers import batch_norm, configured

THIN = 16
"""Input channels below which oneDNN, with strides, writes past its memory in the gradient of a convolution of 1x1 (its
issue 6035)."""


@keras.saving.register_keras_serializable(package="tfskel")
class Convolution(configured.Configured, keras.layers.Layer):
    """Convolution without bias, batch normalisation, activation.

    Args:
        filters: output channels; None convolves each channel by itself (depthwise).
        size: height and width of the kernel, odd.
        strides: of both axes.
        padding: "same" as TensorFlow pads, which puts the odd row of zeros behind, or "centred": size // 2 on every
            side; they differ only where strides > 1.
        activation: "relu", "relu6" or "linear".
        decay, epsilon: of the batch normalisation.
        stddev: of the initial values, a truncated normal; None for He's.
        seed: int or None. Seed of the initial values.
        fan: "in" or "out", the connections by whose number He's values are scaled, see `initializer`.
    """

    def __init__(self, filters, size, strides=1, padding="same", activation="relu", decay=0.99, epsilon=1e-3,
                 stddev=None, seed=None, fan="in", **kwargs):  # fmt: skip
        super().__init__(**kwargs)
        self.filters, self.size, self.strides, self.padding = filters, size, strides, padding
        self.activation, self.decay, self.epsilon, self.stddev, self.seed = activation, decay, epsilon, stddev, seed
        self.fan = fan
        self.activate = keras.activations.get(activation)
        self.batch_norm = batch_norm.BatchNorm(decay, epsilon, name="batch_norm")

    def build(self, input_shape):
        channels = input_shape[-1]
        depthwise = self.filters is None
        name, last = ("depthwise_kernel", 1) if depthwise else ("kernel", self.filters)
        shape = (self.size, self.size, channels, last)
        self.kernel = self.add_weight(name=name, shape=shape, initializer=initializer(self.stddev, self.seed, self.fan))
        self.batch_norm.build((None, None, None, channels if depthwise else last))

    def call(self, maps, training=None, passes=1):
        """(N, H, W, channels) float -> (N, ceil(H / strides), ceil(W / strides), filters); `passes` as in BatchNorm."""
        return self.activate(self.batch_norm(self.convolved(maps), training=training, passes=passes))

    def convolved(self, maps):
        """The convolution alone."""
        padding, strides = self.padding, self.strides
        convolve = ops.depthwise_conv if self.filters is None else ops.conv
        if strides > self.size == 1 and maps.shape[-1] < THIN:
            maps, strides = maps[:, ::strides, ::strides], 1
        if padding == "centred":
            around, padding = (self.size // 2,) * 2, "valid"
            maps = ops.pad(maps, ((0, 0), around, around, (0, 0))) if self.size > 1 else maps
        return convolve(maps, self.kernel, strides, padding)


def initializer(stddev: float | None, seed: int | None, fan: str = "in") -> keras.initializers.Initializer:
    """Truncated normal of a standard deviation; He's where it is None: truncated for fan "in", not for "out"."""
    if stddev is not None:
        return keras.initializers.TruncatedNormal(stddev=stddev, seed=seed)
    if fan == "out":
        return keras.initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal", seed)
    return keras.initializers.HeNormal(seed)


def seeds(seed: int | None, count: int) -> Iterator[int | None]:
    """A seed for each of so many layers, drawn from one seed; all None where it is None."""
    return iter([None] * count if seed is None else np.random.SeedSequence(seed).generate_state(count).tolist())
