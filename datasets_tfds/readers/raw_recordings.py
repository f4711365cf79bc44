# SPDX-License-Identifier: MIT
"""Recordings still to be read or made: what is known about each, and how a split of them is read, by Beam or not."""

import dataclasses
import pathlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from datasets_tfds.readers import examples

CLIP_BOTH_ENDS = (10, 10)
"""Frames that the original programs cut off a recording at its beginning and end."""


@dataclasses.dataclass(frozen=True)
class RawRecording:
    """One recording before it is read.

    Attributes:
        files: its files, in the order of reading.
        identity, recording, camera, condition, setting: text, stored as it is.
        clip: frames left out at the beginning and at the end, counted after the drop rule.
    """

    files: tuple[pathlib.Path, ...]
    identity: str
    recording: str
    camera: str = ""
    condition: str = ""
    setting: str = ""
    clip: tuple[int, int] = (0, 0)

    def example(self, joints: np.ndarray, frames: np.ndarray, captured: int) -> dict[str, Any]:
        """The example dict: joints (T, J, 3) float64, frames (T,) int64 numbers in the raw recording, both clipped.

        Too few frames for the clip leave an empty recording, whose identity is thereby known to the split.
        """
        kept = slice(self.clip[0], max(self.clip[0], len(frames) - self.clip[1]))
        words = {word: getattr(self, word) for word in (*examples.NAMES, *examples.OPTIONAL)}
        return {"joints": joints[kept], "frames": np.asarray(frames, np.int64)[kept], "captured": captured, **words}


@dataclasses.dataclass(frozen=True)
class RawSplit:
    """The recordings of one split, in the order in which they are stored; iterating reads one after another.

    `read` is a pure function, raw recording -> example dict; picklable, so that workers can call it. So is what stands
    for a recording: a RawRecording, or whatever else `read` takes.
    """

    read: Callable[[Any], dict[str, Any]]
    recordings: Sequence[Any]

    def __len__(self) -> int:
        return len(self.recordings)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return map(self.read, self.recordings)

    def through_beam(self, finish: Callable[[dict[str, Any]], dict[str, Any]]):
        """Beam transform that gives (position, finish(example)) of every recording, read wherever a worker is."""
        import apache_beam as beam

        create = beam.Create(list(enumerate(self.recordings)), reshuffle=True)
        return create | beam.Map(_keyed, read=self.read, finish=finish)


def _keyed(position_and_recording, read, finish):
    position, recording = position_and_recording
    return position, finish(read(recording))
