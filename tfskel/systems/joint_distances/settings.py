# SPDX-License-Identifier: MIT
"""The three settings of the fit, and their choice on draws from the train split alone."""

import dataclasses
import itertools
from collections.abc import Callable

import numpy as np
from absl import logging

from tfskel import features
from tfskel.data import draws, skeleton_split
from tfskel.evaluation import ranking
from tfskel.systems.joint_distances import statistics

SHARES, SHRINKAGES, DIMENSIONS = (0.0, 0.3, 0.5, 0.7, 0.9), (0.03, 0.1, 0.3), (10, 20, 30)
FEWEST_RECORDINGS = 8
NOTICEABLE = 0.03  # smaller differences of the score mean nothing


@dataclasses.dataclass(frozen=True)
class Settings:
    """Of a fit.

    Attributes:
        real_share: weight of the train split beside simulated people, in [0, 1].
        shrinkage: see `statistics.solve`.
        dimensions: of the embedding.
    """

    real_share: float
    shrinkage: float
    dimensions: int


GRID = [Settings(*values) for values in itertools.product(SHARES, SHRINKAGES, DIMENSIONS)]


def choose(
    train: skeleton_split.SkeletonSplit,
    number: int,
    seed: int,
    usual: Settings,
    prior: statistics.Statistics,
    measure: Callable[[skeleton_split.SkeletonSplit], statistics.Statistics],
    describe: Callable[[skeleton_split.SkeletonSplit], np.ndarray],
) -> Settings:
    """The settings with the best mean of rank-1 and mAP over draws; the usual ones unless others are clearly better.

    Args:
        train: the train split; nothing else is looked at.
        number: of draws.
        seed: decides them.
        usual: what is taken below 8 recordings, and where no others are 3 points better.
        prior: statistics of simulated people.
        measure: statistics of a split.
        describe: descriptors of a split, (N, D).
    """
    if len(train.recordings) < FEWEST_RECORDINGS:
        logging.warning(
            "selection.draws: train has %d recordings, fewer than %d; the settings stay as they are.",
            len(train.recordings), FEWEST_RECORDINGS,
        )  # fmt: skip
        return usual
    scores: dict[Settings, list[float]] = {}
    for parts in draws.draws(train, number, seed):
        real, sides = measure(parts["train"]), [(describe(parts[side]), parts[side]) for side in ("probe", "gallery")]
        for one in dict.fromkeys((usual, *GRID)):
            found = statistics.solve(statistics.pool(real, prior, one.real_share), one.shrinkage, one.dimensions)
            scores.setdefault(one, []).append(_score(*(_embedded(found, *side) for side in sides)))
    means = {one: float(np.mean(values)) for one, values in scores.items()}
    best = max(means, key=means.get)
    logging.info("draws: %s scores %.3f, the usual settings %.3f", best, means[best], means[usual])
    return best if means[best] > means[usual] + NOTICEABLE else usual


def _embedded(found: statistics.Discriminant, descriptors: np.ndarray, side) -> features.Features:
    return features.Features((descriptors - found.centre) @ found.kernel, side.identity, side.camera, side.recording)


def _score(probe: features.Features, gallery: features.Features) -> float:
    result = ranking.retrieve(probe, gallery)
    return (result.rank(1) + result.mAP) / 2
