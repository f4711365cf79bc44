# SPDX-License-Identifier: MIT
"""Cluster: features of the train split, their clusters, prototypes and quality."""

import pathlib
from collections.abc import Callable

import ml_collections
import numpy as np
from absl import logging

from components import pictures
from components import train as training_stage
from tfskel import arrays
from tfskel import clustering as clusterings
from tfskel.clustering import prototypes, quality
from tfskel.systems import base
from tfskel.training import selection

MEMBERS = "members.npz"
SHOWN_CLUSTERS, SHOWN_MEMBERS = 8, 4  # largest clusters, and the items nearest to their prototypes


def _typical_distance(vectors: np.ndarray) -> float:
    """Median distance of a row to its nearest other row."""
    from sklearn import neighbors

    distances, _ = neighbors.NearestNeighbors(n_neighbors=2).fit(vectors).kneighbors(vectors)
    return float(np.median(distances[:, 1]))


def _kmeans(vectors: np.ndarray, section: ml_collections.ConfigDict, identities: int, seed: int) -> dict:
    return {"clusters": section.clusters or identities, "seed": seed}


def _dbscan(vectors: np.ndarray, section: ml_collections.ConfigDict, identities: int, seed: int) -> dict:
    return {"eps": section.eps * _typical_distance(vectors), "min_samples": section.min_samples}


def _jaccard(vectors: np.ndarray, section: ml_collections.ConfigDict, identities: int, seed: int) -> dict:
    same_names = {name: section[name] for name in ("min_samples", "k1", "k2", "search", "probes")}
    return {"eps": section.jaccard_eps, **same_names}


# Method -> its settings in tfskel.clustering, from the recipe's section.
SETTINGS: dict[str, Callable] = {"kmeans": _kmeans, "dbscan": _dbscan, "jaccard": _jaccard}


def cluster(
    recipe: dict,
    clustering: ml_collections.ConfigDict,
    recordings: pathlib.Path,
    model: pathlib.Path,
    seed: int,
    clusters: pathlib.Path,
):
    """Clusters the features of the different train items, or of their tracklets, without looking at identities.

    Output `clusters`: `features.npz`, `labels.npz` (cluster of each row, content of each train item, prototypes),
    `quality.json` (clusters, outliers, AMI, ARI, purity against the identities) and `members.npz` (items nearest to
    the prototypes of the largest clusters). No cluster at all is a result, too.

    Raises:
        ValueError: settings that do not fit the items.
    """
    system, _, parts = training_stage.restore(recipe, recordings, model)
    system.load(model, system.EMBEDDING, selection.LAST)
    train = parts.train if parts.protocol.pooling else parts.train.distinct()
    features = system.features(train, (base.MAIN,), pool=parts.protocol.pool)[base.MAIN]
    settings = SETTINGS[clustering.method](features.vectors, clustering, len(parts.classes), seed)
    labels = clusterings.cluster(features.vectors, clustering.method, **settings)
    report = quality.quality(labels, features.identities)
    logging.info("clusters: %s", report)
    means = prototypes.prototypes(features.vectors, labels)
    features.save(clusters / "features.npz")
    arrays.write(clusters / "labels.npz", labels=labels, content=train.content, prototypes=means)
    arrays.write(clusters / MEMBERS, **_members(train, features, labels, means))
    arrays.write_json(clusters / "quality.json", report)


def _members(train, features, labels: np.ndarray, means: np.ndarray) -> dict:
    """Items nearest to the prototypes of the largest clusters, largest cluster and nearest item first."""
    rows, numbers = prototypes.nearest_members(features.vectors, labels, means, SHOWN_CLUSTERS, SHOWN_MEMBERS)
    return {
        "items": pictures.of_items(train, len(features), rows),
        "cluster": numbers,
        "size": np.bincount(labels[labels >= 0], minlength=len(means))[numbers],
        "identity": features.identities[rows],
        "distance": np.linalg.norm(features.vectors[rows] - means[numbers], axis=1),
    }
