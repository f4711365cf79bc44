# SPDX-License-Identifier: MIT
"""CMC curves in the three forms of single images, each over the probes that have a match: first, all, single-shot."""

from collections.abc import Collection

import numpy as np

FIRST_MATCH, ALL_SHOTS, SINGLE_SHOT = "first match", "all shots", "single-shot"
FORMS = {
    FIRST_MATCH: "the first match counts; probes without a match are left out",
    ALL_SHOTS: "every match counts by its share, at its rank among the gallery without the other matches",
    SINGLE_SHOT: "the probe's own camera is not searched, and of each identity one gallery item, drawn ten times",
}
REPEATS = 10  # draws of a single-shot gallery


class Curves:
    """Curves from one probe after the other.

    Args:
        forms: of FORMS.
        layout: matches.Layout of the identities.
        cameras: of the probe (P,) and of the gallery (G,), in their own orders; None where SINGLE_SHOT is no form.
        max_rank: length of the curves.
        seed: of the single-shot draws.

    Raises:
        ValueError: an unknown form.

    Source: the evaluation of open-reid; single-shot draws are those of NumPy's RandomState: for each probe, for each
        repeat, for each identity in the order of its nearest item, one of its items in the order of their ranks.
    """

    def __init__(self, forms: Collection[str], layout, cameras: tuple | None, max_rank: int, seed: int = 0):
        if set(forms) - set(FORMS):
            raise ValueError(f"forms of the CMC are {', '.join(FORMS)}; received {', '.join(map(str, forms))}.")
        self.layout, self.max_rank, self.random = layout, max_rank, np.random.RandomState(seed)
        self.found = {form: np.zeros(max_rank) for form in forms}
        self.probes = dict.fromkeys(forms, 0)
        codes = np.unique(layout.grouped, return_inverse=True)[1].reshape(-1)
        self.codes = np.empty(len(codes), np.min_scalar_type(codes[-1]))  # two bytes are sorted ten times as fast
        self.codes[layout.order] = codes
        if SINGLE_SHOT in self.found:
            probes = len(cameras[0])
            numbers = np.unique(np.concatenate(cameras), return_inverse=True)[1].reshape(-1)
            self.cameras = numbers[:probes], numbers[probes:]

    def add(self, probe: int, row: np.ndarray, first_match: int) -> None:
        """Takes the next probe.

        Args:
            probe: its number.
            row: (G,) distances in the layout's order; excluded ones are infinite.
            first_match: rank of its first match, 0 without any.
        """
        if not first_match:
            return
        if FIRST_MATCH in self.found:
            self._count(FIRST_MATCH, np.array([first_match - 1]))
        if len(self.found) > (FIRST_MATCH in self.found):
            distances = np.empty_like(row)
            distances[self.layout.order] = row
            ranked = np.argsort(distances, kind="stable")  # equal distances: in gallery order
            self._ranked(probe, ranked[: np.searchsorted(distances[ranked], np.inf)])

    def result(self) -> dict[str, np.ndarray]:
        """Form -> (max_rank,) float64 curve; zeros where no probe has a match."""
        return {form: np.cumsum(found) / max(self.probes[form], 1) for form, found in self.found.items()}

    def _ranked(self, probe: int, ranked: np.ndarray) -> None:
        """Takes the gallery rows of the next probe that are not excluded, nearest first."""
        codes = self.codes[ranked]
        code = self.codes[self.layout.order[self.layout.slices[probe, 0]]]
        if ALL_SHOTS in self.found:
            places = np.flatnonzero(codes == code)
            self._count(ALL_SHOTS, places - np.arange(len(places)))
        if SINGLE_SHOT in self.found:
            here, there = self.cameras
            codes = codes[there[ranked] != here[probe]]
            if np.any(codes == code):
                self._count(SINGLE_SHOT, self._drawn_places(codes, code))

    def _drawn_places(self, codes: np.ndarray, code: int) -> np.ndarray:
        """(REPEATS,) identities that are nearer than the probe's own, by one item of each.

        Args:
            codes: (V,) identity of each gallery row, nearest first. code: the probe's own.
        """
        grouped = np.argsort(codes, kind="stable")  # of each identity its ranks
        counts = np.bincount(codes)
        starts = np.cumsum(counts) - counts
        present = np.flatnonzero(counts)
        present = present[np.argsort(grouped[starts[present]])]  # by the nearest item
        drawn = self.random.randint(0, np.broadcast_to(counts[present], (REPEATS, len(present))))
        ranks = grouped[starts[present] + drawn]  # (REPEATS, identities)
        return np.sum(ranks < ranks[:, present == code], axis=1)

    def _count(self, form: str, places: np.ndarray) -> None:
        """Adds one probe, shared by its matches' places, 0 for the first."""
        shares = np.full(len(places), 1 / len(places))
        self.found[form] += np.bincount(places, shares, minlength=self.max_rank)[: self.max_rank]
        self.probes[form] += 1
