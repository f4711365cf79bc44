# SPDX-License-Identifier: MIT
"""Prototypes: the mean feature of every cluster."""

import numpy as np
from scipy import sparse


def prototypes(vectors: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Mean of the members of each cluster, outliers left out.

    Args:
        vectors: (N, D) float.
        labels: (N,) int; 0 to K - 1, -1 for outliers. Every cluster has a member.

    Returns:
        (K, D) float32, summed in float64; (0, D) when all rows are outliers.

    Raises:
        ValueError: sizes disagree, or a cluster number below the largest has no member.
    """
    vectors, labels = np.asarray(vectors), np.asarray(labels)
    if vectors.ndim != 2 or labels.shape != vectors.shape[:1]:
        raise ValueError(f"vectors must be (N, D), labels (N,); received {vectors.shape} and {labels.shape}.")
    members = labels >= 0
    counts = np.bincount(labels[members])
    if not counts.all():
        raise ValueError(f"cluster {np.argmin(counts)} of {len(counts)} has no member.")
    rows = np.flatnonzero(members)
    belongs = sparse.csr_array((np.ones(len(rows)), (labels[rows], rows)), shape=(len(counts), len(vectors)))
    sums = belongs @ vectors.astype(np.float64)  # row after row, as a loop would
    return (sums / np.maximum(counts, 1)[:, None]).astype(np.float32)


def nearest_members(
    vectors: np.ndarray, labels: np.ndarray, means: np.ndarray, clusters: int, members: int
) -> tuple[np.ndarray, np.ndarray]:
    """Rows nearest to their own prototype.

    Args:
        vectors, labels: as for `prototypes`.
        means: (K, D), the prototypes.
        clusters: how many clusters, the largest first; equal sizes by number.
        members: how many rows of each, the nearest first.

    Returns:
        rows: (n,) int64 indices, cluster after cluster. cluster: (n,) int64, the cluster of each. Both are empty when
        all rows are outliers.
    """
    labels = np.asarray(labels)
    sizes = np.bincount(labels[labels >= 0], minlength=len(means))
    rows = []
    for number in np.argsort(-sizes, kind="stable")[:clusters]:
        own = np.flatnonzero(labels == number)
        distances = np.linalg.norm(vectors[own] - means[number], axis=1)
        rows.append(own[np.argsort(distances, kind="stable")[:members]])
    rows = np.concatenate(rows) if rows else np.zeros(0, np.int64)
    return rows, labels[rows].astype(np.int64)
