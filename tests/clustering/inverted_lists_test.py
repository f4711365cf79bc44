# SPDX-License-Identifier: MIT
"""The search list by list against faiss's own search of the same index."""

import faiss
import numpy as np
import pytest

from tfskel.clustering import inverted_lists


def filled(vectors, lists, probes):
    index = faiss.IndexIVFFlat(faiss.IndexFlatL2(vectors.shape[1]), vectors.shape[1], lists)
    index.cp.min_points_per_centroid, index.nprobe = 1, probes
    index.train(vectors)
    index.add(vectors)
    return index


def walkers(rows, seed=0):
    """Groups of unequal size, far from the origin, and rows that resemble no other."""
    rng = np.random.default_rng(seed)
    group = rng.geometric(0.1, rows) % 20
    vectors = 50 + 3 * rng.normal(size=(20, 16))[group] + rng.normal(size=(rows, 16)) / 2
    vectors[::50] = 50 + 5 * rng.normal(size=(len(vectors[::50]), 16))
    return vectors.astype(np.float32)


@pytest.mark.parametrize("products", [64, inverted_lists.PRODUCTS])
@pytest.mark.parametrize("lists, probes, k", [(40, 1, 3), (40, 8, 25), (7, 7, 100), (7, 32, 5), (300, 5, 40)])
def test_a_search_list_by_list_finds_what_faiss_finds(lists, probes, k, products, monkeypatch):
    monkeypatch.setattr(inverted_lists, "PRODUCTS", products)
    vectors = walkers(900)
    index, queries = filled(vectors, lists, probes), np.concatenate([vectors[:200], walkers(100, seed=1)])
    squares, rows = index.search(queries, k)
    found = inverted_lists.search(index, queries, k)
    np.testing.assert_array_equal(found < 0, rows < 0)
    measured = ((vectors[found].astype(float) - queries[:, None]) ** 2).sum(axis=2)
    np.testing.assert_allclose(measured[rows >= 0], squares[rows >= 0], rtol=1e-4, atol=1e-3)
    np.testing.assert_array_equal(np.sort(found, axis=1), np.sort(rows, axis=1))
    assert (rows < 0).any() == ((lists, probes) in {(40, 1), (300, 5)})  # some lists hold too few


def test_a_list_without_rows_is_passed_over():
    vectors = walkers(60)
    index = filled(vectors, 50, 50)
    empty = filled(np.repeat(vectors[:3], 20, axis=0), 50, 50)
    assert min(empty.invlists.list_size(number) for number in range(50)) == 0
    np.testing.assert_array_equal(inverted_lists.search(index, vectors, 1)[:, 0], np.arange(60))
    assert (inverted_lists.search(empty, vectors[:3], 60) >= 0).all()
