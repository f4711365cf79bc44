# SPDX-License-Identifier: MIT
"""Benchmarks of what follows training: retrieval evaluation and clustering of features."""

import statistics

import bench_clustering
import bench_race
import numpy as np
from sklearn import metrics

from tfskel import features
from tfskel.evaluation import ranking

MAX_RANK = 20
# size -> probes (= gallery), columns, turns
EVALUATION = {"tiny": (40, 8, 1), "default": (2000, 256, 3), "full": (5000, 256, 3)}
# size -> rows, turns
CLUSTERING = {"tiny": (300, 1), "default": (2000, 3), "full": (5000, 3)}


def random_features(rows: int, columns: int, seed: int) -> features.Features:
    """Features of 50 persons that overlap."""
    identity = np.arange(rows) % 50
    centres = np.random.default_rng(0).normal(size=(50, columns))
    vectors = centres[identity] + 3 * np.random.default_rng(seed).normal(size=(rows, columns))
    nothing = np.full(rows, "")
    return features.Features(vectors.astype(np.float32), identity.astype(str), nothing, nothing)


def probe_by_probe(probe: features.Features, gallery: features.Features) -> tuple[np.ndarray, float]:
    """CMC and mAP: the whole distance matrix, then a loop that sorts and scores each probe with scikit-learn."""
    a, b = probe.vectors.astype(np.float64), gallery.vectors.astype(np.float64)
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    distances = np.sqrt(np.maximum(squares, ranking.SMALLEST_SQUARE))
    hits, precision = np.zeros(MAX_RANK), []
    for identity, row in zip(probe.identities, distances, strict=True):
        match = gallery.identities == identity
        hits[np.argmax(match[np.argsort(row, kind="stable")]) :] += 1
        precision.append(metrics.average_precision_score(match, -row))
    return hits / len(distances), float(np.mean(precision))


def evaluation(size: str) -> list[dict]:
    """Sorted distance values in bounded blocks against the scikit-learn loop over probes."""
    rows, columns, turns = EVALUATION[size]
    probe, gallery = random_features(rows, columns, 1), random_features(rows, columns, 2)

    def retrieved(dtype: str):
        return ranking.retrieve(probe, gallery, max_rank=MAX_RANK, dtype=dtype)

    def curve(result) -> np.ndarray:
        return np.array([*result.cmc, result.mAP])

    forms = [
        bench_race.Form(
            "scikit-learn loop", lambda: probe_by_probe(probe, gallery), rows, lambda r: np.array([*r[0], r[1]])
        ),
        bench_race.Form("float64", lambda: retrieved("float64"), rows, curve),
        bench_race.Form("float32", lambda: retrieved("float32"), rows, curve),
    ]
    table = [
        bench_race.Row("evaluation float64", "scikit-learn loop", "float64", least_ratio=4.5),
        bench_race.Row("evaluation float32", "scikit-learn loop", "float32", least_ratio=9),
    ]
    return bench_race.race(table, forms, "probe", turns, tolerance=1e-6)


def clustering(size: str) -> list[dict]:
    """Sparse against dense k-reciprocal clustering, with and without the neighbour search they share."""
    rows, turns = CLUSTERING[size]
    arguments = ["--eps", "0.6"]
    taken = [{form: bench_clustering.run(form, rows, arguments) for form in ("dense", "sparse")} for _ in range(turns)]
    same = all(turn["dense"]["checksum"] == turn["sparse"]["checksum"] for turn in taken)

    def medians(*keys: str) -> tuple[float, float]:
        return tuple(
            statistics.median(sum(turn[form][key] for key in keys) for turn in taken) for form in ("dense", "sparse")
        )

    def row(label: str, seconds: tuple[float, float], least_ratio: float = 0) -> dict:
        # Labels are equal or they are not; there is nothing in between that would be accepted.
        difference = 0.0 if same else float("inf")
        per_row = tuple(value / rows for value in seconds)
        table_row = bench_race.Row(label, "dense", "sparse", least_ratio)
        return bench_race.report(table_row, "row", per_row, medians("peak"), difference, 0)

    return [
        row("clustering after search", medians("rest"), least_ratio=15),
        row("clustering with search", medians("search", "rest")),
    ]
