# SPDX-License-Identifier: MIT
"""What a machine with a GPU makes of this package, in under ten minutes and one file that can be sent to anyone.

python tools/gpu_check.py                      writes gpu_check.json and prints its tables
python tools/gpu_check.py --size tiny          small batches; the only ones in reasonable time without a GPU

Compared with the recordings of the original programs are those of tests/golden, or of the folder in TFSKEL_GOLDEN. A
training step of every system is timed in float32 and with networks of 16 bits, on batches of the published size. What
does not fit into the time is named in the file. The steps are part of the repository's tests (tests/training).
"""

import argparse
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

ROOT = pathlib.Path(__file__).resolve().parents[1]
SECONDS = 570
STEPS = {"tiny": 2, "published": 10}
NO_GPU = "There is no GPU here: times and memory are those of the processor, and say nothing about one."


def devices() -> dict:
    """What computes, and with which versions."""
    import keras
    import tensorflow as tf

    found = tf.config.list_physical_devices("GPU")
    return {
        "gpus": [tf.config.experimental.get_device_details(gpu) | {"name": gpu.name} for gpu in found],
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.platform(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "cuda": {key: str(value) for key, value in tf.sysconfig.get_build_info().items() if "cud" in key},
    }


def _peak(reset: bool = False) -> int:
    """Largest memory since the last reset: bytes of the first GPU, or of this process; 0 where it is not known."""
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        if reset:
            tf.config.experimental.reset_memory_stats("GPU:0")
        return tf.config.experimental.get_memory_info("GPU:0")["peak"]
    try:
        if reset:
            pathlib.Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        status = pathlib.Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return 1024 * int(re.search(r"VmHWM:\s*(\d+)", status)[1])


def measure(name: str, size: str) -> list[dict]:
    """Times a case of tests/training/steps.py in every number format, in this process.

    Returns:
        rows: "step", "precision", "first" and "seconds" (of the first and the median of the next steps), "bytes" (of
        memory at most), "total" (the first loss) and "apart" (its difference from float32's as a share of that).
    """
    from tests.training import steps
    from tfskel.training import determinism, execution, precision

    rows, cases = [], {"tiny": steps.TINY, "published": steps.PUBLISHED}[size]
    for kind in execution.PRECISIONS:
        determinism.set_seed(1)
        _peak(reset=True)
        with precision.opened(kind):
            case = cases[name]()
            taken, totals = [], []
            for _ in range(1 + STEPS[size]):
                began = time.perf_counter()
                found = case.step()
                taken.append(time.perf_counter() - began)
                totals.append(found["total"] if "total" in found else found["encoder"])
        total = rows[0]["total"] if rows else totals[0]
        rows.append(
            {"step": name, "precision": kind, "first": taken[0], "seconds": statistics.median(taken[1:]),
             "bytes": _peak(), "total": totals[0], "apart": abs(totals[0] - total) / abs(total)}
        )  # fmt: skip
    return rows


def _run(words: list[str], until: float) -> tuple[int | None, str]:
    """Exit status and output of a program of this checkout; None where it did not end in time."""
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3"} | os.environ | {"PYTHONPATH": str(ROOT)}
    try:
        ended = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, errors="replace",
            timeout=max(until - time.monotonic(), 1),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None, ""
    return ended.returncode, ended.stdout or ended.stderr[-2000:]


def steps_apart(names: Sequence[str], size: str, until: float) -> list[dict]:
    """`measure` of each case, in a process of its own; what fails or has no time left is a row with "problem"."""
    rows = []
    for name in names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        status, said = _run([__file__, "--measure", name, "--size", size], until)
        if status == 0:
            rows += json.loads(said.splitlines()[-1])
        else:
            rows.append({"step": name, "problem": "no time left" if status is None else said[-2000:]})
    return rows


def parity(paths: Sequence[pathlib.Path], until: float) -> list[dict]:
    """Comparison of each folder with the original: whether all rows are met, the summary, and rows that are not."""
    found = []
    for path in paths:
        print(f"parity {path.name} ...", file=sys.stderr, flush=True)
        status, said = _run([str(ROOT / "tools/parity.py"), "--failed", str(path)], until)
        lines = said.strip().splitlines() or ["no time left"]
        found.append({"folder": path.name, "met": status == 0, "summary": lines[-1], "said": lines[:-1]})
    return found


def table(result: dict) -> list[str]:
    """The file's content as lines of text."""
    lines = [str(result["devices"]), *([result["note"]] if result["note"] else []), ""]
    lines += [f"{'step':24}{'format':16}{'first s':>9}{'step s':>10}{'MB':>8}{'loss apart':>12}"]
    for row in result["steps"]:
        if "problem" in row:
            lines.append(f"{row['step']:24}{row['problem'].strip().splitlines()[-1]}")
        else:
            lines.append(f"{row['step']:24}{row['precision']:16}{row['first']:9.2f}{row['seconds']:10.4f}"
                         f"{row['bytes'] / 1e6:8.0f}{row['apart']:12.1e}")  # fmt: skip
    lines += ["", "parity with the original programs"]
    return [*lines, *(f"{row['folder']:24}{row['summary']}" for row in result["parity"])]


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the file; returns 1 if a step or a comparison failed."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=STEPS, help="default: published with a GPU, else tiny")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("gpu_check.json"), metavar="FILE")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="when to stop, default %(default)s")
    parser.add_argument("--measure", metavar="STEP", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if not (ROOT / "tests/training/steps.py").is_file():
        parser.error(f"{ROOT} has no tests/training, which holds the steps. Run tools/gpu_check.py from a checkout.")
    if options.measure:
        print(json.dumps(measure(options.measure, options.size)))
        return 0
    from tests.parity import registry
    from tests.training import steps
    from tfskel import arrays

    began, found = time.monotonic(), devices()
    size, until = options.size or ("published" if found["gpus"] else "tiny"), began + options.seconds
    golden = pathlib.Path(os.environ.get("TFSKEL_GOLDEN") or ROOT / "tests/golden")
    folders = [path for path in sorted(golden.glob("*/")) if any(map(registry.recognise, path.iterdir()))]
    result = {"devices": found, "size": size, "note": "" if found["gpus"] else NO_GPU}
    result["steps"] = steps_apart({"tiny": steps.TINY, "published": steps.PUBLISHED}[size], size, until)
    result["parity"] = parity(folders, until)
    result["seconds"] = round(time.monotonic() - began, 1)
    arrays.write_json(options.out, result, sort_keys=False)
    print("\n".join([*table(result), "", f"written to {options.out}"]))
    return int(any("problem" in row for row in result["steps"]) or not all(row["met"] for row in result["parity"]))


if __name__ == "__main__":
    sys.exit(main())
