# SPDX-License-Identifier: MIT
"""Parity of Hi-MPC: loading of the published arrays, and retrieval metrics; neither needs weights."""

import dataclasses
import pathlib
from collections.abc import Iterator

import numpy as np

from tfskel import features, skeletons
from tfskel.data import windows
from tfskel.evaluation import protocols, ranking
from tfskel.io import published_arrays, published_layouts
from tfskel.models import hi_mpc
from tfskel.parity import rows
from tfskel.training import pseudo_labels

NODES = rows.Tolerance(1e-6)
DISTANCES = rows.Tolerance(1e-9)
METRICS = rows.Tolerance(1e-12)


@dataclasses.dataclass(frozen=True)
class Rule:
    """What the original's loader does with one data set.

    Attributes:
        layout: row of published_layouts.LAYOUTS.
        resample: whether it resamples by class.
        joint_order: applied after centring; empty for none.
        own_classes: the test set is numbered by its own persons instead of those of train.
    """

    layout: str = "split_folders"
    resample: bool = True
    joint_order: tuple[int, ...] = ()
    own_classes: bool = False


RULES = {
    "KGBD": Rule(resample=False, joint_order=(11, 10, 1, 0, 2, 4, 6, 8, 3, 5, 7, 9, 12, 14, 16, 18, 13, 15, 17, 19)),
    "CASIA_B": Rule(layout="conditions", own_classes=True),
}


def loader(path: pathlib.Path, arrays: dict) -> Iterator[rows.Row]:
    """Centring, resampling, shuffle, joint order, levels and class indices, from the arrays on disk."""
    name, _, test = path.stem.removeprefix("loader_").rpartition("_")
    rule = RULES.get(name, Rule())
    splits = _read(path.parent, name, test, rule, arrays["train_J"].shape)
    rng = np.random.RandomState(int(arrays["seed_batch"][0]))
    classes = np.unique(splits["train"].persons)
    places = {"train": _places(splits["train"].person, classes)}
    drawn = pseudo_labels.draw_rows(places["train"], int(arrays["seed_batch"][1]), rule.resample, rng)
    tested = np.unique(splits["test"].persons) if rule.own_classes else classes
    # The original's row of a person without a class is all zeros, whose largest entry is the first.
    places["test"] = np.maximum(_places(splits["test"].person, tested), 0)
    for split, chosen in (("train", drawn), ("test", slice(None))):
        want = arrays[f"{split}_label_index"]
        yield rows.compare(path.stem, f"loader_label/{split}", places[split][chosen], want, rows.EXACT)
        joints = windows.centre(splits[split].joints[chosen])
        model = _model(joints.shape, rule)
        for level, letter in hi_mpc.LETTERS.items():
            nodes = (model.scale_matrices[level].astype(np.float64) @ joints).astype(np.float32)
            tolerance = rows.EXACT if letter == "J" else NODES
            yield rows.compare(path.stem, f"loader_{letter}/{split}", nodes, arrays[f"{split}_{letter}"], tolerance)
    shapes = [(len(drawn), len(classes)), (len(splits["test"].person), len(tested))]
    yield rows.compare(path.stem, "loader_onehot", shapes, arrays["onehot_shapes"], rows.EXACT)


def _read(folder: pathlib.Path, name: str, test: str, rule: Rule, shape: tuple) -> dict:
    layout, length = published_layouts.LAYOUTS[rule.layout], shape[1]
    found = sorted(folder.glob("*/Datasets")) + sorted(folder.glob("Datasets"))
    bases = [root / layout.base.format(set=name, f=length) for root in found]
    base = next((base for base in bases if base.is_dir()), None)
    if base is None:
        raise FileNotFoundError(f"{folder} holds no folder Datasets with the arrays of {name}, f = {length}.")
    files = {
        "train": layout.train_files(base, name, length),
        "test": layout.test_files(base, name, length, test),
    }
    return {split: published_arrays.read(item, shape[2]) for split, item in files.items()}


def _places(person: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Index of each person among the sorted classes; -1 for none."""
    place = np.minimum(np.searchsorted(classes, person), len(classes) - 1)
    return np.where(classes[place] == person, place, -1)


def _model(shape: tuple, rule: Rule) -> hi_mpc.HiMPC:
    skeleton = skeletons.by_num_joints(shape[2]).name
    return hi_mpc.HiMPC(skeleton, shape[1], units=1, heads=1, joint_order=rule.joint_order)


def evaluation(path: pathlib.Path, arrays: dict) -> Iterator[rows.Row]:
    """Distances, mAP and rank-k; equal arrays are scored by the rule for equal conditions."""
    for case in dict.fromkeys(name.partition("/")[0] for name in arrays):
        sides = {side: arrays[f"{case}/{side}"] for side in ("query", "gallery")}
        same = np.array_equal(*sides.values())
        probe, gallery = (_features(vectors, arrays[f"{case}/{side}_label"]) for side, vectors in sides.items())
        found = protocols.Protocol(same_set=same).retrieve(probe, gallery)
        got = [found.mAP, found.rank(1), found.rank(5), found.rank(10)]
        want = arrays[f"{case}/result"]
        yield rows.compare(path.stem, f"mAP/{case}", got[0], want[0], METRICS)
        # Equal distances come in no defined order, which decides about rank-1.
        first = 2 if _tied(sides["gallery"]) and not same else 1
        yield rows.compare(path.stem, f"rank_k/{case}", got[first:], want[first:], METRICS)
        if not same:
            head = arrays[f"{case}/distance_head"]
            ours = ranking.distances(probe.vectors[: len(head)], gallery.vectors)
            yield rows.compare(path.stem, f"distances/{case}", ours, head, DISTANCES)


def _tied(gallery: np.ndarray) -> bool:
    return len(np.unique(gallery, axis=0)) < len(gallery)


def _features(vectors: np.ndarray, labels: np.ndarray) -> features.Features:
    blank = np.full(len(vectors), "")
    return features.Features(vectors, labels.astype(str), blank, blank)
