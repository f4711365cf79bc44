# SPDX-License-Identifier: MIT
"""Adam with the bias correction of TensorFlow 1 and PyTorch 1.0, computed without loss of digits."""

import math

import keras
import numpy as np
import tensorflow as tf

from tfskel.training import strategy


class Adam(strategy.OfWholeBatch, keras.optimizers.Adam):
    """keras.optimizers.Adam, but 1 - beta ** t is exact to float32 and the update is one fused kernel.

    Keras subtracts a float32 power from 1, which costs five digits of the first steps' length: enough to turn
    signs of an absolute-error gradient, so that trained weights leave the original's after a few steps.

    Args:
        learning_rate: step length.
        epsilon: added to the root of the second moment.
        betas: shares of the first and the second moment that a step keeps.
        decay: times the weight is added to its gradient, so that the moments follow it, too.
        clip: gradients are cut off elementwise at +-clip; None for not.
        name: of the optimiser.

    Source: Kingma and Ba, 2015, https://arxiv.org/abs/1412.6980, end of section 2 (efficient order).
    """

    def __init__(self, learning_rate: float, epsilon=1e-8, betas=(0.9, 0.999), decay=0.0, clip=None, name="adam"):
        super().__init__(learning_rate, *betas, epsilon=epsilon, clipvalue=clip, name=name)
        self.decay = decay

    def update_step(self, gradient, variable, learning_rate):
        step = tf.cast(self.iterations + 1, tf.float32)
        # The kernel's own 1 - beta is that of the float32 beta; the same beta here lets the rounding cancel.
        rounded = (float(np.float32(beta)) for beta in (self.beta_1, self.beta_2))
        first, second = (-tf.math.expm1(step * math.log(beta)) for beta in rounded)
        index = self._get_variable_index(variable)
        zero = tf.zeros(())
        # The correction is inside lr; with powers of zero the kernel applies none of its own.
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=zero,
            beta2_power=zero,
            lr=tf.cast(learning_rate, tf.float32) * tf.sqrt(second) / first,
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient + self.decay * variable if self.decay else gradient,
        )
