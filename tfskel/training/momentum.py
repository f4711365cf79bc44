# SPDX-License-Identifier: MIT
"""Gradient descent with momentum as TensorFlow 1 and PyTorch compute it."""

import keras
import tensorflow as tf

from tfskel.training import strategy


class Momentum(strategy.OfWholeBatch, keras.optimizers.SGD):
    """keras.optimizers.SGD with momentum, but the learning rate is no part of what is accumulated.

    v = momentum v + g, w -= lr v (with Nesterov's form w -= lr (g + momentum v)): when the rate falls, all that was
    gathered counts by the new rate; Keras gathers lr g, so that the old rate goes on for some steps.

    Args:
        learning_rate: step length, a float or a schedule.
        momentum: share of the last step that is taken again.
        nesterov: whether the gradient is as if taken after the momentum's step.
        clip: gradients are cut off elementwise at +-clip; None for not.
        decay: times the weight is added to its gradient, so that it is gathered, too.
        name: of the optimiser.

    Source: Sutskever et al., 2013; tf.train.MomentumOptimizer of TensorFlow 1, torch.optim.SGD.
    """

    def __init__(self, learning_rate, momentum=0.9, nesterov=False, clip=None, decay=0.0, name="momentum"):
        super().__init__(learning_rate, momentum, nesterov=nesterov, clipvalue=clip, name=name)
        self.decay = decay

    @property
    def slots(self) -> tuple[list]:
        """Gathered gradients of the weights, in the order of the weights."""
        return (self.momentums,)

    def update_step(self, gradient, variable, learning_rate):
        tf.raw_ops.ResourceApplyMomentum(
            var=variable.handle,
            accum=self.momentums[self._get_variable_index(variable)].value.handle,
            lr=tf.cast(learning_rate, tf.float32),
            momentum=self.momentum,
            grad=gradient + self.decay * variable if self.decay else gradient,
            use_nesterov=self.nesterov,
        )
