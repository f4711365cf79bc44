# SPDX-License-Identifier: MIT
"""Gaps in time: places where the frame numbers of a recording jump."""

import dataclasses

import numpy as np

from tfskel.data import recordings as recording_sets

# Frames kept at 20 of 30 a second have steps 1, 2, 1, 2: what two thirds of the steps do not exceed is usual.
_USUAL_SHARE = 2 / 3
_TOLERANCE = 1.5


def jumps(numbers: np.ndarray) -> np.ndarray:
    """Frames before which frames are missing.

    Args:
        numbers: (T,) int, rising frame numbers of one recording.

    Returns:
        int64 indices i, rising: numbers[i] - numbers[i - 1] is more than 1.5 times the usual step, which is 1 for a
        recording of every frame and 2 for every second one.
    """
    steps = np.diff(numbers)
    if not len(steps):
        return np.zeros(0, np.int64)
    usual = max(1, np.quantile(steps, _USUAL_SHARE, method="lower"))
    return np.flatnonzero(steps > _TOLERANCE * usual) + 1


def cut(recordings: recording_sets.Recordings) -> recording_sets.Recordings:
    """The same frames with a recording ended before every jump, so that no window spans one.

    The pieces keep the name, identity, camera and condition of their recording, in its place; what was captured beyond
    the frames at hand is counted with the first piece.
    """
    first, last, owner = [], [], []
    for index, (start, length) in enumerate(zip(recordings.start, recordings.length, strict=True)):
        inside = jumps(recordings.frame_numbers[start : start + length])
        first += [start, *(start + inside)]
        last += [*(start + inside), start + length]
        owner += [index] * (len(inside) + 1)
    start, length, owner = np.array(first, np.int64), np.subtract(last, first).astype(np.int64), np.array(owner)
    lost = np.where(np.diff(owner, prepend=-1) > 0, (recordings.captured - recordings.length)[owner], 0)
    rows = {name: getattr(recordings, name)[owner] for name in ("identity", "recording", "camera", "condition")}
    return dataclasses.replace(recordings, start=start, length=length, captured=length + lost, **rows)


def unexplained(recordings: recording_sets.Recordings) -> list[dict]:
    """Every jump that no drop rule explains, in order: recording, the frame number before it and the one after.

    A recording of which frames were dropped is left out: its jumps are known and counted as dropped.
    """
    rows = []
    for index in np.flatnonzero(recordings.captured == recordings.length):
        start = recordings.start[index]
        numbers = recordings.frame_numbers[start : start + recordings.length[index]]
        name = str(recordings.recording[index])
        rows += [
            {"recording": name, "before": int(numbers[at - 1]), "after": int(numbers[at])} for at in jumps(numbers)
        ]
    return rows
