# SPDX-License-Identifier: MIT
"""Average precision and match ranks of probes from blocks of distances, by sorting values only."""

import dataclasses
from collections.abc import Iterable

import numpy as np

from tfskel.evaluation import cmc as cmc_forms

RANKS = (1, 5, 10)


@dataclasses.dataclass(frozen=True)
class Retrieval:
    """Result of ranking a gallery for every probe; all metrics are fractions.

    Attributes:
        cmc: (max_rank,) float64. Entry r - 1 is rank-r accuracy over **all** probes.
        average_precision: (P,) float64. NaN for a probe without a match in the gallery.
        inverse_penalty: (P,) float64. Matches divided by the rank of the hardest match; NaN without a match.
        trapezoid_precision: (P,) float64. Area under precision and recall by the trapezoid rule; NaN without a match.
        first_match: (P,) int64. Rank (1, 2, ...) of the first match; 0 for a probe without a match.
        top_index: (P, top) int64. Nearest gallery rows in order, -1 where exclusions leave too few.
        top_distance: (P, top) float64. Their distances, infinite where the index is -1.
        curves: form of the CMC -> (max_rank,) float64, see `cmc`; those that were asked for.
    """

    cmc: np.ndarray
    average_precision: np.ndarray
    inverse_penalty: np.ndarray
    trapezoid_precision: np.ndarray
    first_match: np.ndarray
    top_index: np.ndarray
    top_distance: np.ndarray
    curves: dict[str, np.ndarray] = dataclasses.field(default_factory=dict, kw_only=True)

    @property
    def mAP(self) -> float:
        """Mean average precision over the probes that have a match."""
        return float(np.nanmean(self.average_precision))

    @property
    def mINP(self) -> float:
        """Mean inverse negative penalty over the probes that have a match."""
        return float(np.nanmean(self.inverse_penalty))

    @property
    def trapezoid_mAP(self) -> float:
        """Mean of the trapezoid precision over the probes that have a match."""
        return float(np.nanmean(self.trapezoid_precision))

    @property
    def unmatched(self) -> int:
        """Probes without a match."""
        return int(np.sum(self.first_match == 0))

    def rank(self, r: int) -> float:
        """Share of all probes with a match among the r nearest, r >= 1."""
        return float(np.mean((self.first_match > 0) & (self.first_match <= r)))

    def metrics(self) -> dict[str, float]:
        """Rank-1, 5, 10, mAP and mINP by their keys in metrics.json, and the ranks of `curves`, named by their form."""
        ranks = {f"rank{r}": self.rank(r) for r in RANKS}
        forms = {
            f"rank{r} {form}": float(curve[r - 1])
            for form, curve in self.curves.items()
            for r in RANKS
            if r <= len(curve)
        }
        return ranks | {"mAP": self.mAP, "mINP": self.mINP} | forms


@dataclasses.dataclass(frozen=True)
class BothDirections(Retrieval):
    """A search and its reverse: the metrics are means of both, what belongs to single probes is of the first.

    Attributes:
        reverse: the gallery's items searched in the probe's.
    """

    reverse: Retrieval

    def __post_init__(self):
        object.__setattr__(self, "cmc", (self.cmc + self.reverse.cmc) / 2)
        curves = {form: (curve + self.reverse.curves[form]) / 2 for form, curve in self.curves.items()}
        object.__setattr__(self, "curves", curves)

    @property
    def mAP(self) -> float:
        """As Retrieval."""
        return (super().mAP + self.reverse.mAP) / 2

    @property
    def mINP(self) -> float:
        """As Retrieval."""
        return (super().mINP + self.reverse.mINP) / 2

    @property
    def trapezoid_mAP(self) -> float:
        """As Retrieval."""
        return (super().trapezoid_mAP + self.reverse.trapezoid_mAP) / 2

    def rank(self, r: int) -> float:
        """As Retrieval."""
        return (super().rank(r) + self.reverse.rank(r)) / 2


def both_directions(forward: Retrieval, reverse: Retrieval) -> BothDirections:
    """The mean of two searches whose curves have one length."""
    fields = {field.name: getattr(forward, field.name) for field in dataclasses.fields(forward)}
    return BothDirections(**fields, reverse=reverse)


