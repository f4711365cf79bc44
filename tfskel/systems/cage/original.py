# SPDX-License-Identifier: MIT
"""Names and shapes of the original CAGE checkpoints, one per axis, and how they become our weights."""

from collections.abc import Mapping, Sequence

import numpy as np

from tfskel import skeletons
from tfskel.checkpoints import assign
from tfskel.systems import recognition
from tfskel.systems.cage import model as cage

_ENCODER = "rnn/multi_rnn_cell/cell_{}/lstm_cell/"
_WRAPPER = "decode/decoder/Attention_Wrapper/"
_DECODER = _WRAPPER + "multi_rnn_cell/cell_{}/lstm_cell/"
# Original LSTM cell -> our layer; the original has one kernel for inputs and state.
CELLS = {_ENCODER.format(k): f"encoder/lstm_{k}/" for k in range(2)}
CELLS |= {_DECODER.format(k): f"decoder/lstm_{k}/" for k in range(2)}
PLAIN = {
    "memory_layer/kernel": "decoder/memory_kernel",
    f"{_WRAPPER}attention_layer/kernel": "decoder/attention_kernel",
    "decode/decoder/dense/kernel": "decoder/kernel",
    "decode/decoder/dense/bias": "decoder/bias",
    "W1": "hidden_kernel",
    "b1": "hidden_bias",
    "W": "kernel",
    "Variable": "bias",
}
# Trained copies of weights that nothing reads, in the order of gates of an LSTM.
COPIES = {"lstm_weights_layer_1": "unused_kernel", "lstm_weights_layer_2": "unused_bias"}
CLASSIFIER = {"W1": "hidden/kernel", "b1": "hidden/bias", "W": "logits/kernel", "Variable": "logits/bias"}
# The state of the optimiser is not restored: a converted network is used, not trained on.
IGNORED = (r".*/Adam\d*(_\d+)?", r".*beta[12]_power(_\d+)?", r"learning_rate(_\d+)?", r"global_step")
_GATES = [0, 2, 1, 3]  # i, j, f, o <-> i, f, j, o


def to_ours(original: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Variables of one axis as our weights of one stream, without the stream axis.

    Args:
        original: variable name -> array; the unused copies may be missing.

    Raises:
        ValueError: a variable is missing, or one is neither known nor ignored.
    """
    needed = [name for name in _names() if name not in COPIES or name in original]
    assign.require_same_names(needed, original, IGNORED)
    ours = {PLAIN[name]: np.asarray(original[name]) for name in PLAIN}
    ours |= {COPIES[name]: _swap_gates(original[name]) for name in COPIES if name in original}
    for theirs, prefix in CELLS.items():
        kernel, bias = _swap_gates(original[theirs + "kernel"]), _swap_gates(original[theirs + "bias"])
        units = len(bias) // 4
        ours |= {prefix + "kernel": kernel[:-units], prefix + "recurrent_kernel": kernel[-units:]}
        ours[prefix + "bias"] = bias + _forget(units)
    return ours


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
        "unused_copies": all(name in shapes for name in COPIES),
    }


def skeleton_of(num_joints: int) -> str:
    """Name of the joint layout with so many joints."""
    return skeletons.by_num_joints(num_joints).name


def load(model: cage.CAGE, originals: Sequence[Mapping[str, np.ndarray]]) -> None:
    """Assigns the checkpoints of all streams, in their order.

    Raises:
        ValueError: names, shapes or the number of checkpoints do not fit the model.
    """
    if len(originals) != model.streams:
        raise ValueError(f"{model.streams} checkpoints are needed, one for each stream; received {len(originals)}.")
    streams = [to_ours(original) for original in originals]
    assign.assign(model, {name: np.stack([stream[name] for stream in streams]) for name in streams[0]})


def load_classifier(model: recognition.Recognition, original: Mapping[str, np.ndarray]) -> None:
    """Assigns a recognition network of the original.

    Raises:
        ValueError: names or shapes do not fit.
    """
    assign.require_same_names(CLASSIFIER, original, IGNORED)
    assign.assign(model, {mine: original[theirs] for theirs, mine in CLASSIFIER.items()})


def _names() -> list[str]:
    cells = [prefix + part for prefix in CELLS for part in ("kernel", "bias")]
    return [*PLAIN, *COPIES, *cells]


def _swap_gates(value: np.ndarray) -> np.ndarray:
    return np.concatenate([np.split(np.asarray(value), 4, axis=-1)[gate] for gate in _GATES], axis=-1)


def _forget(units: int) -> np.ndarray:
    return np.repeat(np.array([0, 1, 0, 0], np.float32), units)
