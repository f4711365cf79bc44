# SPDX-License-Identifier: MIT
"""Batch normalisation whose moving variance is the unbiased one, and that keeps several passes in one batch apart."""

import keras
from keras import ops

from tfskel.layers import configured, replicas


@keras.saving.register_keras_serializable(package="tfskel")
class BatchNorm(configured.Configured, keras.layers.Layer):
    """Normalises the last axis by the batch in training, by moving statistics otherwise.

    A batch is normalised with its biased variance; the moving variance follows the unbiased one, N / (N - 1) of it,
    where keras.layers.BatchNormalization follows the biased one. A layer that is not trainable still normalises a
    training batch by the batch, but its moving statistics stay. In a network of 16 bits it computes in 32.

    Args:
        decay: share of the moving statistics that a training step keeps, in [0, 1).
        epsilon: added to the variance.
        train_beta: whether beta is a weight that is trained; it begins at 0.
        gamma_stddev: of the initial gamma, a normal distribution about 1.
        seed: int or None. Seed of the initial gamma.

    Source: Ioffe and Szegedy, 2015, https://arxiv.org/abs/1502.03167, algorithms 1 and 2.
    """

    def __init__(self, decay=0.99, epsilon=1e-3, train_beta=True, gamma_stddev=0.0, seed=None, **kwargs):
        super().__init__(**{"dtype": keras.config.dtype_policy().variable_dtype} | kwargs)
        self.decay, self.epsilon, self.train_beta = decay, epsilon, train_beta
        self.gamma_stddev, self.seed = gamma_stddev, seed

    def build(self, input_shape):
        shape = (input_shape[-1],)
        gamma = keras.initializers.RandomNormal(1.0, self.gamma_stddev, self.seed) if self.gamma_stddev else "ones"
        self.gamma = self.add_weight(name="gamma", shape=shape, initializer=gamma)
        self.beta = self.add_weight(name="beta", shape=shape, initializer="zeros", trainable=self.train_beta)
        self.moving_mean = self.add_weight(name="moving_mean", shape=shape, initializer="zeros", trainable=False)
        self.moving_variance = self.add_weight(name="moving_variance", shape=shape, initializer="ones", trainable=False)

    def call(self, inputs, training=None, passes=1):
        """(..., channels) float -> the same shape.

        Args:
            passes: in training, the first axis is this many batches of equal size, one behind the other; each is
                normalised by itself and moves the statistics in its turn, as when they are given one by one.
        """
        if training and passes > 1:
            return self._passes(inputs, passes)
        mean, variance = self.moving_mean, self.moving_variance
        if training:
            mean, variance = (ops.reshape(moment, (-1,)) for moment in moments(inputs))
            if self.trainable:
                self._follow(mean, variance, ops.prod(ops.shape(inputs)[:-1]))
        return ops.batch_normalization(inputs, mean, variance, -1, self.beta, self.gamma, self.epsilon)

    def _passes(self, inputs, passes):
        apart = ops.reshape(inputs, (passes, -1, *ops.shape(inputs)[1:]))
        mean, variance = moments(apart, first=1)
        if self.trainable:
            for number in range(passes):
                of_pass = (ops.reshape(value[number], (-1,)) for value in (mean, variance))
                self._follow(*of_pass, ops.prod(ops.shape(apart)[1:-1]))
        scale = self.gamma * ops.rsqrt(variance + self.epsilon)
        return ops.reshape(apart * scale + (self.beta - mean * scale), ops.shape(inputs))

    def _follow(self, mean, variance, count):
        count = ops.cast(count * replicas.parts(), variance.dtype)
        unbiased = variance * (count / ops.maximum(count - 1, 1))
        for moving, seen in ((self.moving_mean, mean), (self.moving_variance, unbiased)):
            moving.assign(moving - (1 - self.decay) * (moving - seen))


def moments(inputs, first=0):
    """Mean and biased variance over all axes from `first` to the last but one, whose lengths become 1.

    Each image's values are added before the images: adding all at once in float32 loses ten times as much, enough to
    turn signs of small gradients.
    """
    of_image = tuple(range(first + 1, len(inputs.shape) - 1))

    def mean(values):
        of_images = ops.mean(values, axis=of_image, keepdims=True) if of_image else values
        return replicas.mean(ops.mean(of_images, first, keepdims=True))

    middle = mean(inputs)
    return middle, mean(ops.square(inputs - ops.stop_gradient(middle)))
