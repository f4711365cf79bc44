# SPDX-License-Identifier: MIT
"""The example dict of a recording: its keys and its checks, the same for every data set and file form."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

NAMES = ("identity", "recording")
OPTIONAL = ("camera", "condition", "setting")


def encoded(example: Mapping[str, Any], where: str, num_joints: int | None, dtype: type = np.float32) -> dict[str, Any]:
    """An example dict as it is stored: checked, nothing left out. Picklable, so that Beam's workers can call it.

    Args:
        example: `joints` (T, J, 3), the texts of NAMES and optionally of OPTIONAL, `frames` (T,) int frame numbers and
            `captured` (frames before any was dropped). No frames at all are accepted when some were captured.
        where: data set and split, for messages.
        num_joints: joints expected; None accepts any number.
        dtype: of the joints.

    Raises:
        ValueError: joints of another shape, not finite, none at all, or frame numbers that do not fit.
    """
    joints = np.asarray(example["joints"], dtype)
    where = f"{where}, recording {str(example['recording'])!r}"
    if joints.ndim != 3 or joints.shape[2] != 3 or num_joints not in (None, joints.shape[1]):
        raise ValueError(f"{where}: joints must be (frames, {num_joints or 'J'}, 3); received {joints.shape}.")
    captured = int(example.get("captured", len(joints)))
    if not captured:
        raise ValueError(f"{where}: no frames.")
    frames = np.asarray(example.get("frames", np.arange(len(joints))), dtype=np.int64)
    if frames.shape != joints.shape[:1]:
        raise ValueError(f"{where}: {len(frames)} frame numbers for {len(joints)} frames.")
    check_finite(where, joints, frames)
    texts = {name: str(example.get(name, "")) for name in (*NAMES, *OPTIONAL)}
    return {"joints": joints, **texts, "frames": frames, "captured": captured}


def check_finite(where: str, joints: np.ndarray, frames: np.ndarray, first_row: int = 0) -> None:
    """Refuses joints (T, J, 3) that are not finite: ValueError names frame, row, joint, axis and how many there are.

    Args:
        where: recording, for the message.
        frames: (T,) frame numbers; in their file they begin at `first_row`.
    """
    bad = np.argwhere(~np.isfinite(joints))
    if len(bad):
        row, joint, axis = bad[0]
        raise ValueError(
            f"{where}, frame {frames[row]} (row {first_row + row}), joint {joint}, {'xyz'[axis]}: "
            f"{joints[row, joint, axis]}; expected finite numbers ({len(bad)} are not in this recording). Leave such "
            "frames out."
        )


def cut(recordings: Mapping[str, Mapping[str, Any]], splits: Mapping[str, list]) -> dict[str, list[dict[str, Any]]]:
    """Split -> example dicts of its segments (recording, first frame, end frame), checked by `segments.check`."""

    def part(name: str, first: int, end: int) -> dict[str, Any]:
        whole = recordings[name]
        frames = {key: whole[key][first:end] for key in ("joints", "frames")}
        return {**whole, **frames, "captured": end - first}

    return {split: [part(*segment) for segment in rows] for split, rows in splits.items()}


def not_in_gallery(splits: Mapping[str, Iterable[Mapping]]) -> list[str]:
    """Identities of the split `probe` that `gallery` lacks, sorted; empty when either split does not exist."""
    if "probe" not in splits or "gallery" not in splits:
        return []
    probe, gallery = ({example["identity"] for example in splits[split]} for split in ("probe", "gallery"))
    return sorted(probe - gallery)
