# SPDX-License-Identifier: MIT
"""Numbers as text files write them: one strict syntax for every reader, not that of Python's `float`."""

import re
from collections.abc import Sequence

import numpy as np

# Of what is made of these characters, `float` accepts exactly the decimal numbers: no 1_0, no digits of other scripts.
_DECIMAL = re.compile(r"[0-9+\-.eE \t\r\n\f\v]*")
_WHOLE = re.compile(r"\s*[+-]?[0-9]{1,20}\s*", re.ASCII)
# As Python and C99 write them, and the C runtime of older Windows, which also rounds the letters to a precision.
_NOT_FINITE = re.compile(
    r"\s*(?P<sign>[+-]?)(?:(?P<infinite>inf(?:inity)?|1\.#inf0*)|nan(?:\([a-z0-9_]*\))?|"
    r"1\.(?:\$|#(?:ind|qnan|snan|j|io|r|qo|qnb|t|so|snb)0*))\s*",
    re.ASCII | re.IGNORECASE,
)


class Unreadable(ValueError):
    """A cell that is not the number expected: its `position` among those given, and its `text`."""

    def __init__(self, position: int, text: str, expected: str):
        super().__init__(f"expected {expected}; received {text[:80]!r}.")
        self.position, self.text = position, text


def reals(cells: Sequence[str], finite: bool = True) -> np.ndarray:
    """Decimal numbers such as 5, +1.5, .5, 5. and 1e5; white space around them is allowed.

    Args:
        cells: N texts.
        finite: False reads NaN and infinities too, also as Windows writes them (-1.#IND, nan(ind), 1.#INF).

    Returns:
        (N,) float64, the nearest to each decimal number.

    Raises:
        Unreadable: a ValueError that says which cell is the first that cannot be read.
    """
    values = _decimals(cells)
    if values is not None and (not finite or np.isfinite(values).all()):
        return values
    expected = "a finite number" if finite else "a number"
    return np.array([_real(position, cell, expected, finite) for position, cell in enumerate(cells)], np.float64)


def integers(cells: Sequence[str]) -> np.ndarray:
    """Whole numbers, (N,) int64; white space around them is allowed; Unreadable names the first that is none."""
    limits = np.iinfo(np.int64)
    for position, cell in enumerate(cells):
        if not _WHOLE.fullmatch(cell) or not limits.min <= int(cell) <= limits.max:
            raise Unreadable(position, cell, "a whole number")
    return np.fromiter(map(int, cells), np.int64, len(cells))


def _decimals(cells: Sequence[str]) -> np.ndarray | None:
    if not _DECIMAL.fullmatch(" ".join(cells)):
        return None
    try:
        return np.fromiter(map(float, cells), np.float64, len(cells))
    except ValueError:
        return None


def _real(position: int, cell: str, expected: str, finite: bool) -> float:
    named = _NOT_FINITE.fullmatch(cell)
    if named and not finite:
        return float(named["sign"] + ("inf" if named["infinite"] else "nan"))
    values = _decimals([cell])
    if values is None or finite and not np.isfinite(values[0]):
        raise Unreadable(position, cell, expected)
    return values[0]
