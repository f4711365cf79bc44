# SPDX-License-Identifier: MIT
"""Reads what ingest prepared: the recordings of each split and the sequences a recipe cuts from them."""

import dataclasses
import pathlib

import ml_collections

from tfskel import arrays, skeletons
from tfskel.data import gaps, held_out, recordings
from tfskel.data import skeleton_split as sequences
from tfskel.evaluation import protocols
from tfskel.systems import fit as fit_data

POINTER = "dataset.json"


@dataclasses.dataclass(frozen=True)
class Splits:
    """Recordings of one protocol.

    Attributes:
        train, probe, gallery: recordings.
        classes: sorted identities of train.
        protocol: where the splits come from.
        dataset: the recipe's section.
    """

    train: recordings.Recordings
    probe: recordings.Recordings
    gallery: recordings.Recordings
    classes: list[str]
    protocol: protocols.Protocol
    dataset: ml_collections.ConfigDict

    @property
    def skeleton(self) -> skeletons.Skeleton:
        """Joint layout of the recordings."""
        return skeletons.get(self.dataset.skeleton)

    @property
    def root(self) -> int | None:
        """Joint that the sequences are centred on; None when the recipe leaves the joints as captured."""
        return self.skeleton.root if self.dataset.centred else None

    def cut(self, part: recordings.Recordings, rule: str) -> sequences.Sequences:
        """Sequences of some recordings by the recipe's rules; `rule` is "training" or "testing"."""
        order = self.dataset.probe_order if rule == "testing" and part is not self.train else "recording"
        return sequences.build(
            part, f=self.dataset.length, rule=rule, root=self.root, classes=self.classes, order=order
        )

    def judged_by_probe(self) -> fit_data.FitData:
        """The fit that is reported: all train identities, epochs scored on the protocol's probe."""
        return fit_data.FitData(
            self.cut(self.train, self.dataset.train_rule),
            self.cut(self.probe, "testing"),
            self.cut(self.gallery, "testing"),
            "probe",
            self.protocol,
        )

    def judged_by_held_out(self, share: float, seed: int) -> fit_data.FitData | None:
        """The fit that only chooses an epoch: some train identities kept out. None when there are too few."""
        kept_out = held_out.choose(self.classes, share, seed)
        if not kept_out:
            return None
        mask = [identity in kept_out for identity in self.train.identity]
        stay = self.train.select([not out for out in mask])
        classes = [name for name in self.classes if name not in kept_out]
        f, root = self.dataset.length, self.root
        probe, gallery = held_out.probe_and_gallery(self.train.select(mask), f, root)
        if not len(probe) or not len(gallery):
            return None
        return fit_data.FitData(
            sequences.build(stay, f=f, rule=self.dataset.train_rule, root=root, classes=classes),
            probe,
            gallery,
            "held_out",
        )


def prepared_folder(ingested: pathlib.Path) -> pathlib.Path:
    """The TFDS version folder that ingest points to."""
    return ingested / arrays.read_json(ingested / POINTER)["folder"]


def skeleton(stated: str, prepared: str, dataset: str) -> str:
    """Joint layout of a prepared data set; the recipe need not state it.

    Args:
        stated: `dataset.skeleton` of the recipe, "" when it leaves it to the data set.
        prepared: what the data set's metadata says, "" when it does not.
        dataset: name of the data set, for the message.

    Raises:
        ValueError: the two differ, or neither says it.
    """
    if stated and prepared and skeletons.get(stated) != skeletons.get(prepared):
        joints = [skeletons.get(name).num_joints for name in (stated, prepared)]
        raise ValueError(
            f"dataset.skeleton of the recipe is {stated!r} ({joints[0]} joints), but data set {dataset!r} is prepared "
            f"as {prepared!r} ({joints[1]} joints). Leave it empty, or prepare the data set with the other."
        )
    if not (stated or prepared):
        known = ", ".join(skeletons.SKELETONS)
        raise ValueError(f"data set {dataset!r} states no joint layout; set --config.dataset.skeleton to {known}.")
    return stated or prepared


def resolved(recipe: dict, ingested: pathlib.Path) -> dict:
    """The recipe with the joint layout of the prepared data set in `dataset.skeleton`.

    Args:
        recipe: sections by name.
        ingested: folder written by ingest.

    Raises:
        ValueError: see `skeleton`.
    """
    dataset = recipe["dataset"].copy_and_resolve_references()
    prepared = arrays.read_json(ingested / POINTER)["skeleton"]
    dataset.skeleton = skeleton(dataset.skeleton, prepared, dataset.name)
    return {**recipe, "dataset": dataset}


def read(ingested: pathlib.Path, dataset: ml_collections.ConfigDict, division: int | None = None) -> Splits:
    """Loads the recordings of a recipe's protocol.

    Args:
        ingested: folder written by ingest.
        dataset: the recipe's section.
        division: which of the data set's random divisions, None where it has one.

    Raises:
        ValueError: there is no such division, the joints are not those of the skeleton, a split is empty, or no
            identity of the probe is in the gallery.
    """
    dataset = resolved({"dataset": dataset}, ingested)["dataset"]
    protocol = protocols.protocol(dataset.name, dataset.probe)
    if division is not None and not 0 <= division < protocol.divisions:
        raise ValueError(
            f"data set {dataset.name!r} stores {protocol.divisions} random divisions; received division {division}. "
            "Leave --config.dataset.divisions empty."
        )
    folder = prepared_folder(ingested)
    train, probe, gallery = (
        recordings.load(folder, name) for name in (protocol.train, protocol.probe, protocol.gallery)
    )
    for part in (train, probe, gallery):
        recordings.check_skeleton(part, skeletons.get(dataset.skeleton))
    if dataset.cut_gaps:
        train, probe, gallery = map(gaps.cut, (train, probe, gallery))
    classes = recordings.sorted_identities(train.identity)
    strangers = sorted(set(probe.identity) - set(gallery.identity))
    if strangers and not set(probe.identity) & set(gallery.identity):
        raise ValueError(
            f"no identity of the probe is in the gallery: probe {', '.join(strangers[:5])}, gallery "
            f"{', '.join(sorted(set(gallery.identity))[:5])}. Check the splits of data set {dataset.name!r}."
        )
    return Splits(train, probe, gallery, classes, protocol, dataset)
