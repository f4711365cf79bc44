# SPDX-License-Identifier: MIT
"""Evaluation protocols: which splits of a data set are searched, and in what."""

import dataclasses

from tfskel.evaluation import cmc, matches, ranking, same_set, tracklets, unknown


@dataclasses.dataclass(frozen=True)
class Protocol:
    """Splits of one evaluation.

    Attributes:
        train, probe, gallery: split names of the data set.
        exclude_same: "camera" or "recording" when gallery entries with the probe's own are not searched, else "".
        same_set: probe and gallery are one set, scored by the rule of `same_set.retrieve`.
        both_directions: the gallery's items are searched in the probe, too, and the metrics are means of both.
        junk: identity of gallery items that are not searched: persons that nobody knows, or no persons.
        trapezoid: mAP of the original's protocol is taken by the trapezoid rule; it is reported beside the usual one.
        pooling: "max" or "mean" when the frames of a tracklet are one item, "" when each is its own.
        cmc: forms of the CMC that the original's protocol reports, of `cmc.FORMS`, beside the one over all probes.
        remark: what else is to be said wherever a number is printed.
    """

    train: str = "train"
    probe: str = "probe"
    gallery: str = "gallery"
    exclude_same: str = ""
    same_set: bool = False
    both_directions: bool = False
    junk: str = ""
    trapezoid: bool = False
    pooling: str = ""
    cmc: tuple[str, ...] = ()
    remark: str = ""

    @property
    def text(self) -> str:
        """The protocol in words, for wherever a number is printed."""
        searched = "in itself" if self.one_set else f"in {self.gallery!r}"
        facts = [f"{self.probe!r} is searched {searched}{' and back' if self.both_directions else ''}"]
        if self.pooling:
            facts.append(f"frames of a tracklet are one item ({self.pooling})")
        if self.exclude_same:
            facts.append(f"gallery items of the probe's identity and {self.exclude_same} are left out")
        if self.junk:
            facts.append(f"gallery items of {self.junk!r} are left out")
        if self.same_set:
            facts.append("the nearest item is taken for the probe itself and left out of the ranks")
        return f"Protocol: {'; '.join(facts)}. {self.remark}".strip()

    @property
    def one_set(self) -> bool:
        """Whether every item is searched among the others of its own split."""
        return self.probe == self.gallery

    def pool(self, recordings, **settings) -> tracklets.Pool | None:
        """What makes items of frames; None where each frame is one. Arguments as for `tracklets.Pool`."""
        return tracklets.Pool(recordings, **{"pooling": self.pooling} | settings) if self.pooling else None

    def retrieve(self, probe, gallery, **settings) -> matches.Retrieval:
        """Ranks the gallery's items for every item of the probe; arguments as `ranking.retrieve`."""
        if self.same_set:
            return same_set.retrieve(probe, **settings)
        settings |= {"exclude_same": self.exclude_same or None, "junk": self.junk, "curves": self.cmc}
        found = ranking.retrieve(probe, gallery, **settings)
        if not self.both_directions:
            return found
        return matches.both_directions(found, ranking.retrieve(gallery, probe, **settings | {"top": 0}))

    def nearest(self, probe, gallery) -> unknown.Nearest:
        """How near the probe's items come to each person of the gallery, in one direction."""
        return unknown.nearest(probe, gallery, exclude_same=self.exclude_same or None, junk=self.junk)

    def metrics(self, found: matches.Retrieval) -> dict[str, float]:
        """Metrics of a retrieval by their keys in metrics.json."""
        return found.metrics() | ({"mAP trapezoid": found.trapezoid_mAP} if self.trapezoid else {})


STANDARD = Protocol()
"""Data sets with the splits train, gallery and probe need no row of their own."""
SINGLE_SHOT = (cmc.SINGLE_SHOT,)
PERSONS = Protocol(
    exclude_same="camera",
    cmc=(cmc.FIRST_MATCH, cmc.ALL_SHOTS),
    remark="Every image of a test person is searched, by the rule of open-reid; this is not the usual protocol of the "
    "data set, which is its probe `usual`.",
)

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
    # Half of the persons are searched from camera to camera, ten times; a tracklet is one item.
    ("prid2011", "probe"): Protocol(pooling="max"),
    ("ilids_vid", "probe"): Protocol(pooling="max", both_directions=True),
    ("dukemtmc_videoreid", "probe"): Protocol(pooling="max", exclude_same="camera", junk="-1", trapezoid=True),
    ("person_sim", "probe"): Protocol(pooling="max", both_directions=True),
    # Frames of dancers are searched in all others; what shows the same person at the same moment is left out.
    ("person_sim", "test"): Protocol(probe="test", gallery="test", exclude_same="camera", cmc=SINGLE_SHOT),
    ("dance_reid", "test"): Protocol(probe="test", gallery="test", exclude_same="camera", cmc=SINGLE_SHOT),
    ("dance_reid", "probe"): Protocol(exclude_same="camera", cmc=SINGLE_SHOT),
    # Persons, not images, are probe and gallery: the rule of open-reid. `usual` is the protocol most papers use.
    ("market1501", "probe"): PERSONS,
    ("market1501", "usual"): Protocol(
        probe="usual_probe", gallery="usual_gallery", exclude_same="camera", junk="-1", trapezoid=True
    ),
    ("market1501", "test"): dataclasses.replace(PERSONS, probe="test", gallery="test"),
    ("dukemtmc_reid", "probe"): PERSONS,
    ("dukemtmc_reid", "test"): dataclasses.replace(PERSONS, probe="test", gallery="test"),
    ("dukemtmc_reid", "usual"): Protocol(
        probe="usual_probe", gallery="usual_gallery", exclude_same="camera", trapezoid=True
    ),
    ("own_images", "probe"): Protocol(pooling="max"),
    ("own_images", "images"): Protocol(),  # each image is an item, as it is
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
