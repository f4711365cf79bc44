# SPDX-License-Identifier: MIT
"""SM-SGE beside its recordings: data preparation and metrics of given scores, which need no weights.

`out/nb_classes` of a preparation is a constant of the original program, not a result, and is not compared.
"""

import json
from collections.abc import Iterator

import numpy as np

from tests.parity import reading, rows
from tests.parity.sm_sge_case import SCALE_OF
from tfskel import skeletons
from tfskel.data import order as batches
from tfskel.data import windows
from tfskel.evaluation import auc
from tfskel.systems import recognition
from tfskel.systems.sm_sge import model as sm_sge


def metrics(name: str, arrays: dict) -> Iterator[rows.Row]:
    """Metrics of recorded scores."""
    yield from scored(rows.Table("sm_sge", name), "metrics/", arrays["logits"], arrays["labels_onehot"], arrays)


def scored(row: rows.Table, mark: str, scores: np.ndarray, one_hot: np.ndarray, recorded: dict) -> Iterator[rows.Row]:
    """Rank-n, nAUC, confusion matrix, loss and accuracy of given scores, as far as recorded."""
    labels = np.argmax(one_hot, axis=1)
    confusion = auc.confusion(scores, labels)
    if "confusion" in recorded and len(recorded["confusion"]) != len(confusion):
        occurring = confusion.sum(axis=0) + confusion.sum(axis=1) > 0
        confusion = confusion[np.ix_(occurring, occurring)]
    ours = {
        "rank_n": auc.rank_n(scores, labels),
        "nAUC": auc.micro_nauc(scores, labels),
        "confusion": confusion,
        "loss": recognition.cross_entropy(scores, labels),
        "accuracy": recognition.accuracy(scores, labels),
    }
    yield from row.each(ours, recorded, mark)


def preparation(name: str, arrays: dict) -> Iterator[rows.Row]:
    """Centring, resampling, scales, labels, adjacencies and biases from raw coordinates."""
    meta, row = json.loads(str(arrays["meta_json"])), rows.Table("sm_sge", name)
    _, length, num_joints = arrays["raw/train_x"].shape
    skeleton = skeletons.by_num_joints(num_joints)
    model = sm_sge.SMSGE(
        skeleton.name,
        length,
        units=1,
        neighbourhood=int(meta.get("nhood", 1)),
        global_attention=bool(meta.get("global_att")),
    )
    parts = {split: _part(arrays, split) for split in ("train", "test")}
    rng = np.random.RandomState(int(meta["np_seed"]))
    index = batches.class_balanced(parts["train"].labels, int(meta["batch"]), rng)
    yield row("data_samp/index", index, arrays["samp/index"])
    yield row("data_samp/label", parts["train"].identity[index].astype(int), arrays["samp/label"])
    for split, chosen in (("train", index), ("test", np.arange(len(parts["test"])))):
        labels, joints = parts[split].labels[chosen], windows.centre(parts[split].raw(chosen), skeleton.root)
        yield row(f"data_y/{split}", np.eye(len(parts[split].classes))[labels], arrays[f"out/y_{split}"])
        nodes = model.scales(joints)
        for letter, scale in SCALE_OF.items():
            ours = np.reshape(nodes[scale], (*joints.shape[:2], -1, 3))
            yield row(f"data_X_{split}/{letter}", ours, arrays[f"out/X_{split}_{letter}"])
    for letter, scale in SCALE_OF.items():
        adjacency = skeletons.adjacency(skeleton, scale)
        # With global attention the original's matrix is full; ours stays as it is and the bias is zero.
        adjacency = np.ones_like(adjacency) if meta.get("global_att") else adjacency
        yield row(f"data_adj/{letter}", adjacency[None], arrays[f"out/adj_{letter}"])
        yield row(f"data_biases/{letter}", model.biases[scale][None], arrays[f"out/biases_{letter}"])


def _part(arrays: dict, split: str):
    """Sequences of a split and, as classes, all persons of its identity table."""
    keys, lengths = arrays[f"raw/{split}_ids_keys"], arrays[f"raw/{split}_ids_len"]
    person = np.full(len(arrays[f"raw/{split}_frame_id"]), -1)
    person[arrays[f"raw/{split}_ids_flat"]] = np.repeat(keys, lengths)
    joints = np.stack([arrays[f"raw/{split}_{axis}"] for axis in "xyz"], axis=-1)
    return reading.as_sequences(joints, person, None, keys)
