# SPDX-License-Identifier: MIT
"""One line of a parity table: how far a recomputed quantity is from the recorded one."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as Names

import numpy as np

from tests.parity import tolerances


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


class Table:
    """Rows of one case, with the tolerances of its system.

    Args:
        system: key of tolerances.TABLE.
        case: see Row.
        frames: length f of the case's sequences.
    """

    def __init__(self, system: str, case: str, frames: int = tolerances.FRAMES):
        self.system, self.case, self.frames = system, case, frames

    def __call__(self, name: str, ours, recorded, note: str = "", tolerance=None) -> Row:
        """The row of one quantity; `ours` and `recorded` as for `compare`, the tolerance from the table by default."""
        tolerance = tolerance or tolerances.of(self.system, name, self.frames)
        return compare(self.case, name, ours, recorded, tolerance, note)

    def each(self, ours: Mapping, recorded: Mapping, mark: str = "") -> Iterator[Row]:
        """A row for each recorded one of our quantities: recorded name -> value; `mark` begins the rows' names."""
        for name, value in ours.items():
            if name in recorded:
                yield self(mark + name, value, recorded[name])


def compare(case: str, name: str, ours, recorded, tolerance: tolerances.Tolerance, note: str = "") -> Row:
    """Compares a quantity with its recording.

    Args:
        case, name, note: see Row.
        ours: recomputed array; for a recorded dictionary one with at least its names; for a recorded set, names.
        recorded: array; dictionary of arrays, of which the row shows the one closest to its tolerance or farthest
            beyond; or set of names.
        tolerance: what is allowed for each array.
    """
    if isinstance(recorded, Names):
        return _compare_names(case, name, set(ours), recorded)
    if isinstance(recorded, Mapping):
        return _compare_all(case, name, ours, recorded, tolerance)
    ours, recorded = np.asarray(ours), np.asarray(recorded)
    if ours.shape != recorded.shape:
        shapes = f"{note} has shape {ours.shape} instead of {recorded.shape}".strip()
        return Row(case, name, np.inf, np.inf, str(tolerance), False, shapes)
    largest = magnitude(recorded)
    difference = _difference(ours, recorded)
    ok = difference <= tolerance.allowed(largest)
    return Row(case, name, difference, difference / largest if largest else difference, str(tolerance), ok, note)


def magnitude(recorded: np.ndarray) -> float:
    """Largest absolute value; 0 without values."""
    return float(np.max(np.abs(np.asarray(recorded, np.float64)), initial=0.0))


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


def _compare_names(case: str, name: str, ours: Names, recorded: Names) -> Row:
    """The difference is how many names only one side has."""
    extra, missing = sorted(ours - recorded), sorted(recorded - ours)
    count = len(extra) + len(missing)
    note = f"missing {missing[:3]}, not recorded {extra[:3]}" if count else f"{len(recorded)} names"
    return Row(case, name, float(count), count / max(len(recorded), 1), "same names", not count, note)


def _compare_all(case: str, name: str, ours: Mapping, recorded: Mapping, tolerance: tolerances.Tolerance) -> Row:
    if not recorded:
        return Row(case, name, np.inf, np.inf, str(tolerance), False, "nothing was recorded")
    tolerance = tolerance.beside(max(map(magnitude, recorded.values())))
    rows = [compare(case, name, ours.get(key, ()), value, tolerance, key) for key, value in recorded.items()]
    worst = max(rows, key=lambda row: (not row.ok, row.abs))
    return dataclasses.replace(worst, note=f"{len(rows)} arrays, worst {worst.note}")


def _difference(ours: np.ndarray, recorded: np.ndarray) -> float:
    if not ours.size:
        return 0.0
    if ours.dtype.kind not in "fiub" or recorded.dtype.kind not in "fiub":
        return 0.0 if np.array_equal(ours, recorded) else np.inf
    difference = np.abs(ours.astype(np.float64) - recorded.astype(np.float64))
    difference = np.where(ours == recorded, 0.0, difference)
    return float(np.max(difference)) if np.isfinite(difference).all() else np.inf
