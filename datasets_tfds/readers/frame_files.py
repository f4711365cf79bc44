# SPDX-License-Identifier: MIT
"""Reads recordings that are stored as one text file a frame, one line a joint."""

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from datasets_tfds.readers import archive_tree, raw_recordings, text_rows

_SEPARATOR = ","
_POSITION = (1, 2, 3)


@dataclasses.dataclass(frozen=True)
class Layout:
    """What a frame's file looks like.

    Attributes:
        joints: lines that are joints, from the first one.
        fields: comma-separated fields a line has at least; x, y, z are fields 1, 2, 3.
        tracking: field of the tracking state (0 = not tracked), None when there is none.
        numeric: further fields that must be numbers although they are not used.
        every_line: lines after the joints count for the drop rule, too, and may not stay.
    """

    joints: int
    fields: int
    tracking: int | None = None
    numeric: tuple[int, ...] = ()
    every_line: bool = False


RGBD_ID = Layout(joints=20, fields=8, tracking=6, numeric=(0, 7))
"""BIWI RGBD-ID, and IAS-Lab RGBD-ID but for its extra lines."""


def recordings(
    archive: archive_tree.Archive, part: str, identities: Mapping[pathlib.Path, str], clip: tuple[int, int]
) -> list[raw_recordings.RawRecording]:
    """Raw recordings of one part of an archive ("/" between levels), whose last level is their condition.

    Args:
        identities: folder -> identity.
        clip: frames left out at the beginning and at the end of every recording.

    Raises:
        FileNotFoundError, ValueError: see `archive_tree.Archive.files`.
    """
    return [
        raw_recordings.RawRecording(
            files=archive.files(folder, "skel.txt"),
            identity=identity,
            recording=f"{part}/{folder.name}",
            condition=part.split("/")[-1],
            clip=clip,
        )
        for folder, identity in identities.items()
    ]


def read(raw: raw_recordings.RawRecording, layout: Layout) -> dict[str, Any]:
    """The example dict of a recording without frames with an untracked joint; numbers are positions in `raw.files`.

    Raises:
        OSError, ValueError: see `read_frame`.
    """
    frames = [read_frame(path, layout) for path in raw.files]
    kept = [number for number, joints in enumerate(frames) if joints is not None]
    joints = np.array([frames[number] for number in kept]).reshape(-1, layout.joints, 3)
    return raw.example(joints, kept, captured=len(frames))


def read_frame(path: pathlib.Path, layout: Layout) -> np.ndarray | None:
    """Joints (J, 3) float64 of one frame, metres as captured; None when the drop rule takes the frame out.

    Raises:
        OSError: the file cannot be read.
        ValueError: too few lines or fields, more joints than expected, a field that is not a number, or a
            position that is not finite.
    """
    rows = text_rows.lines(path)
    if len(rows) < layout.joints:
        raise ValueError(
            f"{path}: {layout.joints} lines are expected, one a joint; received {len(rows)}. Is the file cut short?"
        )
    tracking = () if layout.tracking is None else (layout.tracking,)
    examined = rows if layout.every_line else rows[: layout.joints]
    table = text_rows.numbers(path, examined, _SEPARATOR, _POSITION, layout.fields, (*tracking, *layout.numeric))
    if tracking and (table[:, 3] == 0).any():
        return None
    if len(table) > layout.joints:
        raise ValueError(
            f"{path}: {layout.joints} lines are expected, one a joint; received {len(table)}, all tracked. Set the "
            "option first_skeleton_only to read the first of them only."
        )
    joints = table[:, : len(_POSITION)]
    text_rows.check_finite(path, joints)
    return joints
