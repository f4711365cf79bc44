# SPDX-License-Identifier: MIT
"""Jaccard clustering against its definition in sets and loops, and on the numbers recorded from the original."""

import tracemalloc

import numpy as np
import pytest
from scipy import sparse
from sklearn import cluster as sklearn_cluster
from sklearn import metrics

from tests import fakes
from tfskel import clustering
from tfskel.clustering import density, jaccard, mutual, neighbours, progress

GOLDEN = fakes.GOLDEN / "hi_mpc"
RECORDED = fakes.recorded("TFSKEL_GOLDEN", "hi_mpc")
CASES = {
    "cluster_n300_k2eq1": ("k15_1", "k25_4"),
    "cluster_n600_d32": ("k20_6", "k30_6"),
    "cluster_n600_d32_dup": ("k20_6",),
    "cluster_n600_d32_unit": ("k20_6", "k30_6"),
    "cluster_n2000_d64": ("k20_6", "k30_6"),
}


def walks(rows=80, columns=8, scale=1.0, seed=0):
    """Rows along a few random walks, with outliers and exact copies."""
    rng = np.random.default_rng(seed)
    vectors = np.cumsum(rng.normal(scale=0.15, size=(rows, columns)), axis=0) + np.arange(rows)[:, None] // 20 * 2.0
    vectors[::17] = rng.normal(scale=3, size=vectors[::17].shape)
    vectors[5::11] = vectors[4::11][: len(vectors[5::11])]
    return (scale * vectors[rng.permutation(rows)]).astype(np.float32)


def by_definition(vectors, rank, k2):
    """(N, N) distances, from sets and loops in float64."""
    rows, k1 = rank.shape
    lists = [r.tolist() for r in rank]

    def both_ways(i, width):
        return {j for j in lists[i][:width] if i in lists[j][:width]}

    weights = np.zeros((rows, rows))
    for i in range(rows):
        mine = both_ways(i, k1 + 1)
        halves = [both_ways(j, round(k1 / 2) + 1) for j in mine]
        grown = sorted(mine.union(*(h for h in halves if len(h & mine) > 2 / 3 * len(h))))
        if grown:
            likely = np.exp([-(2 - 2 * float(vectors[i] @ vectors[j])) for j in grown])
            weights[i, grown] = likely / likely.sum()
    if k2 != 1:
        weights = np.stack([weights[lists[i][:k2]].mean(axis=0) for i in range(rows)])
    overlap = np.minimum(weights[:, None], weights[None]).sum(axis=2)
    return np.maximum(1 - overlap / (2 - overlap), 0)


def all_distances(weights):
    found = np.ones(weights.shape, np.float32)
    for i, j, distance in jaccard.distances(weights):
        found[i, j] = found[j, i] = distance
    return found


@pytest.mark.parametrize("k1, k2", [(20, 6), (15, 1), (25, 4), (6, 6), (1, 1), (80, 3)])
@pytest.mark.parametrize("scale", [0.1, 1.0])
def test_distances_and_labels_equal_the_definition(k1, k2, scale, monkeypatch):
    monkeypatch.setattr(jaccard, "VISITS", 1)  # many small blocks
    monkeypatch.setattr(mutual, "BLOCK", 16)
    monkeypatch.setattr(mutual, "SLAB", 7)
    vectors = walks(scale=scale)
    rank = neighbours.neighbours(vectors, vectors, k1)
    want = by_definition(vectors, rank, k2)
    found = all_distances(mutual.weights(vectors, rank, k2))
    np.testing.assert_allclose(found, want, rtol=0, atol=5e-5)
    for eps, min_samples in ((0.31, 1), (0.57, 2), (0.77, 4)):
        assert np.abs(want - eps).min() > 5e-5
        reference = sklearn_cluster.DBSCAN(eps=eps, min_samples=min_samples, metric="precomputed").fit(want).labels_
        np.testing.assert_array_equal(jaccard.cluster(vectors, eps, min_samples, k1, k2), reference)


