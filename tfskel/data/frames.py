# SPDX-License-Identifier: MIT
"""All frames of one stored split: columns in memory, encoded images read when they are asked for."""

import dataclasses
import hashlib
import pathlib
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from tfskel import arrays
from tfskel.data import stored

TEXTS = ("identity", "camera", "tracklet")
ALL = "frames"
"""The one stored split of a data set with random divisions."""
NUMBERS = ("frame", "height", "width", "content")
NO_POSE = {"pose": np.zeros((0, 2), np.float32)}


@dataclasses.dataclass(frozen=True)
class Frames:
    """Frames in the order in which they are stored.

    Attributes:
        examples: row numbers -> example dicts with `image` (encoded), `path`, `pose` (K, 2) pixels (x, y).
        identity, camera: (N,) text; "" where the camera is unknown.
        tracklet: (N,) text; a still image is a tracklet of its own, called by its path.
        frame: (N,) int64, number within the tracklet.
        height, width: (N,) int64, pixels.
        content: (N,) int64; equal numbers are equal bytes.
    """

    examples: Callable[[Sequence[int]], list[dict]]
    identity: np.ndarray
    camera: np.ndarray
    tracklet: np.ndarray
    frame: np.ndarray
    height: np.ndarray
    width: np.ndarray
    content: np.ndarray

    def __len__(self) -> int:
        return len(self.identity)

    def encoded(self, rows: np.ndarray) -> list[bytes]:
        """PNG or JPEG files of some rows."""
        return [example["image"] for example in self.examples([int(row) for row in rows])]

    def poses(self, rows: np.ndarray) -> list[np.ndarray]:
        """(K, 2) float32 pixels (x, y) of some rows; negative where a joint is missing, K = 0 without a pose."""
        return [np.asarray(example["pose"], np.float32) for example in self.examples([int(row) for row in rows])]

    def save(self, path: pathlib.Path) -> None:
        """Writes the columns, so that `load` need not read all images."""
        arrays.write(path, **{name: getattr(self, name) for name in (*TEXTS, *NUMBERS)})


def columns(examples: Iterable[dict]) -> dict[str, np.ndarray]:
    """Columns of a split, from one pass over its example dicts.

    Raises:
        ValueError: there is none.
    """
    texts: dict[str, list[str]] = {name: [] for name in TEXTS}
    numbers: dict[str, list[int]] = {name: [] for name in NUMBERS}
    for example in examples:
        text = {name: _text(example[name]) for name in (*TEXTS, "path")}
        text["tracklet"] = text["tracklet"] or text["path"]
        for name, values in texts.items():
            values.append(text[name])
        for name in ("frame", "height", "width"):
            numbers[name].append(int(example[name]))
        digest = hashlib.blake2b(example["image"], digest_size=8).digest()
        numbers["content"].append(int.from_bytes(digest, "big", signed=True))
    if not texts["identity"]:
        raise ValueError("No images at all: expected at least one example with an image.")
    arrayed = {name: np.array(values, np.int64) for name, values in numbers.items()}
    return {name: np.array(values, np.str_) for name, values in texts.items()} | arrayed


def from_list(examples: Sequence[dict]) -> Frames:
    """Frames in memory, from example dicts with all that is stored of a frame; the pose may be left out."""
    return Frames(lambda rows: [NO_POSE | examples[row] for row in rows], **columns(examples))


def load(folder: pathlib.Path, split: str, index: pathlib.Path) -> Frames:
    """A split that ingest prepared.

    Args:
        folder: version folder of the prepared data set.
        split: name of the stored split.
        index: what `Frames.save` wrote of it.

    Raises:
        FileNotFoundError, ValueError: `index` is missing or damaged, the data set has no such split, or its files
            cannot be read at random.
    """
    return Frames(stored.examples(folder, split), **arrays.read(index, (*TEXTS, *NUMBERS)))


def scan(folder: pathlib.Path, split: str) -> Frames:
    """As `load`, with the columns collected from all examples instead of an index."""
    examples = stored.examples(folder, split)
    return Frames(examples, **columns(examples.data))


def _text(value: str | bytes) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)
