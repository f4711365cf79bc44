# SPDX-License-Identifier: MIT
"""The arrays of an interchange file as recordings, checked."""

import pathlib
from typing import Any

import numpy as np

from datasets_tfds.readers import examples

COUNTS = ("start", "length")
FRAME_NUMBERS = "frame_numbers"
_TEXTS = (*examples.NAMES, *examples.OPTIONAL)
# Key -> whether it has one value for each frame instead of each recording, kinds of its type, what these are called.
_COLUMNS = {
    **dict.fromkeys(_TEXTS, (False, "USiu", "text, one per recording")),
    **dict.fromkeys(COUNTS, (False, "iu", "whole numbers, one per recording")),
    FRAME_NUMBERS: (True, "iu", "whole numbers, one per frame"),
}


def recordings(path: pathlib.Path | str, arrays: dict[str, np.ndarray], key: str) -> dict[str, dict[str, Any]]:
    """Recording -> its example dict, in the order of a file: its name, its arrays, and the key of the joints.

    Raises:
        ValueError: names file, key, recording and place of a wrong shape or type, a repeated recording, frames
            outside the file or used twice, frame numbers that do not rise, or a coordinate that is not finite.
    """
    _check_columns(path, arrays, key)
    joints = arrays[key]
    names = [_text(name) for name in arrays["recording"]]
    spans = _spans(path, names, arrays, key)
    whole: dict[str, dict[str, Any]] = {}
    for row, (name, span) in enumerate(zip(names, spans, strict=True)):
        texts = {word: _text(arrays[word][row]) if word in arrays else "" for word in _TEXTS}
        if not name or not texts["identity"] or name in whole:
            raise ValueError(
                f"{path}, key 'recording', row {row}: {name!r} of identity {texts['identity']!r}; expected both to be "
                "given and every recording once."
            )
        counted = np.arange(span.stop - span.start)
        examples.check_finite(f"{path}, key {key!r}, recording {name!r}", joints[span], counted, span.start)
        frames = arrays[FRAME_NUMBERS][span].astype(np.int64) if FRAME_NUMBERS in arrays else counted
        wrong = np.flatnonzero(np.diff(frames) <= 0)
        if len(wrong):
            raise ValueError(
                f"{path}, key {FRAME_NUMBERS!r}, recording {name!r}: frame {frames[wrong[0] + 1]} follows "
                f"{frames[wrong[0]]}; expected rising numbers, no frame twice."
            )
        whole[name] = {**texts, "joints": joints[span].astype(np.float32), "frames": frames}
    return whole


def _check_columns(path: pathlib.Path | str, arrays: dict[str, np.ndarray], key: str) -> None:
    joints = arrays[key]
    if joints.ndim != 3 or joints.shape[2] != 3 or joints.dtype.kind not in "fiu" or not joints.shape[1]:
        raise ValueError(
            f"{path}, key {key!r}: expected (frames, J, 3) numbers; received {joints.shape} {joints.dtype}."
        )
    for name in (name for name in _COLUMNS if name in arrays):
        (each_frame, kinds, words), column = _COLUMNS[name], arrays[name]
        count = len(joints) if each_frame else arrays["recording"].size
        if column.shape != (count,) or column.dtype.kind not in kinds:
            received = f"{column.shape} {column.dtype}"
            raise ValueError(f"{path}, key {name!r}: expected ({count},) {words}; received {received}.")


def _spans(path: pathlib.Path | str, names: list[str], arrays: dict[str, np.ndarray], key: str) -> list[slice]:
    start, length = (arrays[name].tolist() for name in COUNTS)
    end, before = 0, ""
    for row in sorted(range(len(names)), key=start.__getitem__):
        first, name = start[row], names[row]
        if length[row] < 1 or first < 0 or first + length[row] > len(arrays[key]):
            raise ValueError(
                f"{path}, recording {name!r}: start {first}, length {length[row]}; expected frames within the "
                f"{len(arrays[key])} of key {key!r}."
            )
        if first < end:
            raise ValueError(
                f"{path}, recording {name!r}: starts at frame {first}, before the end {end} of {before!r}; every "
                "frame belongs to one recording."
            )
        end, before = first + length[row], name
    return [slice(first, first + count) for first, count in zip(start, length, strict=True)]


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
