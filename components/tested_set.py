# SPDX-License-Identifier: MIT
"""The set that a system is tested on: the one it has learnt from, or another that is prepared."""

import dataclasses
import os
import pathlib

import ml_collections
import numpy as np

from components import ingest, splits
from tfskel import arrays
from tfskel.data import order, split
from tfskel.evaluation import protocols, tracklets


def folder(on: str) -> pathlib.Path:
    """The folder written by ingest that `evaluation.on` means: it, or the one in a run's folder.

    Raises:
        FileNotFoundError: there is none.
    """
    places = [pathlib.Path(os.path.expanduser(on)), pathlib.Path(os.path.expanduser(on)) / "recordings"]
    for place in places:
        if (place / splits.POINTER).is_file():
            return place
    raise FileNotFoundError(
        f"evaluation.on is {on!r}, but there is no {splits.POINTER} in {' or '.join(map(str, places))}. Give the "
        "folder of a run on the other data set; `--stages=ingest` of any of its recipes writes what is needed."
    )


def source(config: ml_collections.ConfigDict) -> dict | None:
    """State of the files of the other set; None without one."""
    return ingest.state([folder(config.evaluation.on)]) if config.evaluation.on else None


def name(dataset: ml_collections.ConfigDict, evaluation: ml_collections.ConfigDict) -> str:
    """Name of the data set."""
    return arrays.read_json(folder(evaluation.on) / splits.POINTER)["name"] if evaluation.on else dataset.name


def protocol(dataset: ml_collections.ConfigDict, evaluation: ml_collections.ConfigDict) -> protocols.Protocol:
    """How it is searched, its frames pooled as the recipe says.

    Raises:
        ValueError: the data set has no such probe.
    """
    probe = evaluation.on_probe if evaluation.on else dataset.probe
    found = protocols.protocol(name(dataset, evaluation), probe)
    return dataclasses.replace(found, pooling=evaluation.pooling or found.pooling)


def read(parts: splits.Splits, evaluation: ml_collections.ConfigDict, recordings: pathlib.Path) -> splits.Splits:
    """Train of the recipe's data set, probe and gallery of the one that is tested, cut and sized as the recipe says;
    of the probe, `evaluation.most_probes` items where it has more.

    Args:
        parts: of the recipe's data set, whose section states the joint layout that the system takes.
        evaluation: the recipe's section.
        recordings: folder of the recipe's data set, written by ingest.

    Raises:
        FileNotFoundError: there is no other set where the recipe says.
        ValueError: it has items of another kind, lacks joints, or has no such probe or division; or fewer probes of a
            set that is searched in itself are asked for.
    """
    tested = protocol(parts.dataset, evaluation)
    if not evaluation.on:
        probe = _fewer(parts.probe, evaluation.most_probes, tested)
        return dataclasses.replace(parts, probe=probe, protocol=tested)
    other = folder(evaluation.on)
    own, pointer = (arrays.read_json(path / splits.POINTER) for path in (recordings, other))
    if own["kind"] != pointer["kind"]:
        raise ValueError(
            f"evaluation.on: {other} holds {pointer['kind']}, but the system was trained on {own['kind']}. Give a set "
            f"of {own['kind']}."
        )
    dataset = parts.dataset.copy_and_resolve_references()
    dataset.update(name=pointer["name"], probe=evaluation.on_probe)
    division = evaluation.on_division if pointer.get("divisions") else None
    try:
        found = splits.read(other, dataset, division)
    except ValueError as error:
        raise ValueError(f"evaluation.on: {error}") from error
    probe = _fewer(found.probe, evaluation.most_probes, tested)
    return dataclasses.replace(parts, probe=probe, gallery=found.gallery, protocol=tested)


def _fewer(probe: split.Split, most: int, tested: protocols.Protocol) -> split.Split:
    """At most so many items of a probe, evenly spread; where frames are pooled, items are tracklets."""
    if not most:
        return probe
    if tested.one_set:
        raise ValueError(
            f"evaluation.most_probes is {most}, but the protocol searches one set in itself, all of it. Leave it 0."
        )
    number = tracklets.numbered(probe.recording)[1] if tested.pooling else np.arange(len(probe))
    items = int(number.max()) + 1
    return probe.subset(np.flatnonzero(np.isin(number, order.evenly(items, min(items, most)))))


def warnings(dataset: ml_collections.ConfigDict, evaluation: ml_collections.ConfigDict) -> list[str]:
    """What to say of a result on another set."""
    if not evaluation.on:
        return []
    return [
        f"tested on data set {name(dataset, evaluation)!r} ({evaluation.on}), which nothing has learnt from; trained "
        f"on {dataset.name!r}. Recognition networks know nobody there and are left out, as are published numbers."
    ]
