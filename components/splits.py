# SPDX-License-Identifier: MIT
"""Reads what ingest prepared: the splits of a protocol, cut by the recipe's rules."""

import dataclasses
import pathlib
from collections.abc import Callable, Mapping

import ml_collections
import numpy as np

from components import image_items, skeleton_items
from tfskel import arrays
from tfskel.data import held_out, split
from tfskel.evaluation import protocols
from tfskel.systems import fit as fits

POINTER = "dataset.json"
SKELETONS = "skeletons"
KINDS = {SKELETONS: skeleton_items, "images": image_items}
"""Kind of items that a prepared data set states -> the module that reads them."""


@dataclasses.dataclass(frozen=True)
class Splits:
    """The splits of one protocol, cut by the recipe's rules.

    Attributes:
        train, probe, gallery: items to learn from, to search for, and to search in; the latter two may be one object.
        keep_out: identities of train -> (train without them, probe and gallery of them).
        protocol: where the splits come from.
        dataset: the recipe's section, with the joint layout of the prepared data set where it has one.
    """

    train: split.Split
    probe: split.Split
    gallery: split.Split
    keep_out: Callable[[list[str]], tuple[split.Split, split.Split, split.Split]]
    protocol: protocols.Protocol
    dataset: ml_collections.ConfigDict

    @property
    def classes(self) -> list[str]:
        """Sorted identities of train."""
        return self.train.classes

    def of_sides(self, describe: Callable) -> list:
        """What a function of a split gives of probe and gallery, computed once where these are one."""
        probe = describe(self.probe)
        return [probe, probe if self.gallery is self.probe else describe(self.gallery)]

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
        train, probe, gallery = self.keep_out(kept_out)
        if not set(probe.identity) & set(gallery.identity):
            return None
        protocol = self.protocol if gallery is probe else protocols.STANDARD
        return fits.Fit(train, probe, gallery, "held_out", protocol, folder=folder)


def resolved(recipe: dict, ingested: pathlib.Path) -> dict:
    """The recipe with what only the prepared data set says, as the joint layout of skeletons, in `dataset`.

    Args:
        recipe: sections by name.
        ingested: folder written by ingest.

    Raises:
        ValueError: recipe and data set contradict each other.
    """
    pointer = arrays.read_json(ingested / POINTER)
    return {**recipe, "dataset": KINDS[pointer["kind"]].resolved(recipe["dataset"], pointer)}


def read(ingested: pathlib.Path, dataset: ml_collections.ConfigDict, division: int | None = None) -> Splits:
    """The splits of a recipe's protocol.

    Args:
        ingested: folder written by ingest.
        dataset: the recipe's section.
        division: which of the data set's random divisions, None where it has one.

    Raises:
        ValueError: there is no such division, recipe and data set contradict each other, a split is empty, or no
            identity of the probe is in the gallery.
    """
    dataset = resolved({"dataset": dataset}, ingested)["dataset"]
    protocol = protocols.protocol(dataset.name, dataset.probe)
    pointer = arrays.read_json(ingested / POINTER)
    stored = len(pointer.get("divisions", ()))
    if division is not None and not 0 <= division < stored:
        advice = f"Choose from 0 to {stored - 1}." if stored else "Leave --config.dataset.divisions empty."
        raise ValueError(
            f"data set {dataset.name!r} stores {stored} random divisions; received division {division}. {advice}"
        )
    train, probe, gallery, keep_out = KINDS[pointer["kind"]].read(ingested, pointer, dataset, protocol, division)
    _check_persons(probe.identity, gallery.identity, dataset.name)
    return Splits(train, probe, gallery, keep_out, protocol, dataset)


def _check_persons(probe: np.ndarray, gallery: np.ndarray, dataset: str) -> None:
    if not set(probe) & set(gallery):
        raise ValueError(
            f"no identity of the probe is in the gallery: probe {', '.join(sorted(set(probe))[:5])}, gallery "
            f"{', '.join(sorted(set(gallery))[:5])}. Check the splits of data set {dataset!r}."
        )
