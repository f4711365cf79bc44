# SPDX-License-Identifier: MIT
"""Speed and memory of this package beside the usual forms of the same computations, as ratios measured in one run.

python tools/bench.py                     everything, small; about four minutes on two cores
python tools/bench.py windows scales      some of it
python tools/bench.py --full --json FILE  the sizes of the targets, kept as JSON too

Every benchmark is a process of its own in which the forms take turns; shown are medians of processor seconds (all
threads) per unit, and the peak memory of one call beyond what the process held before it. Targets are at least
so many times the reference's speed, or so many units per processor second. More rows, and clustering under a memory
cap: tools/bench_clustering.py.
"""

import argparse
import importlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Sequence

from components import terminal

ROOT = pathlib.Path(__file__).resolve().parents[1]
SIZES = ("tiny", "default", "full")
BENCHMARKS = {  # name -> module that holds a function of that name
    "sm_sge": "bench_training",
    "hi_mpc": "bench_training",
    "cage": "bench_training",
    "windows": "bench_data",
    "scales": "bench_data",
    "reading": "bench_reading",
    "evaluation": "bench_matching",
    "clustering": "bench_matching",
}
HEADER = ("benchmark", "reference", "ours", "CPU per", "its time", "our time", "ratio", "target", "met")
HEADER += ("its peak MB", "our peak MB", "our rate 1/s", "difference")


def measure(name: str, size: str) -> list[dict]:
    """Runs one benchmark in this process; rows as `bench_race.report` describes them."""
    return getattr(importlib.import_module(BENCHMARKS[name]), name)(size)


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
    targets = {"least_ratio": ">= {:g}x", "least_rate": ">= {:,.0f}/s"}
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
