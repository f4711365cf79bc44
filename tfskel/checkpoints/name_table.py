# SPDX-License-Identifier: MIT
"""Tables of original variable names, and how such variables become our weights."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from tfskel.checkpoints import assign

# What every checkpoint holds of its optimiser. It is not restored: a converted network is used, not trained on.
OPTIMISER_STATE = (r".*/Adam\d*(_\d+)?", r".*beta[12]_power(_\d+)?")
# TensorFlow 1 stores the gates as input, candidate, forget, output; ours are input, forget, candidate, output.
_GATES = [0, 2, 1, 3]


@dataclasses.dataclass(frozen=True)
class Entry:
    """One original variable.

    Attributes:
        ours: our weight's name; for an LSTM kernel the input part, whose recurrent part follows it by name.
        index: where the variable lies in our weight, in ascending order: a number, one of stacked arrays, or slices, a
            part of the last axis; empty for the whole weight.
        kind: "array", "lstm_kernel", "lstm_bias", or "gates" for an array that is only in the order of LSTM gates.
    """

    ours: str
    index: tuple = ()
    kind: str = "array"


def lstm(theirs: str, ours: str) -> dict[str, Entry]:
    """Entries of an LSTM layer; both names end with a slash."""
    return {f"{theirs}{part}": Entry(f"{ours}{part}", kind=f"lstm_{part}") for part in ("kernel", "bias")}


def numbered(name: str, number: int) -> str:
    """The name that TensorFlow 1 gives to the variable created as number 0, 1, ... under one name."""
    return f"{name}_{number}" if number else name


def load(model, original: Mapping[str, np.ndarray], entries: Mapping[str, Entry], ignored: Sequence[str] = ()) -> None:
    """Assigns original variables to all weights of a model; arguments and errors as `to_ours` and `assign.assign`."""
    assign.assign(model, to_ours(original, entries, ignored))


def to_ours(
    original: Mapping[str, np.ndarray], entries: Mapping[str, Entry], ignored: Sequence[str] = ()
) -> dict[str, np.ndarray]:
    """Original variables as our weights.

    Args:
        original: variable name -> array.
        entries: variable name -> Entry.
        ignored: regular expressions of other variables that may be there.

    Raises:
        ValueError: a variable of the table is missing, or one is neither in the table nor ignored.
    """
    assign.require_same_names(entries, original, ignored)
    ours, parts = {}, {}
    for name, entry in entries.items():
        value = np.asarray(original[name])
        if entry.kind != "array":
            value = np.concatenate([np.split(value, 4, axis=-1)[gate] for gate in _GATES], axis=-1)
        units = value.shape[-1] // 4 if value.ndim else 0
        if entry.kind == "lstm_kernel":  # the original has one kernel for inputs and state
            ours[entry.ours.removesuffix("kernel") + "recurrent_kernel"] = value[-units:]
            value = value[:-units]
        elif entry.kind == "lstm_bias":  # the original adds the forget gate's 1 when it runs
            value = value + np.repeat(np.float32([0, 1, 0, 0]), units)
        if entry.index:
            parts.setdefault(entry.ours, []).append((entry.index, value))
        else:
            ours[entry.ours] = value
    return ours | {name: _together(pieces) for name, pieces in parts.items()}


def _together(pieces: list) -> np.ndarray:
    values = [value for _, value in pieces]
    if isinstance(pieces[0][0][-1], slice):
        return np.concatenate(values, axis=-1)
    # One array each: the originals keep a leading 1, and a trailing 1 for vectors.
    return np.stack([value.reshape([size for size in value.shape if size != 1] or ()) for value in values])
