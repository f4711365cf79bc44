# SPDX-License-Identifier: MIT
"""Reads what ingest prepared: the splits of a protocol, cut by the recipe's rules."""

import dataclasses
import pathlib
from collections.abc import Mapping

import ml_collections
import numpy as np

from tfskel import arrays, skeletons
from tfskel.data import gaps, held_out, recordings, skeleton_split
from tfskel.evaluation import protocols
from tfskel.systems import fit as fits

POINTER = "dataset.json"


@dataclasses.dataclass(frozen=True)
class Splits:
    """The splits of one protocol, cut by the recipe's rules.

    Attributes:
        recordings: of train; identities are kept out of them to choose an epoch.
        train, probe, gallery: items to learn from, to search for, and to search in.
        protocol: where the splits come from.
        dataset: the recipe's section, with the joint layout of the prepared data set.
    """

    recordings: recordings.Recordings
    train: skeleton_split.SkeletonSplit
    probe: skeleton_split.SkeletonSplit
    gallery: skeleton_split.SkeletonSplit
    protocol: protocols.Protocol
    dataset: ml_collections.ConfigDict

    @property
    def classes(self) -> list[str]:
        """Sorted identities of train."""
        return self.train.classes

    def fit(self, folder: pathlib.Path, chosen: Mapping[str, int]) -> fits.Fit:
        """The fit that is reported: all train identities, epochs validated on the protocol's probe.

        Args:
            folder: where it works.
            chosen: phase -> epoch that `held_out_fit` chose.
        """
        return fits.Fit(self.train, self.probe, self.gallery, "probe", self.protocol, chosen, folder)

    def held_out_fit(self, share: float, seed: int, folder: pathlib.Path) -> fits.Fit | None:
        """The fit that only chooses an epoch: some train identities kept out. None when there are too few."""
        kept_out = held_out.choose(self.classes, share, seed)
        if not kept_out:
            return None
        mask = np.array([identity in kept_out for identity in self.recordings.identity])
        classes = [name for name in self.classes if name not in kept_out]
        probe, gallery = held_out.probe_and_gallery(self.recordings.select(mask), self.dataset.length, self.train.root)
        if not len(probe) or not len(gallery):
            return None
        train = _cut(self.recordings.select(~mask), self.dataset, self.dataset.train_rule, classes, "recording")
        return fits.Fit(train, probe, gallery, "held_out", folder=folder)


def _cut(recorded, dataset, rule: str, classes: list[str], order: str) -> skeleton_split.SkeletonSplit:
    root = skeletons.get(dataset.skeleton).root
    return skeleton_split.build(
        recorded,
        f=dataset.length,
        rule=rule,
        root=root if dataset.centred else None,
        classes=classes,
        order=order,
        origin=root,
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
    names = (protocol.train, protocol.probe, protocol.gallery)
    train, probe, gallery = (recordings.load(folder, name) for name in names)
    for recorded in (train, probe, gallery):
        recordings.check_skeleton(recorded, skeletons.get(dataset.skeleton))
    if dataset.cut_gaps:
        train, probe, gallery = map(gaps.cut, (train, probe, gallery))
    _check_persons(probe.identity, gallery.identity, dataset.name)
    classes = recordings.sorted_identities(train.identity)
    cuts = [_cut(train, dataset, dataset.train_rule, classes, "recording")]
    cuts += [_cut(recorded, dataset, "testing", classes, dataset.probe_order) for recorded in (probe, gallery)]
    return Splits(train, *cuts, protocol, dataset)


def _check_persons(probe: np.ndarray, gallery: np.ndarray, dataset: str) -> None:
    if not set(probe) & set(gallery):
        raise ValueError(
            f"no identity of the probe is in the gallery: probe {', '.join(sorted(set(probe))[:5])}, gallery "
            f"{', '.join(sorted(set(gallery))[:5])}. Check the splits of data set {dataset!r}."
        )
