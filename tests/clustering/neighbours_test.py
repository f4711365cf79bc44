# SPDX-License-Identifier: MIT
"""Searches against sorting all distances."""

import faiss
import numpy as np
import pytest

from tfskel.clustering import neighbours, progress


def rows(count=300, columns=5, seed=0):
    return np.random.default_rng(seed).normal(size=(count, columns)).astype(np.float32)


def by_sorting(queries, base, k):
    distances = ((queries[:, None].astype(float) - base[None]) ** 2).sum(axis=2)
    return np.argsort(distances, axis=1, kind="stable")[:, :k]


@pytest.mark.parametrize("queries, base, k", [(1, 1, 1), (7, 30, 30), (40, 300, 20)])
def test_exact_search_equals_sorting(queries, base, k):
    a, b = rows(queries, seed=1), rows(base)
    np.testing.assert_array_equal(neighbours.neighbours(a, b, k), by_sorting(a, b, k))


def test_neither_the_size_of_a_batch_nor_near_ties_decide_what_is_nearest():
    vectors = np.round(rows(neighbours.SHARD + 10, 6), 1)  # thousands of equal and nearly equal distances
    found = neighbours.neighbours(vectors, vectors, 8)
    few = np.arange(0, len(vectors), 97)
    np.testing.assert_array_equal(found[few], by_sorting(vectors[few], vectors, 8))
    alone = np.concatenate([neighbours.neighbours(vectors[row : row + 1], vectors, 8) for row in few])
    np.testing.assert_array_equal(alone, found[few])


@pytest.mark.parametrize("search", sorted(neighbours.SEARCHES))
@pytest.mark.parametrize(
    "offset",
    [
        pytest.param(lambda count: 10.0, id="one offset for all"),
        pytest.param(lambda count: 1e4, id="a large one"),
        pytest.param(lambda count: np.where(np.arange(count) % 2, 100.0, -100.0)[:, None], id="two groups far apart"),
    ],
)
def test_an_offset_of_the_vectors_hides_no_neighbour(search, offset):
    base, queries = (
        (offset(count) + 0.01 * rows(count, 64, seed).astype(float)).astype(np.float32)
        for seed, count in ((0, 1500), (1, 200))
    )
    found = neighbours.neighbours(queries, base, 5, search=search, probes=300)
    np.testing.assert_array_equal(found, by_sorting(queries, base, 5))


def test_more_equal_rows_than_candidates_are_listed_in_the_order_of_their_numbers():
    vectors = np.repeat(rows(3, 8), 400, axis=0)[np.random.default_rng(5).permutation(1200)]
    np.testing.assert_array_equal(neighbours.neighbours(vectors[:50], vectors, 6), by_sorting(vectors[:50], vectors, 6))


def test_inverted_lists_equal_the_exact_search_when_all_are_probed():
    vectors = rows()
    exact = neighbours.neighbours(vectors, vectors, 9)
    np.testing.assert_array_equal(neighbours.neighbours(vectors, vectors, 9, search="ivf", probes=300), exact)


def test_rows_with_too_few_neighbours_in_the_probed_lists_are_searched_exactly():
    vectors = rows()
    exact = neighbours.neighbours(vectors, vectors, 250)
    np.testing.assert_array_equal(neighbours.neighbours(vectors, vectors, 250, search="ivf"), exact)


@pytest.mark.parametrize("search", sorted(neighbours.SEARCHES))
def test_search_runs_on_the_gpus_that_faiss_sees(search, monkeypatch):
    moved = []
    monkeypatch.setattr(faiss, "get_num_gpus", lambda: 1, raising=False)
    monkeypatch.setattr(faiss, "index_cpu_to_all_gpus", lambda index: moved.append(index) or index, raising=False)
    vectors = rows()
    found = neighbours.neighbours(vectors, vectors, 4, search=search, probes=300)
    assert [index.ntotal for index in moved] == [300]
    np.testing.assert_array_equal(found, by_sorting(vectors, vectors, 4))


def test_distinct_search_lists_equal_rows_in_the_order_of_their_numbers():
    different = rows(40)
    different[0] = 0
    pick = np.random.default_rng(3).integers(40, size=150)
    vectors = different[pick]
    vectors[pick == 0] *= np.where(np.arange((pick == 0).sum()) % 2, -1, 1)[:, None]  # zeros of both signs are equal
    groups = by_sorting(different, different, 40)
    want = [np.concatenate([np.flatnonzero(pick == other) for other in groups[mine]])[:12] for mine in pick]
    np.testing.assert_array_equal(neighbours.distinct_neighbours(vectors, 12), want)
    everything = [np.concatenate([np.flatnonzero(pick == other) for other in groups[mine]]) for mine in pick]
    np.testing.assert_array_equal(neighbours.distinct_neighbours(vectors, 150), everything)


def test_distinct_search_of_different_rows_is_the_plain_search():
    vectors = rows()
    plain = neighbours.neighbours(vectors, vectors, 7)
    np.testing.assert_array_equal(neighbours.distinct_neighbours(vectors, 7), plain)


def test_distinct_search_equals_the_plain_one_when_copies_are_as_near_as_other_rows():
    grid = np.random.default_rng(4).integers(0, 3, size=(400, 3)).astype(np.float32)  # 27 places, many at one distance
    for k in (1, 7, 60):
        plain = neighbours.neighbours(grid, grid, k)
        np.testing.assert_array_equal(neighbours.distinct_neighbours(grid, k), plain)


def test_progress_counts_the_queries(monkeypatch):
    calls = []
    monkeypatch.setattr(progress, "logged", lambda *stage: lambda done: calls.append((*stage, done)))
    vectors = rows(2 * neighbours.SHARD + 1, 2)
    neighbours.neighbours(vectors, vectors[:50], 3)
    assert calls == [("neighbours", 8193, done) for done in (4096, 8192, 8193)]


def with_row(value):
    vectors = rows(5000, 2)
    vectors[4321, 1] = value
    return vectors


@pytest.mark.parametrize(
    "search", [neighbours.distinct_neighbours, lambda v, k, *a: neighbours.neighbours(v, v, k, *a)]
)
@pytest.mark.parametrize(
    "vectors, settings, match",
    [
        (rows(5), (6,), r"1 <= k <= 5; received k=6 for 5 rows. Ask for fewer neighbours \(k1\)"),
        (rows(5), (0,), "received k=0"),
        (rows(5), (2, "hnsw"), r"one of \['exact', 'ivf'\]; received 'hnsw'"),
        (rows(5), (2, "ivf", 8), "at least 32 probes; received 8"),
        (with_row(np.nan), (2,), "NaN or infinite values, the first in row 4321"),
        (with_row(np.inf), (2,), "NaN or infinite values, the first in row 4321"),
        (np.zeros((0, 3)), (2,), r"received shape \(0, 3\)"),
        (np.zeros(3), (2,), r"received shape \(3,\)"),
        (rows(5) * np.float32(1e30), (2,), "exceed the range of float32"),
        (rows(5) * np.float32(1e30), (2, "ivf"), "exceed the range of float32"),
    ],
)
def test_bad_input_is_named(search, vectors, settings, match):
    with pytest.raises(ValueError, match=match):
        search(vectors, *settings)


def test_queries_of_another_width_are_named():
    with pytest.raises(ValueError, match=r"same columns; received \(5, 3\) and \(5, 4\)"):
        neighbours.neighbours(rows(5, 3), rows(5, 4), 1)
