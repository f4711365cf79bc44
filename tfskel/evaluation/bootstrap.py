# SPDX-License-Identifier: MIT
"""How sure a difference between two retrievals of the same probe is: paired bootstrap over recordings."""

from collections.abc import Sequence

import numpy as np

from tfskel.evaluation import matches

METRICS = ("rank1", "mAP")
DRAWS, SEED = 1000, 0
INTERVAL = (2.5, 97.5)  # percentiles


def scores(found: matches.Retrieval) -> np.ndarray:
    """(2, n) float64: of each probe item whether its nearest is right, and its average precision, NaN without a match.

    A search in both directions has its reverse's items after its own.
    """
    values = np.stack([found.first_match == 1, found.average_precision])
    reverse = getattr(found, "reverse", None)
    return values if reverse is None else np.concatenate([values, scores(reverse)], axis=1)


def units(probe, gallery=None) -> dict[str, np.ndarray]:
    """What is drawn: recordings, or identities where no two items are of one recording.

    Args:
        probe: features.Features, or anything with `identities` and `recordings` (P,).
        gallery: the same where it is searched in the probe, too; else None.

    Returns:
        "drawn" (), "recordings" or "identities"; "unit" (n,) text and "direction" (n,) int64 of each item in `scores`.
    """
    several = len(set(probe.recordings)) < len(probe.recordings) and "" not in probe.recordings
    drawn = "recordings" if several else "identities"
    sides = [np.asarray(getattr(side, drawn)) for side in (probe, gallery) if side is not None]
    direction = np.repeat(np.arange(len(sides)), [len(side) for side in sides])
    return {"drawn": np.array(drawn), "unit": np.concatenate(sides), "direction": direction}


def differences(
    searches: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]], draws: int = DRAWS, seed: int = SEED
) -> dict[str, tuple[float, float, float]]:
    """Differences in rank-1 and mAP between two methods, and their 95 % intervals.

    Each draw takes as many units as there are, with replacement; a unit brings all its items, of both methods and in
    every search, and a metric is the mean over the searches.

    Args:
        searches: of each seed, division and direction (unit (n,) text, method (2, n), other method (2, n)), the latter
            as from `scores`.
        draws, seed: of the bootstrap.

    Returns:
        key of metrics.json -> (difference, lower end, upper end), fractions; NaN where no item has a match.

    Source: Efron, 1979, percentile intervals; as scipy.stats.bootstrap, paired, of ratios of sums by unit.
    """
    names = np.unique(np.concatenate([unit for unit, _, _ in searches]))
    generator = np.random.default_rng(seed)
    weights = generator.multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
    weights = np.concatenate([np.ones((1, len(names)), weights.dtype), weights])  # first the units as they are
    by_search = []
    for unit, method, other in searches:
        place = np.searchsorted(names, unit)
        by_search.append([_means(weights, place, ours) - _means(weights, place, theirs)
                          for ours, theirs in zip(method, other, strict=True)])  # fmt: skip
    result = {}
    for metric, values in zip(METRICS, np.mean(by_search, axis=0), strict=True):
        drawn = values[1:][np.isfinite(values[1:])]
        low, high = np.percentile(drawn, INTERVAL) if len(drawn) else (np.nan, np.nan)
        result[metric] = (float(values[0]), float(low), float(high))
    return result


def _means(weights: np.ndarray, place: np.ndarray, values: np.ndarray) -> np.ndarray:
    """(draws,) mean of the values that are numbers, each as often as its unit is drawn; NaN where none is."""
    known, number = np.isfinite(values), weights.shape[1]
    total = weights @ np.bincount(place[known], values[known], minlength=number)
    count = weights @ np.bincount(place[known], minlength=number)
    return np.divide(total, count, out=np.full(len(weights), np.nan), where=count > 0)