def case(name, setting):
    path = next((folder / f"{name}.npz" for folder in (GOLDEN, RECORDED) if (folder / f"{name}.npz").exists()), None)
    if path is None:
        pytest.skip(f"TFSKEL_GOLDEN holds no hi_mpc/{name}.npz")
    with np.load(path) as file:
        values = {key: file[key] for key in file.files}
    k1, k2 = map(int, setting[1:].split("_"))
    recorded = {key[len(setting) + 1 :]: value for key, value in values.items() if key.startswith(setting + "/")}
    return values["features"], k1, k2, recorded


def recorded_labels(recorded):
    for key, want in recorded.items():
        if key.startswith("labels_eps"):
            eps, min_samples = key[len("labels_eps") :].split("_ms")
            yield float(eps), int(min_samples), float(recorded[f"eps_margin_{eps}"]), want


each_case = pytest.mark.parametrize("name, setting", [(name, s) for name, settings in CASES.items() for s in settings])


@each_case
def test_distances_from_the_original_neighbours_equal_the_original(name, setting):
    vectors, _, k2, recorded = case(name, setting)
    found = all_distances(mutual.weights(vectors, recorded["initial_rank"], k2))
    rows = recorded.get("rows", np.arange(len(vectors)))
    want = recorded.get("jaccard_rows", recorded.get("jaccard"))
    np.testing.assert_allclose(found[rows], want, rtol=0, atol=5e-6)
    assert found.sum(dtype=float) == pytest.approx(float(recorded["jaccard_sum"]), rel=1e-9)


@each_case
def test_labels_from_the_original_neighbours_equal_the_original(name, setting):
    vectors, k1, k2, recorded = case(name, setting)
    for eps, min_samples, margin, want in recorded_labels(recorded):
        # The original counted distances of exactly eps; the last bit of the soft-max must not decide the test.
        tied = margin < 1e-6
        labels = jaccard.cluster(vectors, eps, min_samples, k1, k2, rank=recorded["initial_rank"], join_ties=tied)
        np.testing.assert_array_equal(labels, want, err_msg=f"eps {eps}, min_samples {min_samples}")


@each_case
def test_labels_from_our_own_search_agree_with_the_original(name, setting):
    vectors, k1, k2, recorded = case(name, setting)
    rank = neighbours.neighbours(vectors, vectors, k1)
    copies = name.endswith("dup")
    if not copies:  # the order of copies is the engine's
        assert (rank == recorded["initial_rank"]).all(axis=1).mean() > 0.99
    for eps, min_samples, margin, want in recorded_labels(recorded):
        labels = clustering.cluster(vectors, "jaccard", eps=eps, min_samples=min_samples, k1=k1, k2=k2)
        agreement = metrics.adjusted_rand_score(want, labels)
        assert agreement > 0.98 if copies or margin < 1e-6 else agreement == 1.0


def test_tie_rule_joins_pairs_at_eps_and_no_others():
    shared = np.zeros((2, 10), np.float32)
    shared[0, :6] = shared[1, 4:] = np.float32(1) / 6  # two of six averaged rows in common: t = 1/3, d = 0.8
    weights = np.zeros((10, 10), np.float32)
    weights[:2] = shared
    weights = sparse.csc_array(weights)
    distance = {
        (i, j): d for i, j, d in zip(*map(np.concatenate, zip(*jaccard.distances(weights), strict=True)), strict=True)
    }
    assert distance[0, 1] == pytest.approx(0.8, abs=1e-7)
    for eps, joined in ((0.8, True), (0.8 - 5e-7, True), (0.8 - 3e-6, False)):
        assert bool(jaccard.graph(weights, eps, join_ties=True)[0, 1]) == joined
    above, below = np.nextafter(distance[0, 1], np.float32([1, 0]))
    for eps, joined in (
        (above, True),
        (distance[0, 1], True),
        (below, False),
    ):  # compared in float32, equality included
        assert bool(jaccard.graph(weights, float(eps))[0, 1]) == joined


