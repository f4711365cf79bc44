# SPDX-License-Identifier: MIT
"""DBSCAN on graphs against scikit-learn, which has the same rules for distances."""

import numpy as np
import pytest
from scipy import sparse
from sklearn import cluster as sklearn_cluster

from tfskel.clustering import density


def upper(neighbours):
    return sparse.csr_array(np.triu(neighbours))


def random_graph(rows, share, seed, own=1.0):
    rng = np.random.default_rng(seed)
    neighbours = rng.random((rows, rows)) < share
    neighbours |= neighbours.T
    np.fill_diagonal(neighbours, rng.random(rows) < own)
    return neighbours


@pytest.mark.parametrize("chunk", [1, 1 << 20])
@pytest.mark.parametrize("min_samples", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("share, own", [(0.0, 1.0), (0.005, 1.0), (0.012, 1.0), (0.012, 0.5), (0.03, 1.0), (0.2, 0.9)])
def test_labels_equal_those_of_scikit_learn(share, own, min_samples, chunk, monkeypatch):
    monkeypatch.setattr(density, "CHUNK", chunk)
    for seed in range(4):
        neighbours = random_graph(90, share, seed, own)
        reference = sklearn_cluster.DBSCAN(eps=0.5, min_samples=min_samples, metric="precomputed")
        want = reference.fit(1.0 - neighbours).labels_
        np.testing.assert_array_equal(density.labels(upper(neighbours), min_samples), want)


def test_clusters_are_numbered_by_their_first_core_and_borders_join_the_first_cluster():
    neighbours = np.eye(9, dtype=bool)
    for i, j in ((0, 6), (0, 2), (1, 2), (2, 3), (1, 3), (5, 6), (6, 7), (5, 7)):  # row 0 lies between two triangles
        neighbours[i, j] = neighbours[j, i] = True
    assert density.labels(upper(neighbours), 4).tolist() == [0, 0, 0, 0, -1, 1, 1, 1, -1]
    order = [0, 8, 7, 6, 5, 4, 3, 2, 1]
    assert density.labels(upper(neighbours[np.ix_(order, order)]), 4).tolist() == [0, -1, 0, 0, 0, -1, 1, 1, 1]


def test_bad_graphs_and_settings_are_named():
    with pytest.raises(ValueError, match="upper triangle"):
        density.labels(sparse.csr_array(np.ones((3, 3))), 2)
    with pytest.raises(ValueError, match="min_samples must be at least 1; received 0"):
        density.labels(sparse.csr_array(np.eye(3)), 0)
