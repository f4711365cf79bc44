# SPDX-License-Identifier: MIT
"""Hi-MPC beside its recordings: clusters of given features, loading of the published arrays, retrieval metrics."""

import importlib
import pathlib
import re
from collections.abc import Iterator

import numpy as np

from datasets_tfds.released import published_arrays, published_layouts, published_sets
from tests.parity import reading, rows
from tests.parity.reading import prefixed
from tfskel import features, skeletons
from tfskel.clustering import jaccard, mutual, neighbours, prototypes
from tfskel.evaluation import protocols, ranking
from tfskel.systems.hi_mpc import model as hi_mpc
from tfskel.systems.hi_mpc import pseudo_labels

SMALL_SETS = "Datasets"
_SETTING = re.compile(r"k(\d+)_(\d+)/initial_rank")
_LABELS = re.compile(r"labels_eps([\d.]+)_ms(\d+)")


def clusters(path: pathlib.Path, arrays: dict) -> Iterator[rows.Row]:
    """Every recorded setting, from the stored nearest rows; from the features too where no equal rows decide."""
    row, vectors = rows.Table("hi_mpc", path.stem), arrays["features"]
    distinct = len(np.unique(vectors, axis=0)) == len(vectors)
    for match in filter(None, map(_SETTING.fullmatch, arrays)):
        k1, k2, key = int(match[1]), int(match[2]), f"k{match[1]}_{match[2]}"
        recorded = prefixed(arrays, f"{key}/")
        rank = recorded["initial_rank"].astype(np.int64)
        distances = _dense(mutual.weights(vectors, rank, k2))
        chosen = distances[recorded["rows"]] if "rows" in recorded else distances
        yield row(f"jaccard/{key}", chosen, recorded["jaccard_rows" if "rows" in recorded else "jaccard"])
        yield row(f"jaccard_sum/{key}", distances.sum(dtype=np.float64), recorded["jaccard_sum"])
        yield from _labels(row, "labels", key, vectors, recorded, k1, k2, rank)
        if distinct:
            searched = neighbours.neighbours(vectors, vectors, k1)
            differ = float(np.mean((searched != recorded["initial_rank"]).any(axis=1)))
            yield row(f"ranks_differing/{key}", differ, 0.0)
            yield from _labels(row, "labels_from_features", key, vectors, recorded, k1, k2)


def _labels(row, kind: str, key: str, vectors, recorded: dict, k1: int, k2: int, rank=None) -> Iterator[rows.Row]:
    for name, match in ((name, _LABELS.fullmatch(name)) for name in recorded):
        if match:
            labels = jaccard.cluster(vectors, float(match[1]), int(match[2]), k1, k2, rank=rank)
            yield row(f"{kind}/{key}/{name}", labels, recorded[name])
            means = recorded.get(name.replace("labels", "centroids"))
            if means is not None and rank is not None:
                yield row(f"centroids/{key}/{name}", prototypes.prototypes(vectors, labels), means)


def _dense(weights) -> np.ndarray:
    """(N, N) distances; recordings are small enough for it."""
    dense = np.ones(weights.shape, np.float32)
    for i, j, distance in jaccard.distances(weights):
        dense[i, j] = dense[j, i] = distance
    return dense


def loader(path: pathlib.Path, arrays: dict) -> Iterator[rows.Row]:
    """Centring, resampling, shuffle, joint order, levels and class indices, from the arrays on disk."""
    row = rows.Table("hi_mpc", path.stem)
    name, _, test = path.stem.removeprefix("loader_").rpartition("_")
    recipe = importlib.import_module(f"configs.hi_mpc_{name.lower()}").get_config()
    length, num_joints = arrays["train_J"].shape[1:3]
    layout = next(key for key in published_layouts.PROJECTS["hi_mpc"].layouts
                  if key in published_sets.SETS[name.lower()].tests)  # fmt: skip
    splits = _read(path.parent, published_layouts.LAYOUTS[layout], name, test, length, num_joints)
    skeleton = skeletons.by_num_joints(num_joints).name
    model = hi_mpc.HiMPC(skeleton, length, units=1, heads=1, joint_order=recipe.network.joint_order)
    classes = {"train": np.unique(splits["train"].identities)}
    # Sets by condition number the persons of a test set among themselves.
    classes["test"] = np.unique(splits["test"].identities) if layout == "conditions" else classes["train"]
    root = skeletons.get(model.skeleton).root
    parts = {split: reading.as_sequences(stored.joints, stored.identity, root, classes[split])
             for split, stored in splits.items()}  # fmt: skip
    seed, batch = map(int, arrays["seed_batch"])
    rng = np.random.RandomState(seed)
    drawn = pseudo_labels.draw_rows(parts["train"].labels, batch, recipe.training.resample, rng)
    order = {"train": drawn, "test": np.arange(len(parts["test"]))}
    for split, part in parts.items():
        # The original's row of a person without a class is all zeros, whose largest entry is the first.
        labels = np.maximum(part.labels[order[split]], 0)
        yield row(f"loader_label/{split}", labels, arrays[f"{split}_label_index"])
        levels = model.levels(part.read(order[split]))
        for level, letter in hi_mpc.LETTERS.items():
            nodes = np.reshape(levels[level], (len(labels), length, -1, 3))
            yield row(f"loader_{letter}/{split}", nodes, arrays[f"{split}_{letter}"])
    shapes = [(len(order[split]), len(classes[split])) for split in order]
    yield row("loader_onehot", shapes, arrays["onehot_shapes"])


def _read(folder: pathlib.Path, layout, name: str, test: str, length: int, num_joints: int) -> dict:
    roots = sorted(folder.glob(f"*/{SMALL_SETS}")) + sorted(folder.glob(SMALL_SETS))
    bases = [root / layout.base.format(set=name, f=length) for root in roots]
    base = next((base for base in bases if base.is_dir()), None)
    if base is None:
        raise FileNotFoundError(f"{folder} holds no folder {SMALL_SETS} with the arrays of {name}, f = {length}.")
    files = {split: layout.files(base, name, length, word) for split, word in {"train": None, "test": test}.items()}
    return {split: published_arrays.read(stored, num_joints) for split, stored in files.items()}


def evaluation(path: pathlib.Path, arrays: dict) -> Iterator[rows.Row]:
    """Distances, mAP and rank-k; equal arrays are scored by the rule for equal conditions."""
    row = rows.Table("hi_mpc", path.stem)
    for case in dict.fromkeys(name.partition("/")[0] for name in arrays):
        sides = {side: arrays[f"{case}/{side}"] for side in ("query", "gallery")}
        same = np.array_equal(*sides.values())
        probe, gallery = (_features(vectors, arrays[f"{case}/{side}_label"]) for side, vectors in sides.items())
        result = protocols.Protocol(same_set=same).retrieve(probe, gallery)
        recorded = arrays[f"{case}/result"]
        yield row(f"mAP/{case}", result.mAP, recorded[0])
        # Equal distances come in no defined order, which decides about rank-1.
        tied = not same and len(np.unique(sides["gallery"], axis=0)) < len(sides["gallery"])
        ranks = [result.rank(k) for k in (1, 5, 10)]
        yield row(f"rank_k/{case}", ranks[tied:], recorded[1 + tied :])
        if not same:
            head = arrays[f"{case}/distance_head"]
            yield row(f"distances/{case}", ranking.distances(probe.vectors[: len(head)], gallery.vectors), head)


def _features(vectors: np.ndarray, labels: np.ndarray) -> features.Features:
    blank = np.full(len(vectors), "")
    return features.Features(vectors, labels.astype(str), blank, blank)
