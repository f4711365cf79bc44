# SPDX-License-Identifier: MIT
"""One line of a parity table: how far a recomputed quantity is from the recorded one."""

import dataclasses
from collections.abc import Iterable, Sequence

import numpy as np


@dataclasses.dataclass(frozen=True)
class Tolerance:
    """Largest difference allowed: absolute + relative * largest recorded magnitude."""

    absolute: float = 0.0
    relative: float = 0.0

    def allowed(self, largest: float) -> float:
        """Largest difference allowed beside values of that magnitude."""
        return self.absolute + self.relative * largest

    def __str__(self) -> str:
        parts = [f"{self.absolute:.0e}"] if self.absolute or not self.relative else []
        parts += [f"{self.relative:.0e} rel"] if self.relative else []
        return " + ".join(parts)


EXACT = Tolerance()


@dataclasses.dataclass(frozen=True)
class Row:
    """Result of one comparison.

    Attributes:
        case: which recording.
        name: which quantity; the part before the first "/" groups rows.
        abs: largest absolute difference; infinite when shapes differ or a value is not a number.
        rel: the same divided by the largest recorded magnitude.
        tolerance: what is allowed, in words.
        ok: whether the difference is allowed.
        note: e.g. the variable with the largest difference.
    """

    case: str
    name: str
    abs: float
    rel: float
    tolerance: str
    ok: bool
    note: str = ""


def compare(case: str, name: str, got, want, tolerance: Tolerance, note: str = "") -> Row:
    """Compares one array with its recording.

    Args:
        case: see Row.
        name: see Row.
        got: recomputed; any array-like.
        want: recorded; same shape.
        tolerance: what is allowed.
        note: see Row.
    """
    got, want = np.asarray(got), np.asarray(want)
    if got.shape != want.shape:
        shapes = f"{note} has shape {got.shape} instead of {want.shape}".strip()
        return Row(case, name, np.inf, np.inf, str(tolerance), False, shapes)
    largest = float(np.max(np.abs(want.astype(np.float64)), initial=0.0))
    difference = _difference(got, want)
    ok = difference <= tolerance.allowed(largest)
    return Row(case, name, difference, difference / largest if largest else difference, str(tolerance), ok, note)


def compare_all(case: str, name: str, pairs: Iterable[tuple], tolerance: Tolerance) -> Row:
    """One row for many arrays, e.g. all variables: the one closest to its tolerance, or farthest beyond.

    Args:
        case: see Row.
        name: see Row.
        pairs: (name, got, want).
        tolerance: allowed for each.
    """
    found = [compare(case, name, got, want, tolerance, note) for note, got, want in pairs]
    if not found:
        return Row(case, name, np.inf, np.inf, str(tolerance), False, "nothing was recorded")
    worst = max(found, key=lambda row: (not row.ok, row.abs))
    return dataclasses.replace(worst, note=f"{len(found)} arrays, worst {worst.note}")


def compare_names(case: str, name: str, got: Iterable[str], want: Iterable[str]) -> Row:
    """Compares two sets of names; the difference is how many names only one of them has."""
    extra, missing = sorted(set(got) - set(want)), sorted(set(want) - set(got))
    count = len(extra) + len(missing)
    note = f"{len(set(want))} names"
    if count:
        note = f"missing {missing[:3]}, not recorded {extra[:3]}"
    return Row(case, name, float(count), count / max(len(set(want)), 1), "same names", not count, note)


def worst_per_quantity(rows: Sequence[Row]) -> list[Row]:
    """For each group of names the failed or, if none failed, the relatively worst row."""
    groups = {}
    for row in rows:
        groups.setdefault(row.name.partition("/")[0], []).append(row)
    return [max(group, key=lambda row: (not row.ok, row.rel)) for group in groups.values()]


def table(rows: Sequence[Row]) -> list[str]:
    """Lines of a table, header first."""
    cells = [("case", "name", "abs", "rel", "tolerance", "", "")]
    cells += [
        (r.case, r.name, f"{r.abs:.1e}", f"{r.rel:.1e}", r.tolerance, "ok" if r.ok else "FAIL", r.note) for r in rows
    ]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in cells]


def _difference(got: np.ndarray, want: np.ndarray) -> float:
    if not got.size:
        return 0.0
    if got.dtype.kind not in "fiub" or want.dtype.kind not in "fiub":
        return 0.0 if np.array_equal(got, want) else np.inf
    difference = np.abs(got.astype(np.float64) - want.astype(np.float64))
    difference = np.where(got == want, 0.0, difference)
    return float(np.max(difference)) if np.isfinite(difference).all() else np.inf
