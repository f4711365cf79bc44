# SPDX-License-Identifier: MIT
"""List files of frames, as the original programs for tracklets read them."""

import pathlib
import random
import re
from collections.abc import Sequence
from typing import NamedTuple

from datasets_tfds.readers import text_rows

_SEED = 12345
_NUMBER = re.compile(r"0*[1-9][0-9]{0,17}")


class Frame(NamedTuple):
    """A line of a list: path relative to the images, number of the tracklet inside its camera, and camera, from 1."""

    path: str
    tracklet: int
    camera: int


def read(path: pathlib.Path) -> list[Frame]:
    """Frames of a list: path, tracklet and camera in each line; what follows them is not read.

    Raises:
        OSError: the file cannot be read.
        ValueError: a line is something else, or there is none; the message names it.
    """
    frames = []
    for number, line in enumerate(text_rows.lines(path), 1):
        words = line.split()
        if len(words) < 3 or not all(_NUMBER.fullmatch(word) for word in words[1:3]):
            raise ValueError(
                f"{path}, line {number}: expected a path, a tracklet and a camera, numbers from 1; received {line!r}."
            )
        frames.append(Frame(words[0], int(words[1]), int(words[2])))
    if not frames:
        raise ValueError(f"{path} lists no frames.")
    return frames


def shuffled(items: Sequence) -> list:
    """Items in the order in which the original converter writes a training set: Python 2's shuffle with its seed."""
    items, draw = list(items), random.Random(_SEED).random
    for last in range(len(items) - 1, 0, -1):
        other = int(draw() * (last + 1))
        items[last], items[other] = items[other], items[last]
    return items
