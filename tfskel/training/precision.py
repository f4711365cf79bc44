# SPDX-License-Identifier: MIT
"""Number formats of a training: networks in 16 bits, weights and losses in 32."""

import contextlib
from collections.abc import Callable, Iterator, Sequence

import keras
import tensorflow as tf

from tfskel.layers import replicas

FIRST_SCALE, PATIENCE, FACTOR = 2.0**15, 2000, 2.0


@contextlib.contextmanager
def opened(name: str) -> Iterator[None]:
    """Networks that are built inside compute in this format, one of `execution.PRECISIONS`."""
    usual = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(usual)


def in_float32(function: Callable) -> Callable:
    """The function, with the tensors of its result `replicas.widened`."""
    return lambda *arguments: tf.nest.map_structure(replicas.widened, function(*arguments))


class LossScale(tf.Module):
    """Keeps gradients in the range of float16: losses are scaled up, and steps whose gradients overflow left out.

    Attributes:
        factor: () float32 variable, what losses are multiplied by: halved by a step that is left out, doubled after
            PATIENCE steps in a row that are not.

    Source: Micikevicius et al., 2018, https://arxiv.org/abs/1710.03740, section 3.2; the numbers of
    keras.optimizers.LossScaleOptimizer.
    """

    def __init__(self):
        super().__init__(name="loss_scale")
        self.factor = tf.Variable(FIRST_SCALE, trainable=False, name="factor")
        self.taken = tf.Variable(0, trainable=False, name="taken")

    def unscaled(self, gradients: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """Gradients of the loss, of those of the scaled loss."""
        return [gradient / self.factor for gradient in gradients]

    def apply(self, gradients: Sequence[tf.Tensor], update: Callable[[], None]) -> None:
        """Calls `update` if all gradients are finite, and adapts the factor."""
        finite = tf.reduce_all([tf.reduce_all(tf.math.is_finite(gradient)) for gradient in gradients])
        tf.cond(finite, lambda: self._take(update), self._leave_out)

    def _take(self, update: Callable[[], None]) -> tf.Tensor:
        update()
        full = self.taken.assign_add(1) >= PATIENCE
        self.factor.assign(tf.where(full, self.factor * FACTOR, self.factor))
        self.taken.assign(tf.where(full, 0, self.taken))
        return self.factor.read_value()

    def _leave_out(self) -> tf.Tensor:
        self.taken.assign(0)
        self.factor.assign(tf.maximum(self.factor / FACTOR, 1.0))
        return self.factor.read_value()
