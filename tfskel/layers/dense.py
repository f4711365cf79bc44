# SPDX-License-Identifier: MIT
"""Dense layer whose gradients round as those of the original programs do."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="tfskel")
class Dense(keras.layers.Dense):
    """keras.layers.Dense, but the bias is added like any array.

    With TensorFlow, Keras adds it by an operation whose gradient is summed in another order, so that trained weights
    leave those of a plain x W + b in their last bits.
    """

    def call(self, inputs, training=None):
        return self.activation(ops.matmul(inputs, self.kernel) + self.bias)
