# SPDX-License-Identifier: MIT
"""The recordings of an interchange file as a table, checked against its frames."""

import pathlib
from typing import Any

import numpy as np

TEXT = ("recording", "identity")
COUNTS = ("start", "length")
OPTIONAL_TEXT = ("camera", "condition", "setting")
FRAME_NUMBERS = "frame_numbers"


def build(path: pathlib.Path, arrays: dict[str, np.ndarray], joints: str) -> dict[str, dict[str, Any]]:
    """Recording -> its row: the text columns, `start` and `length`.

    Args:
        path: file that the messages name.
        arrays: the file's arrays by key.
        joints: key of the joint array.

    Raises:
        ValueError: names file, key, recording and place of a wrong shape or type, a repeated recording, frames
            outside the file or used twice, or a coordinate that is not finite.
    """
    table = _table(path, arrays)
    _check_shape(path, arrays[joints], joints)
    _check_rows(path, table, arrays[joints], joints)
    _check_finite(path, table, arrays[joints], joints)
    _check_frame_numbers(path, table, arrays, len(arrays[joints]))
    return table


def _table(path: pathlib.Path, arrays: dict[str, np.ndarray]) -> dict[str, dict[str, Any]]:
    rows = arrays["recording"].size
    for key in (*TEXT, *COUNTS, *OPTIONAL_TEXT):
        column = arrays.get(key)
        kinds, kind = ("iu", "whole numbers") if key in COUNTS else ("USiu", "text")
        if column is not None and (column.shape != (rows,) or column.dtype.kind not in kinds):
            raise ValueError(
                f"{path}, key {key!r}: expected ({rows},) {kind}, one per recording; "
                f"received {column.shape} {column.dtype}."
            )
    table: dict[str, dict[str, Any]] = {}
    for i in range(rows):
        row = {key: _text(arrays[key][i]) for key in (*TEXT, *OPTIONAL_TEXT) if key in arrays}
        row |= {key: int(arrays[key][i]) for key in COUNTS}
        if not row["recording"] or not row["identity"] or row["recording"] in table:
            raise ValueError(
                f"{path}, key 'recording', row {i}: {row['recording']!r} of identity {row['identity']!r}; "
                "expected both to be given and every recording once."
            )
        table[row["recording"]] = row
    return table


def _check_rows(path: pathlib.Path, table: dict[str, dict], joints: np.ndarray, key: str) -> None:
    end, before = 0, ""
    for name, row in sorted(table.items(), key=lambda item: item[1]["start"]):
        first = row["start"]
        if row["length"] < 1 or first < 0 or first + row["length"] > len(joints):
            raise ValueError(
                f"{path}, recording {name!r}: start {first}, length {row['length']}; expected frames "
                f"within the {len(joints)} of key {key!r}."
            )
        if first < end:
            raise ValueError(
                f"{path}, recording {name!r}: starts at frame {first}, before the end {end} of "
                f"{before!r}; every frame belongs to one recording."
            )
        end, before = first + row["length"], name


def _check_shape(path: pathlib.Path, joints: np.ndarray, key: str) -> None:
    if joints.ndim != 3 or joints.shape[2] != 3 or joints.dtype.kind not in "fiu" or not joints.shape[1]:
        raise ValueError(
            f"{path}, key {key!r}: expected (frames, J, 3) numbers; received {joints.shape} {joints.dtype}."
        )


def _check_finite(path: pathlib.Path, table: dict[str, dict], joints: np.ndarray, key: str) -> None:
    for name, row in table.items():
        frames = joints[row["start"] : row["start"] + row["length"]]
        bad = np.argwhere(~np.isfinite(frames))
        if len(bad):
            frame, joint, axis = bad[0]
            raise ValueError(
                f"{path}, key {key!r}, recording {name!r}, frame {frame} (row {row['start'] + frame}), "
                f"joint {joint}, {'xyz'[axis]}: {frames[frame, joint, axis]}; expected finite numbers "
                f"({len(bad)} are not in this recording)."
            )


def _check_frame_numbers(path: pathlib.Path, table: dict[str, dict], arrays: dict, frames: int) -> None:
    numbers = arrays.get(FRAME_NUMBERS)
    if numbers is None:
        return
    if numbers.shape != (frames,) or numbers.dtype.kind not in "iu":
        raise ValueError(
            f"{path}, key {FRAME_NUMBERS!r}: expected ({frames},) whole numbers, one per frame; "
            f"received {numbers.shape} {numbers.dtype}."
        )
    for name, row in table.items():
        own = numbers[row["start"] : row["start"] + row["length"]].astype(np.int64)
        wrong = np.flatnonzero(np.diff(own) <= 0)
        if len(wrong):
            raise ValueError(
                f"{path}, key {FRAME_NUMBERS!r}, recording {name!r}: frame {own[wrong[0] + 1]} follows "
                f"{own[wrong[0]]}; expected rising numbers, no frame twice."
            )


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
