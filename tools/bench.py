# SPDX-License-Identifier: MIT
"""Speed and memory of this package beside the usual forms of the same computations, as ratios measured in one run.

python tools/bench.py                     everything, small; about five minutes on two cores
python tools/bench.py windows scales      some of it
python tools/bench.py --full --json FILE  the sizes of the targets, kept as JSON too

Every benchmark is a process of its own in which the forms take turns; shown are medians of processor seconds (all
threads) per unit, and the peak memory of one call beyond what the process held before it. Targets are at least so many
times the reference's speed, so many units per processor second, or at most so many bytes of peak memory per unit. The
forms are part of the repository's tests (tests/tools); an installed package does not have them.
"""

import argparse
import ctypes
import dataclasses
import importlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[1]
SIZES = ("tiny", "default", "full")
BENCHMARKS = {  # name -> module of tests/tools with a function of that name
    **dict.fromkeys(("sm_sge", "hi_mpc", "cage"), "training_forms"),
    **dict.fromkeys(("upmnet", "extraction"), "image_forms"),
    **dict.fromkeys(("frame_pipeline", "many_frames"), "frame_forms"),
    **dict.fromkeys(("windows", "scales", "reading"), "data_forms"),
    **dict.fromkeys(("evaluation", "clustering", "search", "epoch"), "feature_forms"),
}
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
    peaks = {form.name: _peak(form) for form in forms}
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


def _peak(form: Form) -> int | None:
    """Peak bytes of one call beyond what the process held before it; None where the system does not tell."""
    if not CLEAR.exists():
        return None
    ctypes.CDLL(None).malloc_trim(0)  # else memory freed by another form would hide what this one takes
    before = _kilobytes("VmRSS")
    CLEAR.write_text("5", encoding="utf-8")  # the peak starts here
    form.call()
    return (_kilobytes("VmHWM") - before) * 1024


def _kilobytes(key: str) -> int:
    return next(
        int(line.split()[1]) for line in STATUS.read_text(encoding="utf-8").splitlines() if line.startswith(key)
    )


def measure(name: str, size: str) -> list[dict]:
    """Runs one benchmark in this process; rows as `report` describes them."""
    return getattr(importlib.import_module(f"tests.tools.{BENCHMARKS[name]}"), name)(sys.modules[__name__], size)


def measure_apart(name: str, size: str) -> list[dict]:
    """`measure` in a process of its own, so that no benchmark's memory or threads reach another."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "rows.json"
        command = [sys.executable, __file__, name, "--size", size, "--here", "--json", str(file)]
        quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
        found = subprocess.run(command, cwd=ROOT, env=os.environ | quiet, capture_output=True, text=True)
        if not file.is_file():
            raise SystemExit(f"{name} failed with status {found.returncode}:\n{found.stderr[-3000:]}")
        return json.loads(file.read_text(encoding="utf-8"))


def table(rows: Sequence[dict]) -> list[str]:
    """Aligned lines: a header, then one line per row."""
    cells = [HEADER, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    texts = {0, 1, 2, 3, 7, 8}  # these columns are left-aligned
    return [
        "  ".join(f"{cell:{'<' if i in texts else '>'}{widths[i]}}" for i, cell in enumerate(line)).rstrip()
        for line in cells
    ]


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table; returns 1 if two forms of a benchmark disagree. A missed target is printed, no failure."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    from components import terminal

    terminal.replace_unprintable()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(BENCHMARKS)}; default: all")
    parser.add_argument("--size", choices=SIZES, default="default")
    parser.add_argument("--full", dest="size", action="store_const", const="full", help="the same as --size full")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="also write the rows, unrounded, to FILE")
    parser.add_argument("--here", action="store_true", help="do not start a process per benchmark")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"unknown benchmark {unknown[0]!r}; known: {', '.join(BENCHMARKS)}")
    if not (ROOT / "tests" / "tools").is_dir():
        parser.error(f"{ROOT} has no tests/tools, which holds the forms. Run tools/bench.py from a checkout.")
    rows = []
    for name in options.names or BENCHMARKS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        rows += (measure if options.here else measure_apart)(name, options.size)
    print("\n".join(table(rows)))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return int(not all(row["agree"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
