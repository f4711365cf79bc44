# SPDX-License-Identifier: MIT
"""Cluster: features of the train split, their clusters, prototypes and quality."""

import dataclasses

import ml_collections
import numpy as np
from absl import logging

from components import artefacts, base, splits
from components import train as training_stage
from tfskel import features
from tfskel.clustering import dbscan, jaccard, kmeans, prototypes, quality
from tfskel.data import windows

BATCH = 256


def _typical_distance(vectors: np.ndarray) -> float:
    """Median distance of a row to its nearest other row."""
    from sklearn import neighbors

    distances, _ = neighbors.NearestNeighbors(n_neighbors=2).fit(vectors).kneighbors(vectors)
    return float(np.median(distances[:, 1]))


def _kmeans(vectors: np.ndarray, settings: ml_collections.ConfigDict, identities: int, seed: int) -> np.ndarray:
    return kmeans.cluster(vectors, settings.clusters or identities, seed)


def _dbscan(vectors: np.ndarray, settings: ml_collections.ConfigDict, identities: int, seed: int) -> np.ndarray:
    return dbscan.cluster(vectors, settings.eps * _typical_distance(vectors), settings.min_samples)


def _jaccard(vectors: np.ndarray, settings: ml_collections.ConfigDict, identities: int, seed: int) -> np.ndarray:
    return jaccard.cluster(vectors, settings.jaccard_eps, settings.min_samples, settings.k1, settings.k2)


METHODS = {"kmeans": _kmeans, "dbscan": _dbscan, "jaccard": _jaccard}


@base.component(
    "tfskel.skeletons", "tfskel.data", "tfskel.layers", "tfskel.models", "tfskel.training", "tfskel.systems",
    "tfskel.clustering", "tfskel.features", "components.splits",
)  # fmt: skip
def cluster(
    recipe: base.Recipe,
    clustering: base.Param,
    recordings: base.Input,
    model: base.Input,
    seed: base.Seed,
    clusters: base.Output,
):
    """Clusters the features of the different train sequences, without looking at identities.

    Output `clusters`: `features.npz`, `labels.npz` (cluster of each row, first frame of its sequence, prototypes) and
    `quality.json` (clusters, outliers, AMI, ARI, purity against the identities).

    Raises:
        ValueError: unknown method.
    """
    if clustering.method not in METHODS:
        raise ValueError(f"unknown clustering method {clustering.method!r}; choose {' or '.join(METHODS)}.")
    system, _ = training_stage.restore(recipe, model)
    system.load(model, system.EMBEDDING, "last")
    parts = splits.read(recordings, recipe["dataset"])
    repeated = parts.judged_by_probe().train
    first = np.sort(np.unique(repeated.windows.start, return_index=True)[1])
    once = windows.Windows(repeated.windows.start[first], repeated.windows.recording[first], repeated.windows.length)
    sequences = dataclasses.replace(repeated, windows=once)
    found = features.extract(system.embed, sequences, BATCH)
    labels = METHODS[clustering.method](found.vectors, clustering, len(parts.classes), seed)
    report = quality.quality(labels, found.identities)
    logging.info("clusters: %s", report)
    found.save(clusters / "features.npz")
    features.write_arrays(
        clusters / "labels.npz",
        labels=labels,
        start=once.start,
        prototypes=prototypes.prototypes(found.vectors, labels),
    )
    artefacts.write_json(clusters / "quality.json", report)
