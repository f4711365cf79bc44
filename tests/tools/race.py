# SPDX-License-Identifier: MIT
"""Races between forms of one computation: processor seconds, peak memory and agreement, measured in turns."""

import ctypes
import dataclasses
import pathlib
import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np

from components import markdown as markdown_table

HEADER = ("benchmark", "reference", "ours", "CPU per", "its time", "our time", "ratio", "target", "met")
HEADER += ("its peak MB", "our peak MB", "our rate 1/s", "difference")
SHORTEST = 0.05  # CPU seconds; a faster call is repeated within its turn
STATUS, CLEAR = pathlib.Path("/proc/self/status"), pathlib.Path("/proc/self/clear_refs")


@dataclasses.dataclass(frozen=True)
class Form:
    """One way to compute something.

    Attributes:
        name: shown in the table.
        call: does the work that is timed.
        amount: units of work in one call (sequences, steps).
        view: turns what `call` returns into an array that all forms share, outside the timing.
    """

    name: str
    call: Callable[[], object]
    amount: float = 1
    view: Callable[[object], np.ndarray] = np.asarray


@dataclasses.dataclass(frozen=True)
class Row:
    """A comparison to print: form `ours` beside form `reference`, by name.

    Attributes:
        least_ratio, least_rate, most_bytes: targets, reference over ours in CPU seconds, units per CPU second, and
            peak bytes per unit; 0 for none.
    """

    label: str
    reference: str
    ours: str
    least_ratio: float = 0
    least_rate: float = 0
    most_bytes: float = 0


def race(rows: Sequence[Row], forms: Sequence[Form], unit: str, turns: int, tolerance: float) -> list[dict]:
    """Runs the forms in turns, back and forth.

    Args:
        rows: what to report.
        forms: everything that runs; results of the first two calls are compared with those of the row's reference.
        unit: what `Form.amount` counts.
        turns: odd, so that the median is a measurement.
        tolerance: largest difference accepted as agreement, relative to the reference's largest value.

    Returns:
        One dict per row, see `report`.
    """
    results = {form.name: _results(form) for form in forms}
    repeats = {form.name: max(1, int(SHORTEST / max(_seconds(form, 1), 1e-9))) for form in forms}
    seconds = {form.name: [] for form in forms}
    for turn in range(turns):
        for form in forms if turn % 2 else reversed(forms):
            seconds[form.name].append(_seconds(form, repeats[form.name]) / form.amount)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    peaks = {form.name: once(form)[2] for form in forms}
    amounts = {form.name: form.amount for form in forms}

    def compared(row: Row) -> dict:
        a, b = row.reference, row.ours
        difference = largest_difference(results[a], results[b])
        pairs = (medians[a], medians[b]), (peaks[a], peaks[b])
        return report(row, unit, *pairs, difference, tolerance, amounts[b])

    return [compared(row) for row in rows]


def report(
    row: Row, unit: str, seconds: tuple, peaks: tuple, difference: float, tolerance: float, amount: float = 1
) -> dict:
    """What is known about a row; pairs are (reference, ours), `amount` is the units in one call of ours.

    Returns:
        The row's fields; `unit`; `reference_seconds`, `ours_seconds` per unit (CPU); `ratio`; `rate` of ours, units
        per CPU second; `met`, None without target; `reference_peak`, `ours_peak`, bytes beyond what the process held,
        None where unknown; `difference` (relative) and `agree`.
    """
    ratio, rate = seconds[0] / seconds[1], 1 / seconds[1]
    targets = [value >= least for value, least in ((ratio, row.least_ratio), (rate, row.least_rate)) if least]
    if row.most_bytes and peaks[1] is not None:
        targets.append(peaks[1] <= row.most_bytes * amount)
    return dataclasses.asdict(row) | {
        "unit": unit,
        **{"reference_seconds": seconds[0], "ours_seconds": seconds[1], "ratio": ratio, "rate": rate},
        "met": all(targets) if targets else None,
        **{"reference_peak": peaks[0], "ours_peak": peaks[1]},
        **{"difference": difference, "agree": bool(difference <= tolerance)},
    }


def largest_difference(reference: Sequence[np.ndarray], ours: Sequence[np.ndarray]) -> float:
    """Largest absolute difference over the reference's largest value; infinite when shapes differ or NaN occurs."""
    worst = 0.0
    for a, b in zip(reference, ours, strict=True):
        if a.shape != b.shape or not (np.isfinite(a).all() and np.isfinite(b).all()):
            return float("inf")
        scale = np.abs(a).max() or 1.0
        worst = max(worst, float(np.abs(a - b).max() / scale))
    return worst


def _results(form: Form) -> list[np.ndarray]:
    # Two calls: a training step shows only in the second one whether its update was right.
    return [np.asarray(form.view(form.call()), np.float64) for _ in range(2)]


def _seconds(form: Form, repeats: int) -> float:
    """Processor seconds of one call, all threads."""
    begin = time.process_time()
    for _ in range(repeats):
        form.call()
    return (time.process_time() - begin) / repeats


def once(form: Form) -> tuple[object, float, int | None]:
    """A single call: its result, processor seconds per unit of work, and peak bytes beyond what the process held before
    it, None where the system does not tell."""
    known = CLEAR.exists()
    if known:
        ctypes.CDLL(None).malloc_trim(0)  # else memory freed by another form would hide what this one takes
        before = _kilobytes("VmRSS")
        CLEAR.write_text("5", encoding="utf-8")  # the peak starts here
    begin = time.process_time()
    result = form.call()
    seconds = (time.process_time() - begin) / form.amount
    return result, seconds, (_kilobytes("VmHWM") - before) * 1024 if known else None


def _kilobytes(key: str) -> int:
    return next(
        int(line.split()[1]) for line in STATUS.read_text(encoding="utf-8").splitlines() if line.startswith(key)
    )


def table(rows: Sequence[dict]) -> list[str]:
    """Aligned lines: a header, then one line per row."""
    cells = [HEADER, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    texts = {0, 1, 2, 3, 7, 8}  # these columns are left-aligned
    return [
        "  ".join(f"{cell:{'<' if i in texts else '>'}{widths[i]}}" for i, cell in enumerate(line)).rstrip()
        for line in cells
    ]


def markdown(rows: Sequence[dict]) -> str:
    """The table for a text file."""
    return markdown_table.table(HEADER, map(_cells, rows))


def _cells(row: dict) -> tuple[str, ...]:
    targets = {"least_ratio": ">= {:g}x", "least_rate": ">= {:,.0f}/s", "most_bytes": "<= {:,.0f} B"}
    target = " ".join(form.format(row[key]) for key, form in targets.items() if row[key])
    return (
        *(row["label"], row["reference"], row["ours"], row["unit"]),
        *(_duration(row["reference_seconds"]), _duration(row["ours_seconds"]), f"{row['ratio']:.1f}x"),
        *(target or "-", {None: "-", True: "yes", False: "NO"}[row["met"]]),
        *("-" if peak is None else f"{peak / 1e6:.1f}" for peak in (row["reference_peak"], row["ours_peak"])),
        *(f"{row['rate']:,.0f}", f"{row['difference']:.0e}" + ("" if row["agree"] else " DIFFERS")),
    )


def _duration(seconds: float) -> str:
    factor, unit = next((f, u) for f, u in ((1, "s"), (1e3, "ms"), (1e6, "us"), (1e9, "ns")) if seconds * f >= 1)
    return f"{seconds * factor:.3g} {unit}"
