# SPDX-License-Identifier: MIT
"""The column `joint` of a CSV file as joint numbers."""

from collections.abc import Mapping, Sequence

import numpy as np

from datasets_tfds.own_recordings import csv_table


def numbers(table: csv_table.Table, layouts: Mapping[str, Sequence[str]]) -> tuple[np.ndarray, int, str]:
    """Joint number of every row, the number of joints J, and the layout that names state, "" for numbers.

    Args:
        table: with the text column `joint`: numbers 0 to J - 1, or names.
        layouts: skeleton name -> joint names; case, spaces, _, - and . do not matter.

    Raises:
        ValueError: a number is missing, or the names fit no layout (says what the nearest one lacks).
    """
    names = table.names["joint"]
    digits = [name.isascii() and name.isdecimal() for name in names]
    numbered = 2 * sum(digits) > len(digits)
    places, layout = (_numbered(table, digits), "") if numbered else _named(table, layouts)
    return np.array(places)[table.codes["joint"]], len(places), layout


def _numbered(table: csv_table.Table, digits: list[bool]) -> list[int]:
    names = table.names["joint"]
    if not all(digits):
        odd = digits.index(False)
        raise ValueError(f"{_place(table, odd)}: expected a joint number; received {names[odd]!r}.")
    places = [int(name) for name in names]
    largest = max(places)
    if sorted(places) != list(range(len(places))):
        absent = [number for number in range(min(largest, len(places) + 1)) if number not in places]
        raise ValueError(
            f"{_place(table, places.index(largest))}: joint numbers must run from 0 to J - 1, each written one way; "
            f"received {len(places)} of them up to {largest}, without {absent[:5]}."
        )
    return places


def _named(table: csv_table.Table, layouts: Mapping[str, Sequence[str]]) -> tuple[list[int], str]:
    names = table.names["joint"]
    plain = [_plain(name) for name in names]
    for layout, joint_names in layouts.items():
        order = [_plain(name) for name in joint_names]
        if sorted(order) == sorted(plain):
            return [order.index(name) for name in plain], layout
    if not layouts:
        raise ValueError(f"{_place(table, 0)}: expected joint numbers; received {names[0]!r}.")

    def difference(layout: str) -> set[str]:
        return {_plain(name) for name in layouts[layout]} ^ set(plain)

    nearest = min(layouts, key=lambda layout: len(difference(layout)))
    unknown = [i for i, name in enumerate(plain) if name in difference(nearest)]
    missing = [name for name in layouts[nearest] if _plain(name) in difference(nearest)]
    raise ValueError(
        f"{_place(table, unknown[0] if unknown else 0)}: the joint names fit no skeleton; nearest is {nearest}: "
        f"unknown {[names[i] for i in unknown[:5]]}, missing {missing[:5]}. "
        f"Expected each once a frame: {', '.join(layouts[nearest])}."
    )


def _place(table: csv_table.Table, code: int) -> str:
    line = table.line[np.argmax(table.codes["joint"] == code)]
    return f"{table.path}, line {line}, column 'joint'"


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter not in " _-.")
