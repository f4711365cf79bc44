# SPDX-License-Identifier: MIT
"""Names and shapes of the original CAGE checkpoints, one per axis, and how they become our weights."""

from collections.abc import Mapping, Sequence

import numpy as np

from tfskel import skeletons
from tfskel.checkpoints import assign, name_table
from tfskel.checkpoints.name_table import Entry
from tfskel.systems.cage import model as cage

SEVERAL = True
_WRAPPER = "decode/decoder/Attention_Wrapper/"
_PLAIN = {
    "memory_layer/kernel": "decoder/memory_kernel",
    f"{_WRAPPER}attention_layer/kernel": "decoder/attention_kernel",
    "decode/decoder/dense/kernel": "decoder/kernel",
    "decode/decoder/dense/bias": "decoder/bias",
    "W1": "hidden_kernel",
    "b1": "hidden_bias",
    "W": "kernel",
    "Variable": "bias",
}
# Trained copies of weights that nothing reads.
_COPIES = {"lstm_weights_layer_1": "unused_kernel", "lstm_weights_layer_2": "unused_bias"}
CLASSIFIER = {
    "W1": Entry("hidden/kernel"),
    "b1": Entry("hidden/bias"),
    "W": Entry("logits/kernel"),
    "Variable": Entry("logits/bias"),
}
IGNORED = (*name_table.OPTIMISER_STATE, r"learning_rate(_\d+)?", r"global_step")


def table(unused_copies: bool = True) -> dict[str, Entry]:
    """Original variable name -> Entry, for the encoder of one axis."""
    entries = {theirs: Entry(ours) for theirs, ours in _PLAIN.items()}
    if unused_copies:
        entries |= {theirs: Entry(ours, kind="gates") for theirs, ours in _COPIES.items()}
    for layer in range(2):
        cell = f"multi_rnn_cell/cell_{layer}/lstm_cell/"
        entries |= name_table.lstm(f"rnn/{cell}", f"encoder/lstm_{layer}/")
        entries |= name_table.lstm(f"{_WRAPPER}{cell}", f"decoder/lstm_{layer}/")
    return entries


def hyperparameters(shapes: Mapping[str, tuple]) -> dict:
    """What the shapes of a checkpoint's variables tell.

    Args:
        shapes: original name -> shape.

    Returns:
        num_joints, length, units, unused_copies.

    Raises:
        ValueError: it is not a CAGE encoder.
    """
    lacking = [name for name in ("W1", "decode/decoder/dense/bias") if name not in shapes]
    if lacking:
        raise ValueError(f"this is not a CAGE encoder: it lacks {', '.join(lacking)}.")
    rows, units = shapes["W1"]
    return {
        "num_joints": shapes["decode/decoder/dense/bias"][0],
        "length": rows // units,
        "units": units,
        "unused_copies": all(name in shapes for name in _COPIES),
    }


def load(model: cage.CAGE, originals: Sequence[Mapping[str, np.ndarray]]) -> None:
    """Assigns the checkpoints of all streams, in their order.

    Raises:
        ValueError: names, shapes or the number of checkpoints do not fit the model.
    """
    if len(originals) != model.streams:
        raise ValueError(f"{model.streams} checkpoints are needed, one for each stream; received {len(originals)}.")
    tables = [table(any(name in original for name in _COPIES)) for original in originals]
    streams = [name_table.to_ours(original, own, IGNORED) for original, own in zip(originals, tables, strict=True)]
    assign.assign(model, {name: np.stack([stream[name] for stream in streams]) for name in streams[0]})


def models(originals: Sequence[Mapping[str, np.ndarray]], length: int) -> tuple[dict, dict]:
    """Models and description for `convert.convert`; the checkpoints tell their length themselves."""
    seen = hyperparameters({name: value.shape for name, value in originals[0].items()})
    encoder = cage.CAGE(streams=len(originals), **seen)
    load(encoder, originals)
    skeleton = skeletons.by_num_joints(seen["num_joints"]).name
    return {"encoder": encoder}, {"skeleton": skeleton, **seen, "streams": len(originals)}
