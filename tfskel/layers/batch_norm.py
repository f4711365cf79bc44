# SPDX-License-Identifier: MIT
"""Batch normalisation whose moving variance is that of TensorFlow 1."""

import keras
from keras import ops

from tfskel.layers import configured


@keras.saving.register_keras_serializable(package="tfskel")
class BatchNorm(configured.Configured, keras.layers.Layer):
    """Normalises the last axis by the batch in training, by moving statistics otherwise.

    A batch is normalised with its biased variance; the moving variance follows the unbiased one, N / (N - 1) of it,
    where keras.layers.BatchNormalization follows the biased one. A layer that is not trainable still normalises a
    training batch by the batch, but its moving statistics stay.

    Args:
        decay: share of the moving statistics that a training step keeps, in [0, 1).
        epsilon: added to the variance.

    Source: Ioffe and Szegedy, 2015, https://arxiv.org/abs/1502.03167, algorithms 1 and 2.
    """

    def __init__(self, decay=0.99, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.decay, self.epsilon = decay, epsilon

    def build(self, input_shape):
        shape = (input_shape[-1],)
        self.gamma = self.add_weight(name="gamma", shape=shape, initializer="ones")
        self.beta = self.add_weight(name="beta", shape=shape, initializer="zeros")
        self.moving_mean = self.add_weight(name="moving_mean", shape=shape, initializer="zeros", trainable=False)
        self.moving_variance = self.add_weight(name="moving_variance", shape=shape, initializer="ones", trainable=False)

    def call(self, inputs, training=None):
        """(..., channels) float -> the same shape."""
        mean, variance = self.moving_mean, self.moving_variance
        if training:
            mean, variance = ops.moments(inputs, axes=list(range(len(inputs.shape) - 1)))
            if self.trainable:
                self._follow(mean, variance, ops.prod(ops.shape(inputs)[:-1]))
        return ops.batch_normalization(inputs, mean, variance, -1, self.beta, self.gamma, self.epsilon)

    def _follow(self, mean, variance, count):
        count = ops.cast(count, variance.dtype)
        unbiased = variance * (count / ops.maximum(count - 1, 1))
        for moving, seen in ((self.moving_mean, mean), (self.moving_variance, unbiased)):
            moving.assign(moving - (1 - self.decay) * (moving - seen))
