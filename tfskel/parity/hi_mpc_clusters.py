# SPDX-License-Identifier: MIT
"""Parity of Hi-MPC: nearest rows, Jaccard distances, clusters and their means."""

import pathlib
import re
from collections.abc import Iterator

import numpy as np

from tfskel.clustering import density, jaccard, mutual, neighbours, prototypes
from tfskel.parity import rows

DISTANCE = rows.Tolerance(5e-6)
SUM = rows.Tolerance(0.0, 1e-6)
MEANS = rows.Tolerance(1e-5)
SAME_RANKS = rows.Tolerance(0.01)
_SETTING = re.compile(r"k(\d+)_(\d+)/initial_rank")
_LABELS = re.compile(r"labels_eps([\d.]+)_ms(\d+)")


def clusters(path: pathlib.Path, arrays: dict) -> Iterator[rows.Row]:
    """Every recorded setting, from the stored nearest rows; from the features too where no equal rows decide."""
    vectors = arrays["features"]
    distinct = len(np.unique(vectors, axis=0)) == len(vectors)
    for match in filter(None, map(_SETTING.fullmatch, arrays)):
        k1, k2, key = int(match[1]), int(match[2]), f"k{match[1]}_{match[2]}"
        own = {name.removeprefix(f"{key}/"): value for name, value in arrays.items() if name.startswith(f"{key}/")}
        weights = mutual.weights(vectors, own["initial_rank"].astype(np.int64), k2)
        dense = _dense(weights)
        chosen = own["rows"] if "rows" in own else slice(None)
        want = own["jaccard_rows"] if "rows" in own else own["jaccard"]
        yield rows.compare(path.stem, f"jaccard/{key}", dense[chosen], want, DISTANCE)
        yield rows.compare(path.stem, f"jaccard_sum/{key}", dense.sum(dtype=np.float64), own["jaccard_sum"], SUM)
        yield from _labels(path.stem, "labels", key, vectors, weights, own)
        if distinct:
            rank = neighbours.neighbours(vectors, vectors, k1)
            differ = float(np.mean((rank != own["initial_rank"]).any(axis=1)))
            yield rows.compare(path.stem, f"ranks_differing/{key}", differ, 0.0, SAME_RANKS)
            yield from _labels(path.stem, "labels_from_features", key, vectors, mutual.weights(vectors, rank, k2), own)


def _labels(case: str, kind: str, key: str, vectors: np.ndarray, weights, own: dict) -> Iterator[rows.Row]:
    for name, want in own.items():
        match = _LABELS.fullmatch(name)
        if not match:
            continue
        found = density.labels(jaccard.graph(weights, float(match[1])), int(match[2]))
        yield rows.compare(case, f"{kind}/{key}/{name}", found, want, rows.EXACT)
        means = own.get(name.replace("labels", "centroids"))
        if means is not None and kind == "labels":
            yield rows.compare(case, f"centroids/{key}/{name}", prototypes.prototypes(vectors, found), means, MEANS)


def _dense(weights) -> np.ndarray:
    """(N, N) distances; recordings are small enough for it."""
    found = np.ones(weights.shape, np.float32)
    for i, j, distance in jaccard.distances(weights):
        found[i, j] = found[j, i] = distance
    return found
