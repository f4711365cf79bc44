# SPDX-License-Identifier: MIT
"""Frames as items: what ingest says of them, and which of them are a protocol's splits."""

import functools
import pathlib
from collections.abc import Collection

import ml_collections
import numpy as np

from tfskel.data import frames, image_split, recordings
from tfskel.evaluation import protocols

INDEX = "{}.frames.npz"
UNKNOWN = {"divisions": [], "videos": {}}
"""What a data set may state of its images -> where it states nothing."""


def describe(ingested: pathlib.Path, folder: pathlib.Path, info, dataset: ml_collections.ConfigDict):
    """Quality report of a prepared data set, and what its pointer says: the random divisions, and who is in a video.

    Writes the columns of each split beside them. Arguments as `skeleton_items.describe`.
    """
    from tfskel.data import image_quality

    stored = {}
    for name in info.splits:
        stored[name] = frames.scan(folder, name)
        stored[name].save(ingested / INDEX.format(name))
    facts = {name: info.metadata.get(name) or empty for name, empty in UNKNOWN.items()}
    return image_quality.report(stored), facts


def resolved(dataset: ml_collections.ConfigDict, pointer: dict) -> ml_collections.ConfigDict:
    """The recipe's section as it is."""
    return dataset


def read(
    ingested: pathlib.Path,
    pointer: dict,
    dataset: ml_collections.ConfigDict,
    protocol: protocols.Protocol,
    division: int | None,
):
    """Train, probe and gallery of a protocol, and the function that keeps identities out of train.

    A data set with random divisions stores all frames once: the identities of the division are train, of all others
    the frames of the first camera are the probe and those of the second the gallery. A set that is searched in itself
    is one split for both.

    Raises:
        ValueError: a split is empty, or no division is chosen where there are several.
    """
    folder = ingested / pointer["folder"]

    def stored(name: str) -> image_split.ImageSplit:
        loaded = frames.load(folder, name, ingested / INDEX.format(name))
        rows, settings = np.arange(len(loaded)), {"videos": pointer["videos"], "preparation": dataset.preparation}
        return image_split.ImageSplit(loaded, rows, dataset.image_size, [], **settings)

    if pointer["divisions"]:
        parts = _divided(stored(frames.ALL), pointer["divisions"], division, dataset.name)
    else:
        parts = [stored(name) for name in (protocol.train, protocol.probe, protocol.gallery)]
    classes = recordings.sorted_identities(parts[0].identity)
    train, probe, gallery = (part.of(classes) for part in parts)
    gallery = probe if protocol.one_set else gallery
    return train, probe, gallery, functools.partial(_keep_out, train, protocol.one_set)


def _divided(everything: image_split.ImageSplit, divisions: list, division: int | None, dataset: str):
    if division is None:
        raise ValueError(
            f"data set {dataset!r} stores {len(divisions)} random divisions; choose some, for example "
            "--config.dataset.divisions=0, or 0,1,2 for three."
        )
    learnt = np.isin(everything.identity, divisions[division])
    cameras = recordings.sorted_identities(everything.camera)[:2]
    sides = [np.flatnonzero(~learnt & (everything.camera == camera)) for camera in cameras]
    return [everything.subset(rows) for rows in (np.flatnonzero(learnt), *sides)]


def _keep_out(train: image_split.ImageSplit, one_set: bool, kept_out: Collection[str]):
    """Train without some identities; their frames of the first camera are searched in those of the others.

    Where the protocol searches a set in itself, so are they: one split is both.
    """
    out = np.isin(train.identity, list(kept_out))
    classes = [name for name in train.classes if name not in kept_out]
    rest = train.subset(np.flatnonzero(~out)).of(classes)
    theirs = train.subset(np.flatnonzero(out)).of(sorted(kept_out))
    if one_set:
        return rest, theirs, theirs
    first = theirs.camera == recordings.sorted_identities(train.camera)[0]
    return rest, *(theirs.subset(np.flatnonzero(side)) for side in (first, ~first))
