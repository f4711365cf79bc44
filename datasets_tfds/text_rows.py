# SPDX-License-Identifier: MIT
"""Lines of numbers in raw text files; what is wrong in a file is said with file, line and field."""

from __future__ import annotations

import pathlib
from collections.abc import Sequence

import numpy as np


def lines(path: pathlib.Path) -> list[str]:
    """Lines of a file without their ends. Any byte is accepted as text: only numbers are taken from it.

    Raises:
        OSError: the file cannot be read; names it.
    """
    try:
        text = path.read_text(encoding="latin-1")
    except OSError as error:
        raise OSError(f"{path} cannot be read ({error.strerror or error}). The build stops here.") from error
    rows = text.split("\n")
    return rows[:-1] if not rows[-1] else rows


def numbers(
    path: pathlib.Path, rows: Sequence[str], separator: str, fields: Sequence[int], at_least: int
) -> np.ndarray:
    """Numbers in some fields of every line.

    Args:
        path: file the lines come from, for messages.
        rows: L lines.
        separator: character between fields.
        fields: F field numbers, from 0.
        at_least: fields that a line has at least; more than max(fields).

    Returns:
        (L, F) float64, as Python reads the text; NaN and infinities pass, see `check_finite`.

    Raises:
        ValueError: a line has too few fields, or a field is not a number.
    """
    split = [row.split(separator) for row in rows]
    try:
        if all(len(row) >= at_least for row in split):
            return np.array([[float(row[field]) for field in fields] for row in split], np.float64)
    except ValueError:
        pass
    raise ValueError(_complaint(path, split, separator, fields, at_least))


def check_finite(path: pathlib.Path, coordinates: np.ndarray, first_line: int = 0) -> None:
    """Checks joint positions: (lines, 3).

    Raises:
        ValueError: a coordinate is NaN or infinite.
    """
    if not np.isfinite(coordinates).all():
        row = int(np.argmin(np.isfinite(coordinates).all(axis=1)))
        raise ValueError(
            f"{path}, line {first_line + row + 1}: a joint position is not finite: {coordinates[row].tolist()}. "
            "Repair or remove this file."
        )


def _complaint(path, split, separator, fields, at_least) -> str:
    for number, row in enumerate(split, start=1):
        if len(row) < at_least:
            text = separator.join(row)
            return (
                f"{path}, line {number}: at least {at_least} fields separated by {separator!r} are expected; "
                f"received {len(row)}: {text[:80]!r}. Is the file cut short or of another format?"
            )
        for field in fields:
            if not _is_number(row[field]):
                return f"{path}, line {number}, field {field}: expected a number; received {row[field]!r}."
    return f"{path} cannot be read as numbers."


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
