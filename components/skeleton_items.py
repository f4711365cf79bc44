# SPDX-License-Identifier: MIT
"""Recordings of skeletons as items: what ingest says of them, and how a protocol's splits are cut."""

import functools
import pathlib
from collections.abc import Collection

import ml_collections
import numpy as np

from tfskel import skeletons
from tfskel.data import gaps, held_out, recordings, skeleton_split, split
from tfskel.evaluation import protocols

INDEX = "{}.recordings.npz"


def describe(ingested: pathlib.Path, folder: pathlib.Path, info, dataset: ml_collections.ConfigDict):
    """Quality report of a prepared data set, and what its pointer says: joint layout, and whether depth is missing.

    Of splits too large for the memory, an index of the recordings is written.

    Args:
        ingested: folder written by ingest.
        folder: version folder of the prepared data set.
        info: its TFDS info.
        dataset: the recipe's section.
    """
    from tfskel.data import quality

    stored = {name: recordings.load(folder, name, ingested / INDEX.format(name)) for name in info.splits}
    prepared = info.metadata.get("skeleton") or ""
    wanted = layout(dataset.skeleton, prepared, dataset.name)
    name = prepared or wanted
    report = quality.report(stored, dataset.length, skeletons.get(name), dataset.cut_gaps)
    return report, {"skeleton": name, "flat": any(report["flat"].values())}


def layout(stated: str, prepared: str, dataset: str) -> str:
    """Joint layout of a prepared data set; the recipe need not state it.

    Args:
        stated: `dataset.skeleton` of the recipe, "" when it leaves it to the data set.
        prepared: what the data set's metadata says, "" when it does not.
        dataset: name of the data set, for the message.

    Raises:
        ValueError: the two differ and the prepared one lacks joints, or neither says it.
    """
    differs = stated and prepared and skeletons.get(stated) != skeletons.get(prepared)
    if differs and (prepared, stated) not in skeletons.COMMON_JOINTS:
        common = f" Systems of {prepared!r} take both." if (stated, prepared) in skeletons.COMMON_JOINTS else ""
        joints = [skeletons.get(name).num_joints for name in (stated, prepared)]
        raise ValueError(
            f"dataset.skeleton of the recipe is {stated!r} ({joints[0]} joints), but data set {dataset!r} is prepared "
            f"as {prepared!r} ({joints[1]} joints), which lacks some of these. Leave it empty, or prepare the data set "
            f"with the other.{common}"
        )
    if not (stated or prepared):
        known = ", ".join(skeletons.SKELETONS)
        raise ValueError(f"data set {dataset!r} states no joint layout; set --config.dataset.skeleton to {known}.")
    return stated or prepared


def resolved(dataset: ml_collections.ConfigDict, pointer: dict) -> ml_collections.ConfigDict:
    """The recipe's section with the joint layout of the prepared data set.

    Raises:
        ValueError: see `layout`.
    """
    dataset = dataset.copy_and_resolve_references()
    dataset.skeleton = layout(dataset.skeleton, pointer["skeleton"], dataset.name)
    return dataset


def read(
    ingested: pathlib.Path,
    pointer: dict,
    dataset: ml_collections.ConfigDict,
    protocol: protocols.Protocol,
    division: int | None,
):
    """Train, probe and gallery of a protocol, and the function that keeps identities out of train.

    Raises:
        ValueError: the joints are not those of the skeleton, or a split is empty.
    """
    folder = ingested / pointer["folder"]
    names = protocol.train, protocol.probe, protocol.gallery
    recorded = [recordings.load(folder, name, ingested / INDEX.format(name)) for name in names]
    prepared = pointer["skeleton"] or dataset.skeleton
    for part in recorded:
        recordings.check_skeleton(part, skeletons.get(prepared))
    if places := skeletons.COMMON_JOINTS.get((prepared, dataset.skeleton)):
        recorded = [part.with_joints(places) for part in recorded]
    if dataset.cut_gaps:
        recorded = list(map(gaps.cut, recorded))
    train = recorded[0]
    classes = recordings.sorted_identities(train.identity)
    cuts = [_cut(train, dataset, dataset.train_rule, classes, "recording")]
    cuts += [_cut(part, dataset, "testing", classes, dataset.probe_order) for part in recorded[1:]]
    return (*cuts, functools.partial(_keep_out, train, dataset))


def _keep_out(
    train: recordings.Recordings, dataset: ml_collections.ConfigDict, kept_out: Collection[str]
) -> tuple[split.Split, split.Split, split.Split]:
    mask = np.isin(train.identity, list(kept_out))
    classes = [name for name in recordings.sorted_identities(train.identity) if name not in kept_out]
    root = skeletons.get(dataset.skeleton).root if dataset.centred else None
    probe, gallery = held_out.probe_and_gallery(train.select(mask), dataset.length, root)
    return _cut(train.select(~mask), dataset, dataset.train_rule, classes, "recording"), probe, gallery


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
