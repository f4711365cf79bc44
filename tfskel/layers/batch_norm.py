# SPDX-License-Identifier: MIT
"""Batch normalisation whose moving variance is that of TensorFlow 1."""

import contextlib
import contextvars
from collections.abc import Iterator

import keras
from keras import ops

from tfskel.layers import configured

_PASSES = contextvars.ContextVar("passes", default=1)


@contextlib.contextmanager
def passes(count: int) -> Iterator[None]:
    """Inside, a training batch is `count` passes of equal size, one after the other, each normalised by itself.

    Outputs and moving statistics are those of calls with one pass after the other; the layers between run once.
    """
    token = _PASSES.set(count)
    try:
        yield
    finally:
        _PASSES.reset(token)


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
        if training and _PASSES.get() > 1:
            return self._normalise_passes(inputs, _PASSES.get())
        if training:
            mean, variance = ops.moments(inputs, axes=list(range(len(inputs.shape) - 1)))
            if self.trainable:
                self._follow(mean, variance, ops.prod(ops.shape(inputs)[:-1]))
        return ops.batch_normalization(inputs, mean, variance, -1, self.beta, self.gamma, self.epsilon)

    def _normalise_passes(self, inputs, count):
        each = ops.reshape(inputs, (count, -1, *inputs.shape[1:]))  # (count, N / count, ..., channels)
        mean, variance = ops.moments(each, axes=list(range(1, len(each.shape) - 1)), keepdims=True)
        if self.trainable:
            for number in range(count):
                of_pass = (ops.reshape(seen[number], (-1,)) for seen in (mean, variance))
                self._follow(*of_pass, ops.prod(ops.shape(each)[1:-1]))
        scale = self.gamma * ops.rsqrt(variance + self.epsilon)
        return ops.reshape(each * scale + (self.beta - mean * scale), ops.shape(inputs))

    def _follow(self, mean, variance, count):
        count = ops.cast(count, variance.dtype)
        unbiased = variance * (count / ops.maximum(count - 1, 1))
        for moving, seen in ((self.moving_mean, mean), (self.moving_variance, unbiased)):
            moving.assign(moving - (1 - self.decay) * (moving - seen))
