# SPDX-License-Identifier: MIT
"""Unknown people: whether the distance to the nearest gallery item says that somebody is not in the gallery."""

import dataclasses
from collections.abc import Collection, Sequence

import numpy as np
from scipy import stats

from tfskel.evaluation import ranking

FALSE_ACCEPTS = 0.1  # share of strangers that are accepted where METRICS speak of false accepts
RATES = np.arange(1, 100) / 100
METRICS = ("auroc", "right_at_false_accepts", "known_right", "strangers_rejected")


@dataclasses.dataclass(frozen=True)
class Nearest:
    """How near each probe item comes to each person of the gallery.

    Attributes:
        distances: (P, C) float64, to the nearest item of each person; infinite where none is searched.
        persons: (C,) text. identities: (P,) text, who the probe items are.
    """

    distances: np.ndarray
    persons: np.ndarray
    identities: np.ndarray

    def search(self, kept_out: Collection[str] = ()) -> "Search":
        """The search in the gallery without some persons, who are strangers then."""
        persons = np.isin(self.persons, list(kept_out), invert=True)
        distances, names = self.distances[:, persons], self.persons[persons]
        return Search(
            distance=distances.min(axis=1),
            right=names[distances.argmin(axis=1)] == self.identities,
            known=np.isin(self.identities, names),
        )


@dataclasses.dataclass(frozen=True)
class Search:
    """The nearest gallery item of each probe item.

    Attributes:
        distance: (P,) float64, infinite where nothing is searched.
        right: (P,) bool, it is of the same person. known: (P,) bool, the person is in the gallery.
    """

    distance: np.ndarray
    right: np.ndarray
    known: np.ndarray

    def metrics(self, threshold: float) -> dict[str, float]:
        """Fractions by METRICS.

        Args:
            threshold: largest distance at which somebody is accepted.

        Returns:
            "auroc": how often a known person's item is nearer to the gallery than a stranger's, ties half; share of
            known items that are accepted and right where FALSE_ACCEPTS of the strangers are accepted; the same at the
            threshold; share of the strangers' items that the threshold rejects.
        """
        known, strangers = self.known, ~self.known
        ranks = stats.rankdata(self.distance)[strangers]
        wins = ranks.sum() - len(ranks) * (len(ranks) + 1) / 2
        limit = limits(self.distance[strangers], [FALSE_ACCEPTS])[0]
        values = (
            wins / (known.sum() * strangers.sum()),
            np.mean((self.right & (self.distance <= limit))[known]),
            np.mean((self.right & (self.distance <= threshold))[known]),
            np.mean(self.distance[strangers] > threshold),
        )
        return dict(zip(METRICS, map(float, values), strict=True))


def nearest(probe, gallery, **settings) -> Nearest:
    """Distances of probe items to persons; arguments as the first ones of `ranking.searched`."""
    layout, blocks = ranking.searched(probe, gallery, **settings)
    persons, first = np.unique(np.asarray(gallery.identities)[layout.order], return_index=True)
    distances = np.concatenate([np.minimum.reduceat(block, first, axis=1) for block in blocks])
    return Nearest(distances, persons, np.asarray(probe.identities))


def joined(searches: Sequence[Search]) -> Search:
    """Several searches as one."""
    fields = [field.name for field in dataclasses.fields(Search)]
    return Search(**{name: np.concatenate([getattr(search, name) for search in searches]) for name in fields})


def strangers(draws: Sequence[Nearest]) -> dict[str, float]:
    """Mean distance of each stranger's items to the nearest of the gallery, in the draw where it is smallest."""
    means: dict[str, list] = {}
    for draw in draws:
        search = draw.search()
        for who in np.unique(draw.identities[~search.known]):
            distances = search.distance[~search.known & (draw.identities == who)]
            means.setdefault(str(who), []).append(distances.mean())
    return {who: float(np.min(found)) for who, found in sorted(means.items()) if np.isfinite(found).all()}


def threshold(search: Search) -> float:
    """The largest distance to accept: where the share of known items accepted and right and the share of strangers
    rejected are largest together; 0 where accepting nobody is best."""
    order = np.argsort(search.distance, kind="stable")
    distance, known = search.distance[order], search.known[order]
    gained = np.cumsum(search.right[order] & known) / max(1, known.sum())
    lost = np.cumsum(~known) / max(1, (~known).sum())
    last = np.append(distance[1:] != distance[:-1], True) & np.isfinite(
        distance
    )  # equal distances are accepted together
    both = np.concatenate([[0], (gained - lost)[last]])
    return float(np.concatenate([[0], distance[last]])[np.argmax(both)])


def limits(strangers: np.ndarray, rates: Sequence[float]) -> np.ndarray:
    """The largest distances to accept so that no larger share of strangers is accepted.

    Args:
        strangers: (N,) distances of strangers to the gallery, N >= 1.
        rates: wished shares, each in [0, 1).
    """
    distances = np.sort(strangers)
    first_refused = np.floor(np.asarray(rates) * len(distances) + 1e-9).astype(int)
    return np.nextafter(distances[first_refused], -np.inf)
