# SPDX-License-Identifier: MIT
"""Groups of features: clusters (-1 for outliers), their prototypes and how well they match identities."""

import inspect
from collections.abc import Callable

import numpy as np

from tfskel.clustering import dbscan, jaccard, kmeans, neighbours

METHODS: dict[str, Callable] = {"kmeans": kmeans.cluster, "dbscan": dbscan.cluster, "jaccard": jaccard.cluster}


def cluster(vectors: np.ndarray, method: str = "kmeans", **settings) -> np.ndarray:
    """Cluster of every row.

    Args:
        vectors: (N, D) float, finite.
        method: a key of METHODS.
        **settings: arguments of that method's `cluster`.

    Returns:
        (N,) int64: 0 to K - 1 in the order of each cluster's first row (k-means) or first dense row; -1 for outliers.

    Raises:
        ValueError: unknown method, a setting the method does not have, too few rows, values not finite.
    """
    if method not in METHODS:
        raise ValueError(f"Clustering method must be one of {sorted(METHODS)}; received {method!r}.")
    vectors = neighbours.finite_rows(vectors, "vectors", dtype=None)
    try:
        inspect.signature(METHODS[method]).bind(vectors, **settings)
    except TypeError as error:
        raise ValueError(f"Settings {sorted(settings)} do not fit clustering method {method!r}: {error}.") from error
    return METHODS[method](vectors, **settings)
