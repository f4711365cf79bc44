# SPDX-License-Identifier: MIT
"""Clustering of a million rows, whose neighbours an approximate search finds, beside the exact one of a sample."""

import numpy as np
from sklearn import metrics

from tests.tools import feature_forms, race
from tfskel.clustering import jaccard, neighbours

# size -> rows, rows of the sample, most bytes of peak memory per row (beside the rows themselves)
MILLION = {"tiny": (600, 300, 0), "default": (20_000, 10_000, 0), "full": (1_000_000, 100_000, 7000)}
BLOCK = 100_000
LACKING = 0.1  # of recall or ARI; rows without near ones, 2 % here, have other neighbours and chain differently
TWO_CORES_ONE_HOUR = 2 * 3600  # processor seconds


def grouped(vectors: np.ndarray, search: str) -> tuple[np.ndarray, np.ndarray]:
    """The nearest rows (N, K1) and the cluster (N,) of each row."""
    rank = neighbours.neighbours(vectors, vectors, feature_forms.K1, search)
    return rank, jaccard.cluster(vectors, feature_forms.EPS, k1=feature_forms.K1, k2=feature_forms.K2, rank=rank)


def recall(found: np.ndarray, truth: np.ndarray) -> float:
    """Share of the true neighbours that were found, (N, k) each."""
    both = np.sort(np.concatenate([found, truth], axis=1), axis=1)
    return float((both[:, 1:] == both[:, :-1]).sum() / truth.size)


def million(size: str) -> list[dict]:
    """Neighbours, k-reciprocal distances and DBSCAN; the difference is what recall and ARI on the sample lack of 1."""
    rows, sample, most_bytes = MILLION[size]
    vectors = np.empty((rows, feature_forms.COLUMNS), np.float32)
    for number, begin in enumerate(range(0, rows, BLOCK)):
        part = vectors[begin : begin + BLOCK]
        part[:] = feature_forms.walking_features(len(part), number)
    few = vectors[:sample]
    exact = race.Form("exact, a sample", lambda: grouped(few, "exact"), sample)
    quick = race.Form("ivf, a sample", lambda: grouped(few, "ivf"), sample)
    every = race.Form("ivf, all rows", lambda: grouped(vectors, "ivf"), rows)
    truth, *reference = race.once(exact)
    found, *measured = race.once(quick)
    difference = 1 - min(recall(found[0], truth[0]), metrics.adjusted_rand_score(truth[1], found[1]))
    measured = {quick.name: measured, every.name: race.once(every)[1:]}
    table = [
        race.Row("clustering of a sample by ivf", exact.name, quick.name),
        race.Row(
            "clustering of all rows by ivf", exact.name, every.name,
            least_rate=rows / TWO_CORES_ONE_HOUR if most_bytes else 0, most_bytes=most_bytes,
        ),
    ]  # fmt: skip
    return [
        race.report(row, "row", *zip(reference, measured[row.ours], strict=True), difference, LACKING, form.amount)
        for row, form in zip(table, (quick, every), strict=True)
    ]
