# SPDX-License-Identifier: MIT
"""Lines of numbers in raw text files; what is wrong in a file is said with file, line and field."""

import pathlib
from collections.abc import Sequence

import numpy as np

from datasets_tfds.readers import numbers as number_syntax

_UTF8_MARK, _UTF16_MARKS = "\xef\xbb\xbf", ("\xff\xfe", "\xfe\xff")  # byte order marks, as Latin-1 shows them


def lines(path: pathlib.Path) -> list[str]:
    """Lines of a file without their ends and without a byte order mark; any byte is accepted as Latin-1 text.

    Raises:
        OSError: the file cannot be read; names it.
        ValueError: the file is UTF-16 text.
    """
    try:
        text = path.read_text(encoding="latin-1")
    except OSError as error:
        raise OSError(f"{path} cannot be read ({error.strerror or error}). The build stops here.") from error
    if text.startswith(_UTF16_MARKS):
        raise ValueError(f"{path} is UTF-16 text; save it as UTF-8 or ASCII.")
    rows = text.removeprefix(_UTF8_MARK).split("\n")
    return rows[:-1] if not rows[-1] else rows


def numbers(
    path: pathlib.Path,
    rows: Sequence[str],
    separator: str,
    positions: Sequence[int],
    at_least: int,
    others: Sequence[int] = (),
) -> np.ndarray:
    """Numbers in some fields of each of L lines: (L, positions + others) float64.

    Args:
        path, rows, separator: file for messages, its lines, and the character between fields.
        positions: field numbers, from 0, of joint coordinates; NaN and infinities pass, see `check_finite`.
        at_least: fields that a line has at least; more than any field number.
        others: further field numbers; these must hold finite numbers.

    Raises:
        ValueError: a line has too few fields, or a field is not a number; the first in the file is named.
    """
    split = [row.split(separator) for row in rows]
    short = next((number for number, row in enumerate(split) if len(row) < at_least), None)
    if short is not None:
        raise ValueError(
            f"{path}, line {short + 1}: at least {at_least} fields separated by {separator!r} are expected; "
            f"received {len(split[short])}: {rows[short][:80]!r}. Is the file cut short or of another format?"
        )
    tables = (_table(path, split, positions, finite=False), _table(path, split, others, finite=True))
    return np.concatenate(tables, axis=1)


def _table(path: pathlib.Path, split: list[list[str]], fields: Sequence[int], finite: bool) -> np.ndarray:
    try:
        values = number_syntax.reals([row[field] for row in split for field in fields], finite=finite)
    except number_syntax.Unreadable as error:
        line, field = divmod(error.position, len(fields))
        raise ValueError(f"{path}, line {line + 1}, field {fields[field]}: {error}") from None
    return values.reshape(len(split), len(fields))


def check_finite(path: pathlib.Path, coordinates: np.ndarray) -> None:
    """Checks joint positions (lines, 3); ValueError names the first line where one is NaN or infinite."""
    bad = ~np.isfinite(coordinates).all(axis=1)
    if bad.any():
        row = int(bad.argmax())
        raise ValueError(
            f"{path}, line {row + 1}: a joint position is not finite: {coordinates[row].tolist()}. "
            "Repair or remove this file."
        )
