# SPDX-License-Identifier: MIT
"""Makes a training repeat itself bit by bit."""

import functools

import keras
import tensorflow as tf
from absl import logging


def set_seed(seed: int) -> None:
    """Seeds Python, NumPy, Keras and TensorFlow, and forbids operations whose result depends on timing.

    Call it before the first tf.function is traced. TensorFlow's own switch leaves one such operation: AddN of three or
    more tensors starts with whichever input buffer happens to be free, so that two runs differ in the last bit after
    some tens of steps. Gradient tapes make it, and so does the arithmetic graph optimiser. Both are kept from it
    here; no cost in time was measured. Code that adds tensors itself uses `total` instead of tf.add_n.
    """
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    tf.config.optimizer.set_experimental_options({"arithmetic_optimization": False})
    _add_gradients_in_order()


def total(tensors: list[tf.Tensor]) -> tf.Tensor:
    """Sum of tensors of one shape, added from first to last."""
    return functools.reduce(tf.add, tensors)


@functools.cache
def _add_gradients_in_order() -> None:
    """Makes gradient tapes add the gradients of a tensor's uses one after the other, once per process."""
    try:
        from tensorflow.python import pywrap_tfe
        from tensorflow.python.eager import backprop, imperative_grad

        usual = backprop._default_vspace
        ordered = imperative_grad.VSpace(**usual._asdict() | {"aggregate_fn": _aggregate(usual.aggregate_fn)})
        pywrap_tfe.TFE_Py_RegisterVSpace(ordered)
    except (ImportError, AttributeError, TypeError) as error:
        logging.warning(
            "this TensorFlow adds gradients in an order of its own (%s): runs may differ in the last bit", error
        )


def _aggregate(usual):
    """`usual`, but dense gradients are added from first to last."""

    def aggregate(gradients):
        dense = all(isinstance(gradient, tf.Tensor) for gradient in gradients)
        return total(gradients) if dense and len(gradients) > 2 else usual(gradients)

    return aggregate
