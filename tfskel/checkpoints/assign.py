# SPDX-License-Identifier: MIT
"""Strict assignment of named arrays to the variables of a model."""

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

SHOWN = 12


def weight_name(variable) -> str:
    """Name of a variable inside its model, e.g. "joints_encoder/lstm_0/kernel"."""
    return variable.path.partition("/")[2]


def named_weights(model) -> dict:
    """Variables of a model by `weight_name`."""
    return {weight_name(variable): variable for variable in model.weights}


def require_same_names(needed: Iterable[str], given: Iterable[str], ignored: Sequence[str] = ()) -> None:
    """Checks that exactly the needed names are given.

    Args:
        needed: names that must be there.
        given: names that are there.
        ignored: regular expressions; a given name that fully matches one may be there.

    Raises:
        ValueError: lists the missing and the unused names.
    """
    needed, given = set(needed), set(given)
    missing = sorted(needed - given)
    unused = sorted(n for n in given - needed if not any(re.fullmatch(pattern, n) for pattern in ignored))
    if missing or unused:
        raise ValueError(
            f"the names do not fit: {len(missing)} missing ({some(missing)}); {len(unused)} unused ({some(unused)}). "
            "Was it written by another system, or with other settings?"
        )


def assign(model, values: Mapping[str, np.ndarray]) -> None:
    """Sets every weight of a model or layer.

    Args:
        model: any Keras model or layer with its weights built.
        values: `weight_name` -> array.

    Raises:
        ValueError: a name is missing or unused, or a shape is wrong; nothing is assigned then.
    """
    variables = named_weights(model)
    require_same_names(variables, values)
    wrong = [
        f"{name} {tuple(np.shape(values[name]))} instead of {tuple(variable.shape)}"
        for name, variable in variables.items()
        if tuple(np.shape(values[name])) != tuple(variable.shape)
    ]
    if wrong:
        raise ValueError(f"{len(wrong)} weights have the wrong shape: {some(wrong)}.")
    for name, variable in variables.items():
        variable.assign(values[name])


def some(names: Sequence[str]) -> str:
    """The first SHOWN names, and how many more there are."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more if names else "none"
