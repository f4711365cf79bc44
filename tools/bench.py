# SPDX-License-Identifier: MIT
"""Speed and memory of this package beside the usual forms of the same computations, as ratios measured in one run.

python tools/bench.py                     everything, small; about five minutes on two cores
python tools/bench.py windows scales      some of it
python tools/bench.py --full --json FILE  the sizes of the targets, kept as JSON too
python tools/bench.py --write FILE        also replaces what stands between <!-- bench:SIZE --> and <!-- /bench:SIZE -->

Every benchmark is a process of its own in which the forms take turns; shown are medians of processor seconds (all
threads) per unit, and the peak memory of one call beyond what the process held before it. Targets are at least so many
times the reference's speed, so many units per processor second, or at most so many bytes of peak memory per unit. The
forms are part of the repository's tests (tests/tools); an installed package does not have them.
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

ROOT = pathlib.Path(__file__).resolve().parents[1]
SIZES = ("tiny", "default", "full")
BENCHMARKS = {  # name -> module of tests/tools with a function of that name
    **dict.fromkeys(("sm_sge", "hi_mpc", "cage"), "training_forms"),
    **dict.fromkeys(("upmnet", "extraction"), "image_forms"),
    "gan_step": "gan_forms",
    **dict.fromkeys(("frame_pipeline", "many_frames"), "frame_forms"),
    **{"poses": "pose_forms"},
    **dict.fromkeys(("windows", "scales", "reading"), "data_forms"),
    **dict.fromkeys(("evaluation", "single_shot", "many_images"), "feature_forms"),
    **dict.fromkeys(("clustering", "search", "epoch"), "feature_forms"),
    "identify": "gallery_forms",
    "million": "million_forms",
}


def measure(name: str, size: str) -> list[dict]:
    """Runs one benchmark in this process; rows as `race.report` describes them."""
    return getattr(importlib.import_module(f"tests.tools.{BENCHMARKS[name]}"), name)(size)


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
    parser.add_argument("--write", type=pathlib.Path, metavar="FILE", help="also put the table between the markers "
                        "<!-- bench:SIZE --> and <!-- /bench:SIZE --> in this text")  # fmt: skip
    parser.add_argument("--here", action="store_true", help="do not start a process per benchmark")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"unknown benchmark {unknown[0]!r}; known: {', '.join(BENCHMARKS)}")
    if not (ROOT / "tests" / "tools").is_dir():
        parser.error(f"{ROOT} has no tests/tools, which holds the forms. Run tools/bench.py from a checkout.")
    from components.compare import markers
    from tests.tools import race

    try:  # refused before minutes of work
        _ = options.write and markers.around(options.write, options.size, markers.BENCH)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    rows = []
    for name in options.names or BENCHMARKS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        rows += (measure if options.here else measure_apart)(name, options.size)
    print("\n".join(race.table(rows)))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    if options.write:
        markers.write(options.write, options.size, race.markdown(rows), markers.BENCH)
    return int(not all(row["agree"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
