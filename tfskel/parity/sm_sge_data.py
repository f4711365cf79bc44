# SPDX-License-Identifier: MIT
"""Parity of SM-SGE: data preparation and metrics, which need no model.

`out/nb_classes` of a preparation is a constant of the original program, not a result, and is not compared.
"""

import json
from collections.abc import Iterator

import numpy as np

from tfskel import skeletons
from tfskel.data import batches, windows
from tfskel.parity import rows, sm_sge_recognition
from tfskel.parity.sm_sge_case import SCALE_OF

EXACT = rows.Tolerance(1e-12)


def metrics(name: str, arrays: dict) -> Iterator[rows.Row]:
    """Metrics of recorded scores."""
    yield from sm_sge_recognition.scored(name, "metrics/", arrays["logits"], arrays["labels_onehot"], arrays)


def preparation(name: str, arrays: dict) -> Iterator[rows.Row]:
    """Centring, resampling, scales, labels, adjacencies and biases from raw coordinates."""
    meta = json.loads(str(arrays["meta_json"]))
    skeleton = skeletons.by_num_joints(arrays["raw/train_x"].shape[-1])
    joints = {split: _centred(arrays, split, skeleton.root) for split in ("train", "test")}
    labels = {split: _labels(arrays, split) for split in joints}
    rng = np.random.RandomState(int(meta["np_seed"]))
    index = batches.class_balanced(labels["train"], int(meta["batch"]), rng)
    yield rows.compare(name, "data_samp/index", index, arrays["samp/index"], rows.EXACT)
    keys = np.sort(arrays["raw/train_ids_keys"])
    yield rows.compare(name, "data_samp/label", keys[labels["train"][index]], arrays["samp/label"], rows.EXACT)
    joints["train"], labels["train"] = joints["train"][index], labels["train"][index]
    for split in joints:
        one_hot = np.eye(len(arrays[f"raw/{split}_ids_keys"]), dtype=np.int64)[labels[split]]
        yield rows.compare(name, f"data_y/{split}", one_hot, arrays[f"out/y_{split}"], rows.EXACT)
        for letter, scale in SCALE_OF.items():
            got = skeletons.scale_matrix(skeleton, scale) @ joints[split]
            yield rows.compare(name, f"data_X_{split}/{letter}", got, arrays[f"out/X_{split}_{letter}"], EXACT)
    yield from _graphs(name, arrays, meta, skeleton)


def _graphs(name: str, arrays: dict, meta: dict, skeleton: skeletons.Skeleton) -> Iterator[rows.Row]:
    for letter, scale in SCALE_OF.items():
        adjacency = skeletons.adjacency(skeleton, scale)
        if meta.get("global_att"):
            adjacency = np.ones_like(adjacency)
        hood = int(meta.get("nhood", 1)) if scale == "joints" else 1
        bias = skeletons.attention_bias(adjacency, hood)
        yield rows.compare(name, f"data_adj/{letter}", adjacency[None], arrays[f"out/adj_{letter}"], rows.EXACT)
        yield rows.compare(name, f"data_biases/{letter}", bias[None], arrays[f"out/biases_{letter}"], rows.EXACT)


def _centred(arrays: dict, split: str, root: int) -> np.ndarray:
    """(N, f, J, 3) with the root joint subtracted."""
    return windows.centre(np.stack([arrays[f"raw/{split}_{axis}"] for axis in "xyz"], axis=-1), root)


def _labels(arrays: dict, split: str) -> np.ndarray:
    """Class of each sequence: position of its identity among the sorted keys of the identity table."""
    keys, lengths = arrays[f"raw/{split}_ids_keys"], arrays[f"raw/{split}_ids_len"]
    members = np.split(arrays[f"raw/{split}_ids_flat"], np.cumsum(lengths)[:-1])
    labels = np.full(len(arrays[f"raw/{split}_frame_id"]), -1)
    for key, rows_of_key in zip(keys, members, strict=True):
        labels[rows_of_key] = np.searchsorted(np.sort(keys), key)
    return labels
