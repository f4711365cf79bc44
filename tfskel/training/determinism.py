# SPDX-License-Identifier: MIT
"""Makes a training repeat itself bit by bit."""

import keras
import tensorflow as tf


def set_seed(seed: int) -> None:
    """Seeds Python, NumPy, Keras and TensorFlow, and forbids operations whose result depends on timing.

    Call it before the first tf.function is traced. It turns off TensorFlow's arithmetic graph optimiser too: that
    merges additions into one AddN, which starts with whichever input buffer happens to be free, so that two runs
    differ in the last bit after some tens of steps. Measured without cost in time.
    """
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    tf.config.optimizer.set_experimental_options({"arithmetic_optimization": False})
