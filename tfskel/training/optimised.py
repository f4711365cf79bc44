# SPDX-License-Identifier: MIT
"""What trainers share: a model, and optimisers that each move some of its weights."""

from collections.abc import Callable, Mapping, Sequence

import keras
import tensorflow as tf

from tfskel.training import adam


class Optimised:
    """Base of trainers.

    Args:
        model: to train.
        learning_rate: of every optimiser, until `set_rates`.
        weights: name of an optimiser -> weights that it moves.
        kind: makes an optimiser, (learning rate, name=...); or name -> such a function.

    Attributes:
        optimizers: name -> optimiser, its state built.
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

    def set_rates(self, rates: Mapping[str, float]) -> None:
        """Learning rates from now on, by name of the optimiser; compiled steps follow."""
        for name, rate in rates.items():
            self.optimizers[name].learning_rate = rate

    def apply(self, gradients: Mapping[str, Sequence[tf.Tensor]]) -> None:
        """One update by each optimiser that is named, with a gradient for each of its weights."""
        for name, of_weights in gradients.items():
            self.optimizers[name].apply(of_weights, self.moved[name])

    def trackables(self) -> dict:
        """Objects whose state an exact resume needs."""
        return {"model": self.model, **self.optimizers}
