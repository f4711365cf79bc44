# SPDX-License-Identifier: MIT
"""Sequences of f frames as start indices into recordings; frames are gathered only when asked for."""

import dataclasses

import numpy as np

from tfskel.data import recordings as recording_sets

ORDERS = ("recording", "window")


@dataclasses.dataclass(frozen=True)
class Windows:
    """Where the sequences of a split begin.

    Attributes:
        start: (N,) int64, first frame of each window in `Recordings.joints`.
        recording: (N,) int64, index of the recording it was cut from.
        length: frames per window, f.
    """

    start: np.ndarray
    recording: np.ndarray
    length: int

    def __len__(self) -> int:
        return len(self.start)


def training(recordings: recording_sets.Recordings, f: int) -> Windows:
    """Windows of the originals' training rule.

    Every shift 0 .. f-1 (outer), recordings in order (inner), then a window every half window. A start that
    two shifts share is produced twice: the duplicates are part of the rule. Windows never leave their
    recording; for odd f this leaves out the last windows of a shift, which the original rule cuts short.

    Args:
        recordings: R recordings.
        f: frames per window, at least 2.

    Raises:
        ValueError: f is below 2, or no recording gives a window.

    Source: original program, kept for parity.
    """
    _check_length(f, least=2)
    shift, recording = (axis.ravel() for axis in np.mgrid[:f, : len(recordings)])
    usable = recordings.length[recording] - shift
    group, number = _expand(np.maximum(0, (usable - f) // (f // 2) + 1))
    offset = shift[group] + number * f // 2
    inside = offset + f <= recordings.length[recording[group]]
    return _windows(recordings, recording[group][inside], offset[inside], f)


def testing(recordings: recording_sets.Recordings, f: int, order: str = "recording") -> Windows:
    """Windows that do not overlap: one every f frames, an incomplete last one left out.

    Args:
        recordings: R recordings.
        f: frames per window, at least 1.
        order: "recording" (one recording after another, as the originals do) or "window" (first windows of
            all recordings, then second windows, ...: a dropped last batch then spares whole identities).

    Raises:
        ValueError: f is below 1, unknown order, or no recording gives a window.
    """
    _check_length(f, least=1)
    if order not in ORDERS:
        raise ValueError(f"Unknown order {order!r}; known: {', '.join(ORDERS)}.")
    recording, number = _expand(recordings.length // f)
    if order == "window":
        by_number = np.argsort(number, kind="stable")
        recording, number = recording[by_number], number[by_number]
    return _windows(recordings, recording, number * f, f)


def every(recordings: recording_sets.Recordings, f: int) -> Windows:
    """A window at every frame that has f frames from there on in its recording.

    Raises:
        ValueError: f is below 1, or no recording gives a window.
    """
    _check_length(f, least=1)
    recording, offset = _expand(np.maximum(0, recordings.length - f + 1))
    return _windows(recordings, recording, offset, f)


def gather(joints: np.ndarray, start: np.ndarray, f: int) -> np.ndarray:
    """Cuts windows: (frames, J, 3) -> (N, f, J, 3), same dtype, window n from frame start[n].

    Raises:
        ValueError: a window leaves the array.
    """
    start = np.asarray(start, np.int64)
    if start.size and (start.min() < 0 or start.max() + f > len(joints)):
        raise ValueError(f"Windows of {f} frames from {start.min()} to {start.max()} leave the {len(joints)} frames.")
    return np.take(joints, start[:, None] + np.arange(f), axis=0)


def centre(sequences: np.ndarray, root: int = 0) -> np.ndarray:
    """Joints relative to joint `root` of the same frame: (..., J, 3) -> same shape and dtype."""
    return sequences - sequences[..., root : root + 1, :]


def _expand(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers the members of groups: [2, 0, 1] -> groups [0, 0, 2], members [0, 1, 0]."""
    group = np.repeat(np.arange(len(counts)), counts)
    return group, np.arange(len(group)) - np.repeat(np.cumsum(counts) - counts, counts)


def _windows(recordings, recording, offset, f) -> Windows:
    if not len(recording):
        longest = max(recordings.length, default=0)
        raise ValueError(
            f"No sequence of f = {f} frames: the longest of {len(recordings)} recordings has {longest} "
            "frames. Choose a smaller f or longer recordings."
        )
    return Windows(start=recordings.start[recording] + offset, recording=recording, length=f)


def _check_length(f: int, least: int) -> None:
    if f < least:
        raise ValueError(f"A sequence needs at least f = {least} frames under this rule; received f = {f}.")
