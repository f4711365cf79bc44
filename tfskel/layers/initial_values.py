# SPDX-License-Identifier: MIT
"""Initial values of weights; a seed and a number make the draws of one layer's weights differ."""

import math
from collections.abc import Callable

import keras
from keras import ops


def normal(seed: int | None, number: int = 0) -> keras.initializers.Initializer:
    """Standard normal values, not scaled, as the original programs draw them.

    Args:
        seed: of the layer; None draws anew.
        number: of the weight in the layer.
    """
    return keras.initializers.RandomNormal(stddev=1.0, seed=_of(seed, number))


def glorot(rows: int, columns: int, seed: int | None, number: int = 0) -> keras.initializers.Initializer:
    """Uniform values within the limit of a (rows, columns) matrix, whatever the weight's shape; rest as `normal`.

    Source: Glorot and Bengio, 2010, equation 16.
    """
    return uniform(math.sqrt(6.0 / (rows + columns)), seed, number)


def uniform(limit: float, seed: int | None, number: int = 0) -> keras.initializers.Initializer:
    """Uniform values from -limit to limit; rest as `normal`."""
    return keras.initializers.RandomUniform(-limit, limit, seed=_of(seed, number))


def alike(initializer: keras.initializers.Initializer) -> Callable:
    """The same values at every place of the first axis."""
    return lambda shape, dtype=None: ops.broadcast_to(initializer(shape[1:], dtype=dtype), shape)


def _of(seed: int | None, number: int) -> int | None:
    return None if seed is None else seed + number
