# SPDX-License-Identifier: MIT
"""Prototypes: the mean feature of every cluster."""

import numpy as np


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
    sums = np.zeros((len(counts), vectors.shape[1]))
    np.add.at(sums, labels[members], vectors[members])
    return (sums / np.maximum(counts, 1)[:, None]).astype(np.float32)
