# SPDX-License-Identifier: MIT
"""Our weights, gradients and steps under their original names: the product's conversion, inverted."""

from collections.abc import Callable, Mapping

import numpy as np

from tfskel.checkpoints import assign


def named(variables, values=None) -> dict[str, np.ndarray]:
    """Keras variables, or a value for each of them, by the name inside their model."""
    values = variables if values is None else values
    return {assign.weight_name(v): np.asarray(value) for v, value in zip(variables, values, strict=True)}


def to_original(
    ours: Mapping[str, np.ndarray], like: Mapping[str, np.ndarray], to_ours: Callable, differences: bool = False
) -> dict[str, np.ndarray]:
    """Where each of our numbers comes from is seen by converting the places of the original's numbers.

    Args:
        ours: our weight's name -> array.
        like: original name -> array of that shape, for every variable that the conversion needs.
        to_ours: the product's conversion, original variables -> our weights.
        differences: the arrays are gradients: constants that the conversion adds are not taken off.

    Returns:
        original name -> array, of those variables whose every number is given.
    """
    ends = np.cumsum([np.size(value) for value in like.values()])
    spans = {name: slice(end - np.size(value), end) for (name, value), end in zip(like.items(), ends, strict=True)}
    constants = to_ours({name: np.zeros(np.shape(value)) for name, value in like.items()})
    places = {name: np.arange(s.start, s.stop, dtype=float).reshape(like[name].shape) for name, s in spans.items()}
    converted = to_ours(places)
    numbers, given = np.zeros(ends[-1], np.float32), np.zeros(ends[-1], bool)
    for name, value in ours.items():
        origin = np.rint(converted[name] - constants[name]).astype(int)
        numbers[origin] = value if differences else value - constants[name].astype(value.dtype)
        given[origin] = True
    return {name: numbers[span].reshape(like[name].shape) for name, span in spans.items() if given[span].all()}
