# SPDX-License-Identifier: MIT
"""Activation, convolution, normalisation, dropout: what the generator and the pose discriminator consist of."""

import functools

import keras
from keras import ops

from tfskel.layers import batch_norm, configured, convolution, replicas

DECAY, EPSILON, STDDEV = 0.9, 1e-5, 0.02
SLOPE = 0.2
# Name in a recipe -> layer, given a seed.
NORMS = {
    "batch": lambda seed: batch_norm.BatchNorm(DECAY, EPSILON, gamma_stddev=STDDEV, seed=seed, name="norm"),
    "instance": lambda seed: keras.layers.GroupNormalization(
        -1, epsilon=EPSILON, center=False, scale=False, name="norm"
    ),
    None: lambda seed: None,
}


@keras.saving.register_keras_serializable(package="tfskel")
class ConvolutionStage(configured.Configured, keras.layers.Layer):
    """One stage; the activation comes first, because the skip connections take what lies before it.

    Args:
        filters: output channels.
        size: height and width of the kernel.
        strides: 2 halves the map, or doubles it if transposed; 1 leaves it.
        padding: zeros on every side, in the sense of the convolution that the transposed one is of.
        transposed: a transposed convolution.
        slope: of the activation below 0; 0 is a ReLU, None no activation.
        norm: "batch", "instance" or None.
        use_bias: whether the convolution has a bias.
        dropout: share of the outputs that is set to 0 in training.
        seed: int or None. Seed of the initial values and the dropout.
    """

    def __init__(self, filters, size=(4, 4), strides=2, padding=1, transposed=False, slope=SLOPE, norm="batch",
                 use_bias=False, dropout=0.0, seed=None, **kwargs):  # fmt: skip
        super().__init__(**kwargs)
        self.filters, self.size, self.strides, self.padding = filters, tuple(size), strides, padding
        self.transposed, self.slope, self.norm, self.use_bias = transposed, slope, norm, use_bias
        self.dropout, self.seed = dropout, seed
        self.kernel_seed, of_norm, of_dropout = convolution.seeds(seed, 3)
        self.normalise = NORMS[norm](of_norm)
        self.drop = keras.layers.Dropout(dropout, seed=of_dropout) if dropout else None

    def build(self, input_shape):
        channels = (self.filters, input_shape[-1]) if self.transposed else (input_shape[-1], self.filters)
        normal = keras.initializers.RandomNormal(stddev=STDDEV, seed=self.kernel_seed)
        self.kernel = self.add_weight(name="kernel", shape=(*self.size, *channels), initializer=normal)
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=(self.filters,), initializer="zeros")
        if self.normalise is not None:
            self.normalise.build((*input_shape[:-1], self.filters))

    def call(self, maps, training=None, passes=1):
        """(N, H, W, channels) float -> (N, H', W', filters); `passes` as in BatchNorm."""
        if self.slope is not None:
            maps = ops.leaky_relu(maps, self.slope) if self.slope else ops.relu(maps)
        maps = self._convolved(maps)
        if self.use_bias:
            maps = maps + self.bias
        if self.norm == "batch":
            maps = self.normalise(maps, training=training, passes=passes)
        elif self.normalise is not None:
            maps = self.normalise(maps)
        if self.drop is None or not training:
            return maps
        return replicas.masked(functools.partial(self.drop, training=True), maps, passes)

    def _convolved(self, maps):
        if self.transposed:  # "same" takes off as much as the convolution pads: 1 of a kernel of 4 at strides of 2
            return ops.conv_transpose(maps, self.kernel, self.strides, "same" if self.padding else "valid")
        if self.padding:
            around = (self.padding, self.padding)
            maps = ops.pad(maps, ((0, 0), around, around, (0, 0)))
        return ops.conv(maps, self.kernel, self.strides, "valid")
