# SPDX-License-Identifier: MIT
"""RMSProp as TensorFlow 1 computes it."""

import keras
import tensorflow as tf

from tfskel.training import strategy


class RMSProp(strategy.OfWholeBatch, keras.optimizers.RMSprop):
    """keras.optimizers.RMSprop, but the mean square starts at 1 and the update is one fused kernel.

    A start at 1 makes the first steps as short as later ones; with Keras's 0 and an epsilon far below the gradients
    they would be 1 / sqrt(1 - rho) as long.

    Args:
        learning_rate: step length, a float or a schedule.
        rho: decay of the mean square.
        momentum: share of the last step that is taken again.
        epsilon: added to the mean square, inside the root.
        clip: gradients are cut off elementwise at +-clip; None for not.
        name: of the optimiser.

    Source: Tieleman and Hinton, 2012, lecture 6.5; tf.train.RMSPropOptimizer of TensorFlow 1.
    """

    def __init__(self, learning_rate, rho=0.9, momentum=0.9, epsilon=1.0, clip=None, name="rmsprop"):
        super().__init__(learning_rate, rho, momentum, epsilon, clipvalue=clip, name=name)

    def build(self, variables):
        built = self.built
        super().build(variables)
        if not built:
            for square in self._velocities:
                square.assign(tf.ones(square.shape))

    @property
    def slots(self) -> tuple[list, list]:
        """Mean squares and last steps of the weights, in the order of the weights."""
        return self._velocities, self._momentums

    def update_step(self, gradient, variable, learning_rate):
        index = self._get_variable_index(variable)
        tf.raw_ops.ResourceApplyRMSProp(
            var=variable.handle,
            ms=self._velocities[index].value.handle,
            mom=self._momentums[index].value.handle,
            lr=tf.cast(learning_rate, tf.float32),
            rho=self.rho,
            momentum=self.momentum,
            epsilon=self.epsilon,
            grad=gradient,
        )
