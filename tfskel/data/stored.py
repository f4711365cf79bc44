# SPDX-License-Identifier: MIT
"""Examples of a prepared split, and joints of recordings, read from ArrayRecord files when they are asked for."""

import dataclasses
import pathlib
from collections.abc import Sequence

import numpy as np

from tfskel import literal_path


@dataclasses.dataclass(frozen=True)
class Examples:
    """Row numbers -> example dicts of a prepared split.

    Attributes:
        data: all of them, read one by one.
        literal: keeps the link there through which they are read.
    """

    data: Sequence[dict]
    literal: literal_path.Alias

    def __call__(self, rows: Sequence[int]) -> list[dict]:
        return self.data.__getitems__(list(rows))


def examples(folder: pathlib.Path, split: str) -> Examples:
    """Reads examples of a prepared split by their numbers.

    Raises:
        ValueError: no such split, or its files cannot be read at random.
    """
    import tensorflow_datasets as tfds

    literal = literal_path.Alias(folder)
    builder = tfds.builder_from_directory(literal.path)
    if split not in builder.info.splits:
        raise ValueError(f"{folder} has no split {split!r}; its splits are {', '.join(builder.info.splits)}.")
    if builder.info.file_format != tfds.core.FileFormat.ARRAY_RECORD:
        raise ValueError(
            f"{folder} is prepared as {builder.info.file_format.value} files, which cannot be read at random; prepare "
            "it again without --file_format, or with --file_format=array_record."
        )
    return Examples(builder.as_data_source(split), literal)


class Joints:
    """Joints of recordings laid end to end, (frames, J, 3): indexed by frames like an array, held nowhere.

    The recordings of the last access are kept, so that rows in the order of time read each of them once.

    Args:
        examples: recording numbers -> example dicts with `joints` (T, J, 3); or Examples.
        length: (R,) int, frames of each recording, at least one of which has any.
        places: (J,) int, joints taken of each frame, in that order; None for all.

    Attributes:
        shape, dtype: as those of an array.
    """

    def __init__(self, examples, length: np.ndarray, places: np.ndarray | None = None):
        self._examples, self._length, self._places = examples, length, places
        self._ends, self._held = np.cumsum(length), {}
        (first,) = self._read([int(np.argmax(length > 0))]).values()
        self.shape, self.dtype = (int(self._ends[-1]), *first.shape[1:]), first.dtype

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key) -> "np.ndarray | Joints":
        """Some frames, or as `joints[:, places]` some joints of all frames, which stay where they are."""
        if isinstance(key, tuple):
            before = np.arange(self.shape[1]) if self._places is None else self._places
            return Joints(self._examples, self._length, before[key[1]])
        return self.take(np.arange(len(self))[key])

    def take(self, frames: np.ndarray, axis: int = 0, out=None, mode: str = "raise") -> np.ndarray:
        """Joints of some frames, as `numpy.take` asks for them: (..., J, 3)."""
        frames = np.asarray(frames)
        if axis or (frames.size and not 0 <= frames.min() <= frames.max() < len(self)):
            raise IndexError(f"frames must be rows from 0 to {len(self) - 1} along axis 0; received axis {axis}.")
        wanted = frames.reshape(-1)
        owner = np.searchsorted(self._ends, wanted, side="right")
        order = np.argsort(owner, kind="stable")
        recordings, count = np.unique(owner, return_counts=True)
        held = {int(number): self._held[int(number)] for number in recordings if int(number) in self._held}
        self._held = held | self._read([int(number) for number in recordings if int(number) not in held])
        taken = np.empty((len(wanted), *self.shape[1:]), self.dtype)
        for number, end, size in zip(recordings, np.cumsum(count), count, strict=True):
            places = order[end - size : end]
            start = self._ends[number] - self._length[number]
            taken[places] = self._held[int(number)][wanted[places] - start]
        return taken.reshape(*frames.shape, *self.shape[1:])

    def _read(self, recordings: list[int]) -> dict[int, np.ndarray]:
        read = self._examples(recordings) if recordings else []
        joints = (np.asarray(example["joints"]) for example in read)
        chosen = (all_joints if self._places is None else all_joints[:, self._places] for all_joints in joints)
        return dict(zip(recordings, chosen, strict=True))
