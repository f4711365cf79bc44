# SPDX-License-Identifier: MIT
"""What an epoch of Hi-MPC learns from: clusters of every level, their prototypes, and the sequences that have one."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from tfskel import clustering
from tfskel.clustering import prototypes, quality
from tfskel.data import order as batches


@dataclasses.dataclass(frozen=True)
class PseudoLabels:
    """Clusters of N sequences on L levels, fixed for an epoch.

    Attributes:
        labels: (N, L) int32, -1 for outliers.
        prototypes: one (K, H) float32 per level.
        kept: ascending indices of the sequences that are no outlier on any level.
    """

    labels: np.ndarray
    prototypes: tuple[np.ndarray, ...]
    kept: np.ndarray


def draw_rows(labels: np.ndarray, batch_size: int, resample: bool, rng: np.random.RandomState) -> np.ndarray:
    """Training sequences in the order of all epochs, drawn once.

    Args:
        labels: (N,) int, class of every sequence.
        batch_size: training batch size.
        resample: class-balanced, see `batches.class_balanced`; False takes every sequence once.
        rng: generator.

    Returns:
        (rows,) int64 indices, shuffled.

    Raises:
        ValueError: as `batches.class_balanced`.

    Source: original program, which shuffles here and never again.
    """
    rows = batches.class_balanced(labels, batch_size, rng) if resample else np.arange(len(labels))
    return rows[rng.permutation(len(rows))]


def assign(features: Mapping[str, np.ndarray], settings: Mapping, batch_size: int) -> PseudoLabels:
    """Clusters every level on its own.

    Args:
        features: level -> (N, H) float32.
        settings: eps, min_samples, k1, k2 and others of `clustering.jaccard.cluster`.
        batch_size: fewest sequences that must remain.

    Raises:
        ValueError: features that are not finite, a level without a cluster, or fewer than `batch_size` sequences
            left; the message says what to change.
    """
    labels, means = [], []
    for level, vectors in features.items():
        good = np.isfinite(vectors).all(axis=1)
        if not good.all():
            raise ValueError(
                f"features of level {level} hold NaN or infinite values in {np.sum(~good)} of {len(good)} sequences, "
                f"the first is {np.argmin(good)}. Lower training.learning_rate, or look for extreme values in the data "
                "with the quality report of ingest."
            )
        found = clustering.cluster(vectors, "jaccard", **settings)
        if found.max() < 0:
            raise ValueError(
                f"no cluster on level {level}: all {len(found)} sequences are outliers. Raise training.eps (now "
                f"{settings['eps']}) or lower training.min_samples (now {settings['min_samples']})."
            )
        labels.append(found)
        means.append(prototypes.prototypes(vectors, found))
    labels = np.stack(labels, axis=1).astype(np.int32)
    kept = np.flatnonzero((labels >= 0).all(axis=1))
    if len(kept) < batch_size:
        raise ValueError(
            f"only {len(kept)} of {len(labels)} sequences are in a cluster on every level, fewer than a batch of "
            f"{batch_size}, so nothing can be trained. Raise training.eps (now {settings['eps']}), lower "
            f"training.min_samples (now {settings['min_samples']}) or lower training.batch_size."
        )
    return PseudoLabels(labels, tuple(means), kept)


def report(found: PseudoLabels, levels: Sequence[str], identities: np.ndarray) -> dict[str, float]:
    """Scalars for the log: clusters, outliers and purity of each level, and the sequences kept.

    Args:
        found: clusters.
        levels: names of the levels.
        identities: (N,) text or int, true identity of each sequence; only looked at here.
    """
    values = {}
    for number, level in enumerate(levels):
        counted = quality.counts(found.labels[:, number], identities)
        values |= {f"{name}/{level}": float(value) for name, value in counted.items()}
    return values | {"kept/sequences": float(len(found.kept))}
