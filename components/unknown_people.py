# SPDX-License-Identifier: MIT
"""Unknown people: a distance learnt from the train split alone, and how it does with strangers on the protocol."""

import pathlib
from collections.abc import Callable, Iterable

import numpy as np

from tfskel import arrays, features
from tfskel.data import draws, split
from tfskel.evaluation import protocols, unknown

FILE = "unknown.json"
FEWEST = 6  # train identities
TRAIN_DRAWS, TEST_DRAWS = 10, 20
REFITTED = "fitted in each draw to the others"
FROZEN = "which learnt from all of them, so that the distance may be too small"
Searches = Iterable[tuple[features.Features, features.Features]]


class UnknownPeople:
    """Learns thresholds of several features and judges each.

    Args:
        train: the train split.
        protocol: of the evaluation.
        seed: decides the draws from train; those of the probe are always the same.
        refitted: whether the system is fitted anew in each draw.
        wanted: whether the recipe asks for it.

    Attributes:
        note: how thresholds are learnt, or why there are none.
        off: whether there are none.
        learnt: selection -> what is stored of it, see `save`.
    """

    def __init__(
        self, train: split.Split, protocol: protocols.Protocol, seed: int, refitted: bool, wanted: bool = True
    ):
        self.protocol, self.seed, self.off, self.learnt = protocol, seed, True, {}
        number = len(set(train.identity))
        if not wanted:
            self.note = "Unknown people are not judged: evaluation.unknown is False."
        elif protocol.one_set and not protocol.exclude_same:
            self.note = "Unknown people are not judged: probe and gallery are the same items."
        elif number < FEWEST:
            self.note = f"Unknown people are not judged: train has {number} identities, and a threshold needs {FEWEST}."
        else:
            self.off = False
            self.note = (
                f"Thresholds are learnt from train alone: in each of {TRAIN_DRAWS} draws a third of the identities are "
                f"strangers to the gallery; features are the system's, {REFITTED if refitted else FROZEN}."
            )

    def row(self, kept: str, probe: features.Features, gallery: features.Features, searches: Callable[..., Searches]):
        """What is added to the row of a selection: {"unknown": unknown.METRICS, means over draws of the protocol}.

        Args:
            kept: the selection.
            probe, gallery: features of the protocol's.
            searches: (number of draws, seed) -> probe and gallery of each draw from train.
        """
        if self.off:
            return {}
        try:
            found = [self.protocol.nearest(*sides) for sides in searches(TRAIN_DRAWS, self.seed)]
        except draws.TooShort as error:
            self.note, self.off = f"Unknown people are not judged: recordings of train are too short. {error}", True
            return {}
        kept_out = [
            draws.strangers(probe.identities, gallery.identities, np.random.default_rng([number, 13]))
            for number in range(TEST_DRAWS)
        ]
        if not found or not all(kept_out):
            self.note = (
                "Unknown people are not judged: "
                + ("probe and gallery share" if found else "with probe and gallery recordings train has")
                + f" fewer than {2 * draws.FEWEST} identities."
            )
            self.off = True
            return {}
        drawn = unknown.joined([draw.search() for draw in found])
        accepted = unknown.threshold(drawn)
        self.learnt[kept] = _stored(drawn, accepted) | {"cohort": [*unknown.strangers(found).values()]}
        nearest = self.protocol.nearest(probe, gallery)
        values = [nearest.search(strangers).metrics(accepted) for strangers in kept_out]
        return {"unknown": {name: float(np.mean([value[name] for value in values])) for name in unknown.METRICS}}

    def save(self, folder: pathlib.Path) -> None:
        """Writes FILE: "note", and for each selection "threshold" (the largest distance to the nearest gallery item at
        which somebody is accepted), "false_accept_rates" and, for each, "thresholds" that accept no more of the
        strangers, how many "known" and "strangers" items they were learnt from, and "cohort": of each person of train
        how far the recordings are from the nearest gallery item where he or she is a stranger."""
        arrays.write_json(folder / FILE, {"note": self.note, "selections": self.learnt})


def _stored(drawn: unknown.Search, accepted: float) -> dict:
    strangers = drawn.distance[~drawn.known]
    return {
        "threshold": accepted,
        "false_accept_rates": unknown.RATES.tolist(),
        "thresholds": unknown.limits(strangers, unknown.RATES).tolist(),
        "known": int(drawn.known.sum()),
        "strangers": len(strangers),
    }
