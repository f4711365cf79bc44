# SPDX-License-Identifier: MIT
"""Evaluation protocols: which splits of a data set are searched, and in what."""

import dataclasses

from tfskel.evaluation import matches, ranking, same_set


@dataclasses.dataclass(frozen=True)
class Protocol:
    """Splits of one evaluation.

    Attributes:
        train, probe, gallery: split names of the data set.
        exclude_same: "camera" or "recording" when gallery entries with the probe's own are not searched, else "".
        same_set: probe and gallery are one set, scored by the rule of `same_set.retrieve`.
        divisions: random divisions of the identities that the data set stores; 0 when it has one that is fixed.
    """

    train: str = "train"
    probe: str = "probe"
    gallery: str = "gallery"
    exclude_same: str = ""
    same_set: bool = False
    divisions: int = 0

    def retrieve(self, probe, gallery, **settings) -> matches.Retrieval:
        """Ranks the gallery for every probe; arguments as `ranking.retrieve`."""
        if self.same_set:
            return same_set.retrieve(probe, **settings)
        return ranking.retrieve(probe, gallery, exclude_same=self.exclude_same or None, **settings)


STANDARD = Protocol()
"""Data sets with the splits train, gallery and probe need no row of their own."""

PROTOCOLS = {
    ("ias", "a"): Protocol(probe="a", gallery="b"),
    ("ias", "b"): Protocol(probe="b", gallery="a"),
    ("biwi", "walking"): Protocol(probe="walking", gallery="still"),
    ("biwi", "still"): Protocol(probe="still", gallery="walking"),
    ("released", "probe"): STANDARD,
    ("released", "a"): Protocol(probe="a", gallery="b"),
    ("released", "b"): Protocol(probe="b", gallery="a"),
    ("released", "walking"): Protocol(probe="walking", gallery="still"),
    ("released", "still"): Protocol(probe="still", gallery="walking"),
    # Sets published with a single test set have no gallery; their probe is searched in train.
    ("released", "single"): Protocol(gallery="train"),
    **{
        ("released", f"{probe}_{gallery}"): Protocol(probe=probe, gallery=gallery, same_set=probe == gallery)
        for probe in ("nm", "cl", "bg")
        for gallery in ("nm", "cl", "bg")
    },
}


def protocol(dataset: str, probe: str) -> Protocol:
    """The protocol of a data set's probe.

    Raises:
        ValueError: the data set has no such probe; the message lists those it has.
    """
    if (dataset, probe) in PROTOCOLS:
        return PROTOCOLS[dataset, probe]
    known = [name for owner, name in PROTOCOLS if owner == dataset]
    if not known and probe == STANDARD.probe:
        return STANDARD
    raise ValueError(
        f"data set {dataset!r} has no probe {probe!r}; choose {' or '.join(known or [STANDARD.probe])} "
        "(config.dataset.probe)."
    )