class Layout:
    """Gallery order in which all rows of one identity are neighbours, and each probe's slice of matches."""

    def __init__(self, probe_ids, gallery_ids):
        probe_ids, gallery_ids = np.asarray(probe_ids), np.asarray(gallery_ids)
        if not len(probe_ids) or not len(gallery_ids):
            raise ValueError(f"Nothing to rank: {len(probe_ids)} probes, {len(gallery_ids)} gallery rows.")
        self.order = np.argsort(gallery_ids, kind="stable")
        self.grouped = gallery_ids[self.order]
        ends = [np.searchsorted(self.grouped, probe_ids, side) for side in ("left", "right")]
        self.slices = np.stack(ends, axis=1)  # (P, 2)
        if np.all(self.slices[:, 0] == self.slices[:, 1]):
            raise ValueError(
                f"No probe identity occurs in the gallery: probes {_some(probe_ids)}, "
                f"gallery {_some(gallery_ids)}. Probe and gallery must hold the same persons."
            )


def rank_blocks(
    blocks: Iterable[np.ndarray], layout: Layout, max_rank: int, top: int, curves: cmc_forms.Curves | None = None
) -> Retrieval:
    """Ranks the gallery for every probe.

    Args:
        blocks: distances (p, G) float of the next p probes, columns in the layout's order; excluded cells are infinite.
        layout: of the identities.
        max_rank: length of the CMC curve.
        top: number of nearest gallery rows to list for every probe.
        curves: further forms of the CMC, without any probe yet.

    Raises:
        ValueError: no probe has a match that is not excluded.
    """
    probes, gallery = len(layout.slices), len(layout.order)
    scores = []
    top_index = np.full((probes, top), -1, np.int64)
    top_distance = np.full((probes, top), np.inf)
    nearest = min(top, gallery)
    for block in blocks:
        for row, ordered in zip(block, np.sort(block, axis=1), strict=True):
            p = len(scores)
            scores.append(_row(row, ordered, layout.slices[p], layout.order))
            if curves:
                curves.add(p, row, scores[p][-1])
            if nearest:
                index, near = _nearest(row, ordered[nearest - 1], layout.order, nearest)
                top_index[p, : len(index)], top_distance[p, : len(index)] = index, near
    precision, penalty, trapezoid, first_match = map(np.array, zip(*scores, strict=True))
    if np.all(first_match == 0):
        raise ValueError("The exclusions leave no probe with a match; evaluate without them or add recordings.")
    found = np.bincount(first_match, minlength=max_rank + 1)[1 : max_rank + 1]
    cmc = np.cumsum(found) / probes
    forms = curves.result() if curves else {}
    return Retrieval(cmc, precision, penalty, trapezoid, first_match, top_index, top_distance, curves=forms)


def _row(row: np.ndarray, ordered: np.ndarray, ends: np.ndarray, order: np.ndarray) -> tuple[float, float, float, int]:
    """Average precision, inverse penalty, trapezoid precision, rank of the first match of one probe; nan and 0 if none.

    Equal distances: precisions and penalty use the last rank of the group, so they do not depend on the order
    of the gallery; the first match has its place in gallery order.
    """
    lo, hi = ends
    matches = np.sort(row[lo:hi])
    matches = matches[: np.searchsorted(matches, np.inf)]  # excluded cells are infinite
    if not len(matches):
        return np.nan, np.nan, np.nan, 0
    closer = np.searchsorted(ordered, matches, "right")  # gallery rows up to and including the match
    closer_matches = np.searchsorted(matches, matches, "right")
    before = int(np.searchsorted(ordered, matches[0]))
    if closer[0] - before > closer_matches[0]:  # the nearest match ties with a non-match
        tied = np.flatnonzero(row == matches[0])
        is_match = (tied >= lo) & (tied < hi)
        before += int(np.sum(order[tied[~is_match]] < order[tied[is_match]].min()))
    precision = closer_matches / closer
    # One rank earlier; before the first rank precision counts as 1.
    earlier = np.where(closer == 1, 1.0, (closer_matches - 1) / np.maximum(closer - 1, 1))
    trapezoid = float(np.mean((precision + earlier) / 2))
    return float(np.mean(precision)), len(matches) / closer[-1], trapezoid, before + 1


def _nearest(row: np.ndarray, limit: float, order: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Gallery indices and distances of the `count` nearest rows not excluded; ties in gallery order."""
    candidates = np.flatnonzero((row <= limit) & np.isfinite(row))
    index, near = order[candidates], row[candidates]
    best = np.lexsort((index, near))[:count]
    return index[best], near[best]


def _some(identities: np.ndarray, shown: int = 5) -> str:
    names = [str(name) for name in np.unique(identities)]
    return ", ".join(names[:shown]) + (f", ... ({len(names)})" if len(names) > shown else "")
