# SPDX-License-Identifier: MIT
"""K-means: a given number of clusters, no outliers."""

import numpy as np


def cluster(vectors: np.ndarray, clusters: int, seed: int = 0, starts: int = 4) -> np.ndarray:
    """Clusters of smallest squared distance to their mean (k-means++ starts, Lloyd's iterations).

    Args:
        vectors: (N, D) float.
        clusters: number of clusters, 1 <= clusters <= N.
        seed: of the starting points; the same seed gives the same clusters.
        starts: runs from different starting points, the best is kept.

    Returns:
        (N,) int64 cluster numbers from 0, in the order of each cluster's first row. Fewer than `clusters` occur when
        there are fewer distinct rows.

    Raises:
        ValueError: clusters outside 1..N.
    """
    import threadpoolctl
    from sklearn import cluster as sklearn_cluster

    if not 1 <= clusters <= len(vectors):
        raise ValueError(
            f"k-means needs 1 <= clusters <= rows; received clusters={clusters} for {len(vectors)} rows. "
            "Ask for fewer clusters or use more recordings."
        )
    distinct, copy_of, times = np.unique(vectors, axis=0, return_inverse=True, return_counts=True)
    count = min(clusters, len(distinct))
    model = sklearn_cluster.KMeans(count, n_init=starts, random_state=seed)
    with threadpoolctl.threadpool_limits(1):  # threads add in an order of their own, which can move a row
        model.fit(distinct, sample_weight=times)
    labels = model.labels_[copy_of.reshape(-1)]
    _, first, number = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[number]
