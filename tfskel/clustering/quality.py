# SPDX-License-Identifier: MIT
"""How well clusters, found without identities, agree with the identities."""

import numpy as np


def quality(labels: np.ndarray, identities: np.ndarray) -> dict[str, float]:
    """Agreement of clusters and identities.

    Args:
        labels: (N,) int; cluster of each row, -1 for outliers.
        identities: (N,) text or int.

    Returns:
        clusters: number of clusters. outliers: number of outliers. ami, ari: adjusted mutual information and
        adjusted Rand index of all rows, each outlier a cluster of its own (1 is perfect, about 0 is chance).
        purity: share of the other rows that belong to the commonest identity of their cluster; 0 without any.

    Raises:
        ValueError: sizes disagree or there are no rows.
    """
    from sklearn import metrics

    labels, identities = np.asarray(labels), np.asarray(identities)
    if labels.ndim != 1 or labels.shape != identities.shape or not labels.size:
        raise ValueError(f"labels and identities must be (N,), N >= 1; received {labels.shape} and {identities.shape}.")
    person = np.unique(identities, return_inverse=True)[1]
    outlier = labels < 0
    alone = np.where(outlier, labels.max() + 1 + np.arange(len(labels)), labels)
    table = metrics.cluster.contingency_matrix(person[~outlier], labels[~outlier]) if not outlier.all() else None
    return {
        "clusters": len(np.unique(labels[~outlier])),
        "outliers": int(outlier.sum()),
        "ami": float(metrics.adjusted_mutual_info_score(person, alone)),
        "ari": float(metrics.adjusted_rand_score(person, alone)),
        "purity": 0.0 if table is None else float(table.max(axis=0).sum() / table.sum()),
    }
