# SPDX-License-Identifier: MIT
"""DBSCAN on Euclidean distances: clusters of any number and shape, the rest are outliers."""

import numpy as np


def cluster(vectors: np.ndarray, eps: float, min_samples: int = 2) -> np.ndarray:
    """Clusters of rows that are linked by steps of at most `eps` through dense rows.

    Args:
        vectors: (N, D) float.
        eps: largest step, > 0, in the unit of the vectors.
        min_samples: a row is dense when at least this many rows, itself included, lie within `eps`.

    Returns:
        (N,) int64 cluster numbers from 0; -1 for outliers.

    Raises:
        ValueError: eps <= 0, or fewer rows than min_samples.

    Source: Ester et al., 1996, A density-based algorithm for discovering clusters.
    """
    from sklearn import cluster as sklearn_cluster

    if not eps > 0:
        raise ValueError(f"eps must be a distance > 0; received {eps}.")
    if not 1 <= min_samples <= len(vectors):
        raise ValueError(
            f"DBSCAN needs 1 <= min_samples <= rows; received min_samples={min_samples} for {len(vectors)} rows."
        )
    return sklearn_cluster.DBSCAN(eps=eps, min_samples=min_samples).fit(vectors).labels_.astype(np.int64)
