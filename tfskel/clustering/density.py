# SPDX-License-Identifier: MIT
"""DBSCAN on a graph of neighbours that somebody else has computed."""

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

CHUNK = 1 << 20
"""Edges joined at a time; SciPy needs about 40 bytes for each."""


def labels(graph: sparse.csr_array, min_samples: int) -> np.ndarray:
    """Clusters of rows linked through dense rows.

    A row with at least `min_samples` neighbours, itself included, is a core. Linked cores form a cluster; clusters are
    numbered in the order of their first cores. Any other row joins the first cluster that has a neighbouring core.

    Args:
        graph: (N, N) upper triangle; an entry (i, j), i <= j, says that i and j are neighbours. Rows that are their
            own neighbours have an entry (i, i). No entry occurs twice. Values are not looked at.
        min_samples: int >= 1.

    Returns:
        (N,) int64 cluster numbers from 0; -1 for outliers. The numbers scikit-learn's DBSCAN gives for the distances.

    Raises:
        ValueError: min_samples < 1, or the graph is not an upper triangle.

    Source: Ester et al., 1996, A density-based algorithm for discovering clusters.
    """
    if min_samples < 1:
        raise ValueError(f"min_samples must be at least 1; received {min_samples}.")
    rows = graph.shape[0]
    degree = np.zeros(rows, np.int64)
    for i, j in _edges(graph):
        if (i > j).any():
            raise ValueError("graph must be an upper triangle: its entries (i, j) need i <= j.")
        degree += np.bincount(i, minlength=rows) + np.bincount(j[i != j], minlength=rows)
    core = degree >= min_samples
    component = np.arange(rows)
    for i, j in _edges(graph):
        linked = core[i] & core[j] & (i != j)
        component = _join(component, i[linked], j[linked])
    _, first, cluster = np.unique(component[core], return_index=True, return_inverse=True)
    found = np.full(rows, len(first))
    found[core] = np.argsort(np.argsort(first))[cluster]
    border = found.copy()
    for i, j in _edges(graph):
        for outside, inside in ((i, j), (j, i)):
            reached = core[inside] & ~core[outside]
            np.minimum.at(border, outside[reached], found[inside[reached]])
    return np.where(border == len(first), -1, border)


def _edges(graph: sparse.csr_array):
    """Ends of the edges, about CHUNK at a time (at least as many as rows, so that all chunks cost O(edges))."""
    chunk = max(CHUNK, graph.shape[0])
    steps = np.arange(0, graph.nnz, chunk)
    bounds = np.append(np.searchsorted(graph.indptr, steps, side="right") - 1, graph.shape[0])
    for begin, end in zip(bounds[:-1], bounds[1:], strict=True):
        pointers = graph.indptr[begin : end + 1]
        i = np.repeat(np.arange(begin, end, dtype=graph.indices.dtype), np.diff(pointers))
        yield i, graph.indices[pointers[0] : pointers[-1]]


def _join(component: np.ndarray, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    a, b = component[i], component[j]
    apart = a != b
    if not apart.any():
        return component
    count = component.max() + 1
    edges = sparse.coo_array((np.ones(apart.sum(), bool), (a[apart], b[apart])), shape=(count, count))
    return csgraph.connected_components(edges, directed=False)[1][component]
