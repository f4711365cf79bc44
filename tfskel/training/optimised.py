# SPDX-License-Identifier: MIT
"""What trainers share: a model, and optimisers that each move some of its weights."""

from collections.abc import Callable, Mapping, Sequence

import keras
import tensorflow as tf

from tfskel.training import adam, execution, precision, strategy


class Optimised:
    """Base of trainers.

    Args:
        model: to train.
        learning_rate: of every optimiser, until `set_rates`.
        weights: name of an optimiser -> weights that it moves.
        kind: makes an optimiser, (learning rate, name=...); or name -> such a function.

    Attributes:
        optimizers: name -> optimiser, its state built.
        loss_scale: of a training in float16, else None.
    """

    def __init__(
        self,
        model: keras.Model,
        learning_rate,
        weights: Mapping[str, Sequence],
        kind: Callable | Mapping[str, Callable] = adam.Adam,
    ):
        self.model, self.moved = model, weights
        kinds = kind if isinstance(kind, Mapping) else dict.fromkeys(weights, kind)
        self.optimizers = {name: kinds[name](learning_rate, name=name) for name in weights}
        for name, optimizer in self.optimizers.items():
            optimizer.build(weights[name])
        self.loss_scale = precision.LossScale() if keras.config.dtype_policy().name == execution.FLOAT16 else None

    @property
    def upstream(self) -> tf.Tensor | None:
        """What a tape takes as `output_gradients` of a loss: its scale, or None."""
        return None if self.loss_scale is None else self.loss_scale.factor.read_value()

    def set_rates(self, rates: Mapping[str, float]) -> None:
        """Learning rates from now on, by name of the optimiser; compiled steps follow."""
        for name, rate in rates.items():
            self.optimizers[name].learning_rate = rate

    def apply(self, gradients: Mapping[str, Sequence[tf.Tensor]]) -> None:
        """One update by each optimiser that is named, with a gradient for each of its weights, see `upstream`.

        Replicas average their gradients, and a step that overflows in float16 is left out.
        """
        flat = strategy.averaged([gradient for name in gradients for gradient in gradients[name]])
        if self.loss_scale is None:
            self._take(gradients, flat)
        else:
            self.loss_scale.apply(flat, lambda: self._take(gradients, self.loss_scale.unscaled(flat)))

    def _take(self, gradients: Mapping[str, Sequence], flat: Sequence[tf.Tensor]) -> None:
        rest = iter(flat)
        for name, of_weights in gradients.items():
            self.optimizers[name].apply([next(rest) for _ in of_weights], self.moved[name])

    def trackables(self) -> dict:
        """Objects whose state an exact resume needs."""
        return {"model": self.model, **self.optimizers, **self.scales()}

    def scales(self) -> dict:
        """The loss scale by its name, where there is one."""
        return {} if self.loss_scale is None else {"loss_scale": self.loss_scale}
