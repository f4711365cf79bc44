# SPDX-License-Identifier: MIT
"""How sure a difference between two retrievals of the same probe is: paired bootstrap over recordings."""

import math
from collections.abc import Iterable, Mapping, Sequence

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


Searches = Sequence[tuple[np.ndarray, np.ndarray]]
"""What one method was asked: of each seed, division and direction (unit (n,) text, scores (2, n) as from `scores`)."""


def searches(stored: Mapping[str, np.ndarray], method: str) -> Searches:
    """The searches of one method, one for each direction.

    Args:
        stored: what `units` says, and name of a method -> (2, n) its scores.
        method: which.
    """
    of_direction = [stored["direction"] == direction for direction in np.unique(stored["direction"])]
    return [(stored["unit"][items], stored[method][:, items]) for items in of_direction]


def names(several: Iterable[Searches]) -> np.ndarray:
    """(U,) sorted units of all searches of several methods: what is drawn."""
    return np.unique(np.concatenate([unit for of_method in several for unit, _ in of_method]))


def drawn(of_method: Searches, units: np.ndarray, draws: int = DRAWS, seed: int = SEED) -> np.ndarray:
    """A method's rank-1 and mAP, each the mean over its searches: on the units as they are, then on every draw.

    Each draw takes as many units as there are, with replacement; a unit brings all its items in every search. Methods
    on the same units with the same seed see the same draws, so that their differences are paired.

    Args:
        of_method: its searches. They may be more or fewer than another's.
        units: (U,) as from `names`.
        draws, seed: of the bootstrap.

    Returns:
        (2, 1 + draws) float64, rows in the order of METRICS; NaN where no item has a match.

    Source: Efron, 1979; as scipy.stats.bootstrap, paired, of ratios of sums by unit.
    """
    generator = np.random.default_rng(seed)
    weights = generator.multinomial(len(units), np.full(len(units), 1 / len(units)), size=draws)
    weights = np.concatenate([np.ones((1, len(units)), weights.dtype), weights])  # first the units as they are
    of_search = []
    for unit, values in of_method:
        place = np.searchsorted(units, unit)
        of_search.append([_means(weights, place, row) for row in values])
    return np.mean(of_search, axis=0)


def interval(values: np.ndarray) -> tuple[float, float, float]:
    """A number and its 95 % interval: (as it is, lower end, upper end), of (1 + draws,) values as from `drawn`."""
    known = values[1:][np.isfinite(values[1:])]
    low, high = np.percentile(known, INTERVAL) if len(known) else (np.nan, np.nan)
    return float(values[0]), float(low), float(high)


def p_value(differences: np.ndarray) -> float:
    """How often draws contradict the sign of a difference, both sides: in (0, 1], at least 2 / (1 + draws); or NaN.

    Args:
        differences: (1 + draws,) of one method minus another.

    Source: Davison and Hinkley, 1997, equation 4.11, of the percentile interval that just touches zero.
    """
    known = differences[1:][np.isfinite(differences[1:])]
    if not len(known):
        return math.nan
    fewer = min(np.count_nonzero(known <= 0), np.count_nonzero(known >= 0))
    return min(1.0, 2 * (1 + fewer) / (1 + len(known)))


def differences(method: Searches, other: Searches, draws: int = DRAWS, seed: int = SEED) -> dict[str, tuple]:
    """Differences in rank-1 and mAP between two methods, and their 95 % intervals from paired draws.

    Args:
        method, other: their searches.
        draws, seed: of the bootstrap.

    Returns:
        key of metrics.json -> (difference, lower end, upper end), fractions; NaN where no item has a match.
    """
    units = names([method, other])
    found = drawn(method, units, draws, seed) - drawn(other, units, draws, seed)
    return {metric: interval(values) for metric, values in zip(METRICS, found, strict=True)}


def _means(weights: np.ndarray, place: np.ndarray, values: np.ndarray) -> np.ndarray:
    """(draws,) mean of the values that are numbers, each as often as its unit is drawn; NaN where none is."""
    known, number = np.isfinite(values), weights.shape[1]
    total = weights @ np.bincount(place[known], values[known], minlength=number)
    count = weights @ np.bincount(place[known], minlength=number)
    return np.divide(total, count, out=np.full(len(weights), np.nan), where=count > 0)
