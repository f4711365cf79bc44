# SPDX-License-Identifier: MIT
"""Reads recordings of the original programs, and hands recorded sequences to the product in its own form."""

import json
import pathlib

import numpy as np

from tfskel import arrays
from tfskel.data import recordings, windows
from tfskel.data import skeleton_split as sequences


class Unanswered(FileNotFoundError):
    """A file of the original's lies without the recording of what the original answered with it."""


def load(path: pathlib.Path) -> dict[str, np.ndarray]:
    """All arrays of an .npz file.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged or holds pickled objects.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; it is needed to compare.")
    return arrays.read(path)


def load_settings(path: pathlib.Path) -> dict:
    """A JSON object.

    Raises:
        ValueError: the file is not JSON, or not an object.
    """
    try:
        settings = json.loads(path.read_text())
    except (ValueError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not JSON: {error}.") from error
    if not isinstance(settings, dict):
        raise ValueError(f"{path} must hold a JSON object; it holds {type(settings).__name__}.")
    return settings


def prefixed(arrays: dict, prefix: str) -> dict:
    """The entries whose name begins with `prefix`, without it."""
    return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}


def as_sequences(joints: np.ndarray, person: np.ndarray, root: int | None, classes=None) -> sequences.SkeletonSplit:
    """Recorded sequences as the product holds them; equal ones are windows of one recording.

    Args:
        joints: (N, f, J, 3) float.
        person: (N,) int or text.
        root: joint that `read` centres on; None for none.
        classes: persons in the order of the labels; None takes those that occur.
    """
    count, length = joints.shape[:2]
    _, first, index = np.unique(joints.reshape(count, -1), axis=0, return_index=True, return_inverse=True)
    key = np.char.add(np.char.add(index.reshape(-1).astype(str), " "), np.asarray(person).astype(str))
    _, first, index = np.unique(key, return_index=True, return_inverse=True)
    captured = recordings.Recordings.from_list({"joints": joints[row], "identity": str(person[row])} for row in first)
    cut = windows.Windows(start=index.reshape(-1) * length, recording=index.reshape(-1), length=length)
    known = recordings.sorted_identities(captured.identity if classes is None else classes)
    return sequences.SkeletonSplit(captured, cut, root, known)
