# SPDX-License-Identifier: MIT
"""Parity of CAGE: features of whole sets with their order, padding and dropped rows, and matching."""

import json
import pathlib
from collections.abc import Iterator

import numpy as np
from scipy.spatial import distance

from tfskel.data import person_order, pretext, windows
from tfskel.evaluation import matching as matcher
from tfskel.parity import cage_model, rows
from tfskel.parity.cage_model import prefixed
from tfskel.training import cage_streams

FEATURES = rows.Tolerance(1e-5)
METRIC = rows.Tolerance(1e-12)
# Recorded features -> set of sequences, the draw of its rows, and whether it plays the training role.
ROLES = {
    "train": (("train", "gallery"), "train", True),
    "test": (("test", "probe"), "test", False),
    "testA": (("testA",), "test", False),
    "testB": (("testB",), "testB", False),
}


def matching(path: pathlib.Path, arrays: dict) -> Iterator[rows.Row]:
    """Rows matched, and rank-1."""
    same = json.loads(str(arrays["meta"]))["same_condition"]
    sets = [(arrays[f"input/{name}"], arrays[f"input/{name}_labels"]) for name in ("probe", "gallery")]
    yield from _matches(path.stem, *sets, same, arrays["out/matched_gallery_index"], arrays["out/rank_1"])


def _matches(case: str, probe: tuple, gallery: tuple, same: bool, want: np.ndarray, rank1: float) -> Iterator[rows.Row]:
    """Matched rows, of which equally near ones count as the same: sorting leaves their order open."""
    matched = matcher.match(probe[0], gallery[0], same)
    near = distance.cdist(probe[0].astype(np.float64), gallery[0].astype(np.float64))
    place = np.arange(len(matched))
    note = f"{np.sum(matched != want)} of {len(want)} rows are another, equally near one"
    yield rows.compare(case, "match/row", near[place, matched], near[place, want], rows.EXACT, note)
    yield rows.compare(case, "match/rank_1", matcher.rank1(matched, probe[1], gallery[1]), rank1, METRIC)


def features(path: pathlib.Path, arrays: dict) -> Iterator[rows.Row]:
    """Features and labels of every recorded set; matches where they were recorded."""
    case, replay = path.stem, _Replay(arrays)
    for name, (parts, draw, training_role) in ROLES.items():
        if f"cage/{name}" in arrays:
            part = next(part for part in parts if f"input/{part}" in arrays)
            found, labels = replay.features(part, training_role)
            if training_role or replay.meta["manner"] == "sc":
                found, labels = (values[arrays[f"perm/{draw}"]] for values in (found, labels))
            yield rows.compare(case, f"cage/{name}", found, arrays[f"cage/{name}"], FEATURES)
            yield rows.compare(case, f"label/{name}", labels, replay.labels(name), rows.EXACT)
    if "match/nearest" in arrays:
        sets = [(arrays[f"cage/{name}"], replay.labels(name)) for name in ("test", "train")]
        first, _, second = (replay.meta["probe_type"] or "").partition(".")
        yield from _matches(case, *sets, first == second, arrays["match/nearest"], arrays["match/rank_1"])


class _Replay:
    """One run of the feature extraction with the recorded draws."""

    def __init__(self, arrays: dict):
        self.arrays, self.meta = arrays, json.loads(str(arrays["meta"]))
        self.plus = self.meta["model"] == "rev_rec_plus"
        weights = prefixed(arrays, "weight/rev_rec/" if self.plus else "weight/")
        self.model = cage_model.new_model([prefixed(weights, f"{axis}/") for axis in cage_streams.AXES])
        self.orders = self._orders()

    def _orders(self) -> dict[str, np.ndarray]:
        """Frame orders of each set that is shuffled: (3, N, f); drawn axis by axis, sets within."""
        drawn = self.arrays.get("perm/sorting_frames")
        if drawn is None:
            return {}
        parts = ["train"] if self.plus else [part for part in ("train", "testA", "testB") if self._has(part)]
        sizes = [len(self.arrays[f"input/{part}"]) for part in parts]
        by_axis = drawn.reshape(3, sum(sizes), -1)
        stops = np.cumsum(sizes)
        return {part: by_axis[:, stop - size : stop] for part, size, stop in zip(parts, sizes, stops, strict=True)}

    def _has(self, part: str) -> bool:
        return f"input/{part}" in self.arrays

    def persons(self, part: str) -> tuple[np.ndarray, list[np.ndarray]]:
        """Ascending person numbers and their sequences."""
        keys = np.sort(self.arrays[f"input/{part}_ids_keys"])
        return keys, [self.arrays[f"input/{part}_ids_{key}"] for key in keys]

    def features(self, part: str, training_role: bool) -> tuple[np.ndarray, np.ndarray]:
        """Rows of a set and the person of each, before they are shuffled."""
        keys, own = self.persons(part)
        # With three tasks the lists of the first extraction, copies included, are used again.
        visited, person = person_order.rows(own, self.meta["batch"], padded=training_role or self.plus)
        joints = self.arrays[f"input/{part}"]
        if self.meta["view"] is not None or self.meta["probe_type"] is not None:
            joints = windows.centre(joints)  # what the programs by view and by condition do
        sources = pretext.by_axis(joints)
        plain = self._context(sources[:, visited])
        blocks = [plain]
        if part in self.orders:
            mixed = self._context(pretext.shuffled(sources, self.orders[part])[:, visited])
            blocks = [plain, plain, mixed] if self.plus else [mixed]
        elif self.plus:
            blocks = [plain] * 3
        arrange = cage_streams.by_frame if self.meta["manner"] == "ap" else cage_streams.by_sequence
        found = np.asarray(arrange(np.stack(blocks, axis=1)))  # (N, rows, D)
        return found.reshape(-1, found.shape[-1]), np.repeat(keys[person], found.shape[1])

    def _context(self, sources: np.ndarray) -> np.ndarray:
        return np.asarray(self.model.context(np.ascontiguousarray(sources, np.float32)))

    def labels(self, name: str) -> np.ndarray:
        """Recorded person of each row; one-hot rows count the persons in ascending order."""
        recorded = self.arrays[f"cage/{name}_labels" if name == "train" else f"cage/{name}_onehot"]
        part = next(part for part in ROLES[name][0] if self._has(part))
        return recorded if recorded.ndim == 1 else self.persons(part)[0][recorded.argmax(axis=1)]
