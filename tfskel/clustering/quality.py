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
        purity: see `counts`.

    Raises:
        ValueError: sizes disagree or there are no rows.
    """
    from sklearn import metrics

    counted, labels = counts(labels, identities), np.asarray(labels)
    each_outlier_alone = np.where(labels < 0, labels.max() + 1 + np.arange(len(labels)), labels)
    person = np.unique(identities, return_inverse=True)[1]
    return counted | {
        "ami": float(metrics.adjusted_mutual_info_score(person, each_outlier_alone)),
        "ari": float(metrics.adjusted_rand_score(person, each_outlier_alone)),
    }


def counts(labels: np.ndarray, identities: np.ndarray) -> dict[str, float]:
    """The figures of `quality` that cost next to nothing.

    Args:
        labels, identities: as for `quality`.

    Returns:
        clusters, outliers: their numbers. purity: share of the rows in clusters that belong to the commonest identity
        of their cluster; 0 without any.

    Raises:
        ValueError: sizes disagree or there are no rows.
    """
    from sklearn import metrics

    labels, identities = np.asarray(labels), np.asarray(identities)
    if labels.ndim != 1 or labels.shape != identities.shape or not labels.size:
        raise ValueError(f"labels and identities must be (N,), N >= 1; received {labels.shape} and {identities.shape}.")
    member = labels >= 0
    found = {"clusters": len(np.unique(labels[member])), "outliers": int(np.sum(~member)), "purity": 0.0}
    if member.any():
        table = metrics.cluster.contingency_matrix(identities[member], labels[member], sparse=True)
        found["purity"] = float(table.max(axis=0).sum() / member.sum())
    return found
