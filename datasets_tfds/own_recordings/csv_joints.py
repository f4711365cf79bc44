# SPDX-License-Identifier: MIT
"""The column `joint` of a CSV file as joint numbers."""

import pathlib
import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd


def numbers(path: pathlib.Path, joint: pd.Series, layouts: Mapping[str, Sequence[str]]) -> tuple[np.ndarray, int, str]:
    """Joint number of every row, the number of joints J, and the layout that names state, "" for numbers.

    Args:
        path, joint: file, and its categorical column of numbers 0 to J - 1 or of names; its index is the line.
        layouts: skeleton name -> joint names; case, spaces, _, - and . do not matter.

    Raises:
        ValueError: a number is missing, or the names fit no layout (says what the nearest one lacks).
    """
    names = list(joint.cat.categories)
    digits = [name.isascii() and name.isdecimal() for name in names]

    def where(name: str) -> str:
        return f"{path}, line {joint.index[np.argmax(joint == name)]}, column 'joint'"

    if 2 * sum(digits) <= len(digits):
        places, layout = _named(names, layouts, where)
    elif all(digits):
        places, layout = _numbered(names, where), ""
    else:
        odd = names[digits.index(False)]
        raise ValueError(f"{where(odd)}: expected a joint number; received {odd!r}.")
    return np.array(places)[joint.cat.codes], len(places), layout


def _numbered(names: list[str], where) -> list[int]:
    places = [int(name) for name in names]
    largest = max(places)
    if sorted(places) != list(range(len(places))):
        absent = sorted(set(range(min(largest, len(places) + 1))) - set(places))
        raise ValueError(
            f"{where(names[places.index(largest)])}: joint numbers must run from 0 to J - 1, each written one way; "
            f"received {len(places)} of them up to {largest}, without {absent[:5]}."
        )
    return places


def _named(names: list[str], layouts: Mapping[str, Sequence[str]], where) -> tuple[list[int], str]:
    plain = [_plain(name) for name in names]
    orders = {layout: [_plain(name) for name in joint_names] for layout, joint_names in layouts.items()}
    for layout, order in orders.items():
        if sorted(order) == sorted(plain):
            return [order.index(name) for name in plain], layout
    if not layouts:
        raise ValueError(f"{where(names[0])}: expected joint numbers; received {names[0]!r}.")
    nearest = min(layouts, key=lambda layout: len({*orders[layout]} ^ {*plain}))
    unknown = [name for name in names if _plain(name) not in orders[nearest]]
    missing = [name for name in layouts[nearest] if _plain(name) not in plain]
    raise ValueError(
        f"{where((unknown or names)[0])}: the joint names fit no skeleton; nearest is {nearest}: "
        f"unknown {unknown[:5]}, missing {missing[:5]}. Expected each once a frame: {', '.join(layouts[nearest])}."
    )


def _plain(name: str) -> str:
    return re.sub(r"[ _.-]", "", name.lower())
