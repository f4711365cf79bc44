# SPDX-License-Identifier: MIT
"""Cost of the sparse clustering beside a dense form written from the definition, and alone under a memory cap.

python tools/bench_clustering.py --sizes 2000 5000 10000 --alone 50000 100000

Every measurement is a process of its own; dense and sparse take turns and medians are printed. Times are processor
seconds (all threads); memory is the peak beyond what the process held before clustering, features included.
"""

import argparse
import ctypes
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from sklearn import cluster as sklearn_cluster

from components import terminal
from tfskel.clustering import density, jaccard, mutual, neighbours

K1, K2, COLUMNS = 20, 6, 256
# Bytes of the memory cap: per row (an inverted index copies the features, with room to grow), and of fixed size.
PER_ROW, SLACK = {"exact": 3000, "ivf": 6000}, 64 << 20


def features(rows: int, copies: float, seed: int = 0) -> np.ndarray:
    """(rows, 256) float32 like those of walking recordings.

    Every recording has 60 windows, two phases of a walk: a closed curve around the recording's centre, sampled so
    densely that windows have near copies. Rows have norms of about 6. 2 % are isolated. With copies > 1 rows are drawn
    with replacement from rows / copies different ones, as the training rule repeats windows.
    """
    rng = np.random.default_rng(seed)
    different = max(int(rows / copies), K1)
    recording = np.arange(different) // 60
    frame = rng.normal(size=(recording[-1] + 1, 3, COLUMNS)).astype(np.float32) / 16
    phase = (np.arange(different) % 60 * 0.21 + rng.normal(size=different) * 0.02)[:, None]
    vectors = (
        6 * frame[recording, 0] + 1.5 * np.cos(phase) * frame[recording, 1] + 1.5 * np.sin(phase) * frame[recording, 2]
    )
    vectors += rng.normal(size=vectors.shape) * 0.25 / 16
    alone = rng.random(different) < 0.02
    vectors[alone] = rng.normal(size=(alone.sum(), COLUMNS)) * 6 / 16
    order = rng.integers(different, size=rows) if copies > 1 else rng.permutation(different)
    return vectors[order].astype(np.float32)


def dense(vectors: np.ndarray, rank: np.ndarray, eps: float) -> np.ndarray:
    """Labels from the definition: loops over rows, arrays of N x N."""
    rows = len(rank)

    def both_ways(i, width):
        ahead = rank[i, :width]
        return ahead[(rank[ahead, :width] == i).any(axis=1)]

    half = [both_ways(i, round(K1 / 2) + 1) for i in range(rows)]
    weights = np.zeros((rows, rows), np.float32)
    for i in range(rows):
        mine = both_ways(i, K1)
        close = [half[j] for j in mine if 3 * len(np.intersect1d(half[j], mine)) > 2 * len(half[j])]
        grown = np.unique(np.concatenate([mine, *close]))
        logits = 2 * (vectors[grown] @ vectors[i]) - 2
        likely = np.exp(logits - logits.max())
        weights[i, grown] = likely / likely.sum()
    averaged = np.empty_like(weights)
    for i in range(rows):
        averaged[i] = weights[rank[i, :K2]].mean(axis=0)
    weights = averaged
    holders = [np.flatnonzero(column) for column in weights.T]
    distances = np.empty((rows, rows), np.float32)
    for i in range(rows):
        overlap = np.zeros(rows, np.float32)
        for column in np.flatnonzero(weights[i]):
            others = holders[column]
            overlap[others] += np.minimum(weights[i, column], weights[others, column])
        distances[i] = 1 - overlap / (2 - overlap)
    np.maximum(distances, 0, out=distances)
    return sklearn_cluster.DBSCAN(eps=eps, min_samples=2, metric="precomputed").fit(distances).labels_


def sparse(vectors: np.ndarray, rank: np.ndarray, eps: float) -> np.ndarray:
    """Labels from the product's sparse form."""
    return density.labels(jaccard.graph(mutual.weights(vectors, rank, K2), eps), 2)


FORMS = {"dense": dense, "sparse": sparse}


