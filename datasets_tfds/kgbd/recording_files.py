# SPDX-License-Identifier: MIT
"""Reads a walk of the Kinect Gait Biometry Dataset: one text file, twenty lines a frame."""

import warnings
from typing import Any

import numpy as np

from datasets_tfds.readers import raw_recordings, text_rows

JOINTS = (
    *("Head", "Shoulder-Center", "Shoulder-Right", "Shoulder-Left", "Elbow-Right", "Elbow-Left"),
    *("Wrist-Right", "Wrist-Left", "Hand-Right", "Hand-Left", "Spine", "Hip-centro", "Hip-Right", "Hip-Left"),
    *("Knee-Right", "Knee-Left", "Ankle-Right", "Ankle-Left", "Foot-Right", "Foot-Left"),
)
"""Joints in the order of the file, spelt as there; it is not the order of Kinect v1."""

_SEPARATOR = ";"
_POSITION = (1, 2, 3)


def read(raw: raw_recordings.RawRecording) -> dict[str, Any]:
    """The example dict of a walk, joints in the order of the file; an incomplete last frame is left out.

    A line whose joint name differs from that of the same line in the first frame is named in a warning: a line
    lost or doubled in the middle moves all later joints, and the original programs do not notice.

    Raises:
        OSError: the file cannot be read.
        ValueError: no complete frame, a line with too few fields, a field that is not a number, or a position
            that is not finite; names file and line.
    """
    (path,) = raw.files
    rows = text_rows.lines(path)
    frames = len(rows) // len(JOINTS)
    if not frames:
        raise ValueError(f"{path}: a frame has {len(JOINTS)} lines; the file has {len(rows)} in all.")
    table = text_rows.numbers(path, rows, _SEPARATOR, _POSITION, at_least=1 + len(_POSITION))
    table = table[: frames * len(JOINTS)]
    text_rows.check_finite(path, table)
    _warn_of_moved_lines(path, rows[: len(table)])
    return raw.example(table.reshape(frames, len(JOINTS), 3), np.arange(frames), captured=frames)


def _warn_of_moved_lines(path, rows: list[str]) -> None:
    names = [row.split(_SEPARATOR, 1)[0].strip() for row in rows]
    for number, name in enumerate(names):
        if name != names[number % len(JOINTS)]:
            warnings.warn(
                f"{path}, line {number + 1}: joint {name!r} stands where the first frame has "
                f"{names[number % len(JOINTS)]!r}. Is a line missing or doubled? It is read by position.",
                stacklevel=2,
            )
            return
