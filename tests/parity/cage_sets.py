# SPDX-License-Identifier: MIT
"""CAGE beside its recordings: features of whole sets with their order, padding and dropped rows, and matching."""

import json
from collections.abc import Iterator, Sequence
from unittest import mock

import numpy as np
from scipy.spatial import distance

from configs import cage as recipes
from tests.parity import reading, rows
from tests.parity.reading import prefixed
from tfskel import skeletons
from tfskel.evaluation import matching
from tfskel.systems.cage import original as names
from tfskel.systems.cage import person_order, pretext
from tfskel.systems.cage import streams as cage_streams
from tfskel.systems.cage import system as cage_system

# Recorded features -> set of sequences, the draw of its rows, and whether it plays the training role.
ROLES = {
    "train": (("train", "gallery"), "train", True),
    "test": (("test", "probe"), "test", False),
    "testA": (("testA",), "test", False),
    "testB": (("testB",), "testB", False),
}


def matches(name: str, arrays: dict) -> Iterator[rows.Row]:
    """Rows matched, and rank-1."""
    same = json.loads(str(arrays["meta"]))["same_condition"]
    sets = [(arrays[f"input/{side}"], arrays[f"input/{side}_labels"]) for side in ("probe", "gallery")]
    yield from _matches(
        rows.Table("cage", name), *sets, same, arrays["out/matched_gallery_index"], arrays["out/rank_1"]
    )


def _matches(row: rows.Table, probe: tuple, gallery: tuple, same: bool, recorded, rank1) -> Iterator[rows.Row]:
    """Matched rows, of which equally near ones count as the same: sorting leaves their order open."""
    matched = matching.match(probe[0], gallery[0], same)
    near = distance.cdist(probe[0].astype(np.float64), gallery[0].astype(np.float64))
    place = np.arange(len(matched))
    note = f"{np.sum(matched != recorded)} of {len(recorded)} rows are another, equally near one"
    yield row("match/row", near[place, matched], near[place, recorded], note)
    yield row("match/rank_1", matching.rank1(matched, probe[1], gallery[1]), rank1)


def pipeline(name: str, arrays: dict) -> Iterator[rows.Row]:
    """Features and labels of every recorded set; matches where they were recorded."""
    row, run = rows.Table("cage", name), _Run(arrays)
    for recorded, (parts, draw, training_role) in ROLES.items():
        if f"cage/{recorded}" in arrays:
            part = next(part for part in parts if f"input/{part}" in arrays)
            vectors, persons = run.features(part, training_role)
            if training_role or run.meta["manner"] == "sc":
                vectors, persons = (values[arrays[f"perm/{draw}"]] for values in (vectors, persons))
            yield row(f"cage/{recorded}", vectors, arrays[f"cage/{recorded}"])
            yield row(f"label/{recorded}", persons, run.persons(recorded, part))
    if "match/nearest" in arrays:
        sets = [(arrays[f"cage/{side}"], run.persons(side, part)) for side, part in
                (("test", "probe"), ("train", "gallery"))]  # fmt: skip
        first, _, second = run.meta["probe_type"].partition(".")
        yield from _matches(row, *sets, first == second, arrays["match/nearest"], arrays["match/rank_1"])


class _Run:
    """The product's feature extraction with the recorded weights and draws."""

    def __init__(self, arrays: dict):
        self.arrays, self.meta = arrays, json.loads(str(arrays["meta"]))
        plus = self.meta["model"] == "rev_rec_plus"
        weights = prefixed(arrays, "weight/rev_rec/" if plus else "weight/")
        originals = [prefixed(weights, f"{axis}/") for axis in cage_streams.AXES]
        recipe = recipes.base("plus" if plus else "la")
        if not plus:
            recipe.training.update(tasks=(self.meta["model"],), attention=(self.meta["attention"],))
        seen = names.hyperparameters({name: value.shape for name, value in originals[0].items()})
        recipe.dataset.update(skeleton=skeletons.by_num_joints(seen.pop("num_joints")).name, length=seen.pop("length"))
        # Only the programs by view and by condition centre what they read.
        recipe.dataset.centred = self.meta["view"] is not None or self.meta["probe_type"] is not None
        recipe.network.update(seen)
        recipe.training.batch_size = self.meta["batch"]
        recipe.recognition.update(manner=self.meta["manner"], epochs=0, probe_remainder="keep")
        self.system = cage_system.CAGESystem(recipe, classes=1, seed=0)
        names.load(self.system.encoder, originals)
        self.orders = self._orders(("train",) if plus else ("train", "testA", "testB"))

    def _orders(self, parts: Sequence[str]) -> dict[str, np.ndarray]:
        """Frame orders of each set that is shuffled: (3, N, f); drawn axis by axis, sets within."""
        if "perm/sorting_frames" not in self.arrays:
            return {}
        sizes = {part: len(self.arrays[f"input/{part}"]) for part in parts if f"input/{part}" in self.arrays}
        drawn = self.arrays["perm/sorting_frames"].reshape(3, sum(sizes.values()), -1)
        return dict(zip(sizes, np.split(drawn, np.cumsum(list(sizes.values()))[:-1], axis=1), strict=True))

    def part(self, part: str):
        """A recorded set as the product holds it."""
        lists = prefixed(self.arrays, f"input/{part}_ids_")
        persons = [str(key) for key in lists.pop("keys")]
        person = np.full(len(self.arrays[f"input/{part}"]), "", object)
        for name in persons:
            person[lists[name].astype(int)] = name  # an empty list has no whole numbers
        root = self.system.skeleton.root if self.system.recipe["dataset"].centred else None
        return reading.as_sequences(self.arrays[f"input/{part}"], person, root, persons)

    def features(self, part: str, training_role: bool) -> tuple[np.ndarray, np.ndarray]:
        """Rows of a set and the person of each, before they are shuffled."""
        data, settings = self.part(part), self.system.recipe
        if training_role:
            remainder = settings["recognition"].person_remainder
            visited, _ = person_order.of_labels(data.labels, settings["training"].batch_size, remainder)
        else:
            visited = self.system.scored_rows(data)

        def recorded_orders(axes):
            return pretext.shuffled(np.asarray(axes), self.orders[part][:, visited]) if part in self.orders else axes

        with mock.patch.object(cage_streams, "_shuffle", recorded_orders):
            vectors = np.asarray(self.system.rows(data.read(visited), training_role))  # (N, rows, D)
        return vectors.reshape(-1, vectors.shape[-1]), np.repeat(data.identity[visited], vectors.shape[1]).astype(int)

    def persons(self, recorded: str, part: str) -> np.ndarray:
        """Recorded person of each row; one-hot rows count the persons in ascending order."""
        labels = self.arrays[f"cage/{recorded}_labels" if recorded == "train" else f"cage/{recorded}_onehot"]
        return labels if labels.ndim == 1 else np.sort(self.arrays[f"input/{part}_ids_keys"])[labels.argmax(axis=1)]