def test_a_row_that_nobody_lists_has_no_weights_and_is_an_outlier():
    vectors = np.zeros((30, 3), np.float32)
    vectors[25:] = np.eye(3)[[0, 1, 2, 0, 1]] * 5
    rank = np.tile(np.arange(5, dtype=np.int32), (30, 1))
    weights = mutual.weights(vectors, rank, 1)
    assert weights.sum(axis=1).tolist() == [1.0] * 5 + [0.0] * 25
    labels = density.labels(jaccard.graph(weights, 0.5), 1)
    assert labels.tolist() == [0] * 5 + [-1] * 25


def test_neighbours_of_an_outside_engine_and_distinct_search_give_the_same_clusters_where_rows_differ():
    vectors = np.unique(walks(200), axis=0)
    rank = neighbours.neighbours(vectors, vectors, 10).astype(np.int64)
    want = jaccard.cluster(vectors, 0.6, 2, 10)
    assert want.max() > 3
    np.testing.assert_array_equal(jaccard.cluster(vectors, 0.6, 2, 10, rank=rank), want)
    np.testing.assert_array_equal(jaccard.cluster(vectors, 0.6, 2, 10, distinct=True), want)


def test_memory_stays_far_below_all_pairs_and_progress_reaches_the_last_row(monkeypatch):
    rng = np.random.default_rng(0)
    vectors = (rng.normal(size=(150, 16))[rng.integers(150, size=6000)] + rng.normal(size=(6000, 16)) * 0.2).astype(
        np.float32
    )
    rank, last = neighbours.neighbours(vectors, vectors, 20), {}
    monkeypatch.setattr(progress, "logged", lambda *stage: lambda done: last.update({stage: done}))
    tracemalloc.start()
    labels = jaccard.cluster(vectors, 0.6, rank=rank)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 24e6  # one float32 per pair would be 144e6
    assert last == {("weights", 6000): 6000, ("distances", 6000): 6000}
    assert labels.max() > 100


def broken(row, entry, value):
    rank = neighbours.neighbours(walks(), walks(), 20)
    rank[row, entry] = value
    return rank


@pytest.mark.parametrize(
    "vectors, settings, match",
    [
        (walks(19), {}, r"received k=20 for 19 rows. Ask for fewer neighbours \(k1\) or use more recordings"),
        (walks(), {"k1": 0}, "received k=0"),
        (walks(), {"k2": 21}, "k2 must lie between 1 and k1 = 20; received 21"),
        (walks(), {"k2": 0}, "received 0"),
        (walks(), {"eps": 1.0}, "must lie between 0 and 1, both excluded; received 1.0"),
        (walks(), {"eps": 0.0}, "received 0.0"),
        (walks(), {"min_samples": 0}, "min_samples must be at least 1; received 0"),
        (
            walks(),
            {"rank": broken(7, 19, -1)},
            r"list of row 7 misses neighbours \(-1\): search exactly, or with more probes",
        ),
        (walks(), {"rank": broken(8, 3, 80)}, r"list of row 8 names a row outside 0..79"),
        (walks(), {"rank": broken(9, 1, broken(0, 0, 0)[9, 0])}, "list of row 9 names a row twice"),
        (walks(), {"rank": broken(0, 0, 0)[:, :5]}, r"\(N, k1\) with k1 = 20; received shape \(80, 5\)"),
        (walks(), {"rank": broken(0, 0, 0)[:70]}, r"must be \(80, k1\) int, one list per row; received \(70, 20\)"),
        (walks(), {"rank": broken(0, 0, 0) * 1.0}, "int, one list per row; received .* float64"),
        (walks() * np.float32("nan"), {"rank": broken(0, 0, 0)}, "NaN or infinite values, the first in row 0"),
    ],
)
def test_bad_input_is_named(vectors, settings, match):
    with pytest.raises(ValueError, match=match):
        jaccard.cluster(vectors, **{"eps": 0.6, **settings})