def kilobytes(key: str) -> int:
    """A figure of this process: VmRSS, VmHWM (its peak), VmData."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key))


def measure(form: str, rows: int, options: argparse.Namespace, capped: bool) -> None:
    """Prints one line of JSON: processor seconds of search and rest, peak bytes per row, clusters and a checksum."""
    vectors = features(rows, options.copies)
    FORMS[form](vectors[:200], neighbours.neighbours(vectors[:200], vectors[:200], K1), options.eps)  # loads libraries
    ctypes.CDLL(None).malloc_trim(0)  # else memory freed before would hide what clustering takes
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")  # the peak starts here
    before = kilobytes("VmRSS")
    if capped:
        # BLAS reserves 0.4 GB of addresses in its first large product and uses a tenth of them.
        neighbours.neighbours(vectors[:5000], vectors[:5000], K1)
        limit = kilobytes("VmData") * 1024 + PER_ROW[options.search] * rows + SLACK
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    wall, times = time.monotonic(), [time.process_time()]
    rank = neighbours.neighbours(vectors, vectors, K1, options.search)
    times.append(time.process_time())
    labels = FORMS[form](vectors, rank, options.eps)
    times.append(time.process_time())
    result = {"search": times[1] - times[0], "rest": times[2] - times[1], "wall": time.monotonic() - wall}
    peak = (kilobytes("VmHWM") - before) * 1024
    result |= {"peak": peak, "clusters": int(labels.max() + 1), "outliers": int((labels < 0).sum())}
    print(json.dumps(result | {"checksum": int((labels * np.arange(1, rows + 1)).sum())}))


def run(form: str, rows: int, arguments: list[str], capped: bool = False) -> dict:
    """What `measure` finds in a process of its own."""
    command = [
        sys.executable,
        __file__,
        "--form",
        form,
        "--rows",
        str(rows),
        *arguments,
        *(["--capped"] if capped else []),
    ]
    found = subprocess.run(command, capture_output=True, text=True)
    if found.returncode:
        raise SystemExit(f"{form} at {rows} rows failed with status {found.returncode}:\n{found.stderr[-2000:]}")
    return json.loads(found.stdout)


def compare(rows: int, repeats: int, arguments: list[str]) -> None:
    """Prints both forms' medians and their ratio."""
    turns = [{form: run(form, rows, arguments) for form in FORMS} for _ in range(repeats)]
    median = {
        form: {key: statistics.median(turn[form][key] for turn in turns) for key in ("search", "rest", "peak")}
        for form in FORMS
    }
    a, b = median["dense"], median["sparse"]
    same = all(turn["dense"]["checksum"] == turn["sparse"]["checksum"] for turn in turns)
    whole = (a["search"] + a["rest"]) / (b["search"] + b["rest"])
    print(
        f"{rows:7d} rows: CPU s, search + rest: dense {a['search']:.2f} + {a['rest']:.2f}, "
        f"sparse {b['search']:.2f} + {b['rest']:.2f}; ratio {whole:.1f}, without search {a['rest'] / b['rest']:.0f}; "
        f"peak MB {a['peak'] / 1e6:.0f} and {b['peak'] / 1e6:.0f}; labels {'equal' if same else 'DIFFER'}",
        flush=True,
    )


def alone(rows: int, search: str, arguments: list[str]) -> None:
    """Prints the sparse form's cost under the memory cap."""
    found = run("sparse", rows, arguments, capped=True)
    print(
        f"{rows:7d} rows: CPU s, search + rest: sparse {found['search']:.1f} + {found['rest']:.2f}, "
        f"{found['rest'] / rows * 1e6:.1f} us/row after the search; wall {found['wall']:.1f} s; "
        f"peak {found['peak'] / rows:.0f} bytes/row (cap {PER_ROW[search]} bytes/row + {SLACK >> 20} MiB); "
        f"{found['clusters']} clusters, {found['outliers']} outliers",
        flush=True,
    )


def main() -> None:
    """Reads the arguments and prints a line per size."""
    terminal.replace_unprintable()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=[2000, 5000, 10000], help="rows of dense and sparse")
    parser.add_argument("--alone", type=int, nargs="*", default=[50000, 100000], help="rows of sparse alone")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--eps", type=float, default=0.6)
    parser.add_argument("--copies", type=float, default=1, help="rows per different row; the training rule gives 3.7")
    parser.add_argument("--search", default="exact", choices=sorted(neighbours.SEARCHES))
    parser.add_argument("--form", choices=sorted(FORMS), help=argparse.SUPPRESS)
    parser.add_argument("--rows", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--capped", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.form:
        measure(options.form, options.rows, options, options.capped)
        return
    arguments = ["--eps", str(options.eps), "--copies", str(options.copies), "--search", options.search]
    for rows in options.sizes:
        compare(rows, options.repeats, arguments)
    for rows in options.alone:
        alone(rows, options.search, arguments)


if __name__ == "__main__":
    main()
