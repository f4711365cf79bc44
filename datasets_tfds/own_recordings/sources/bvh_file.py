# SPDX-License-Identifier: MIT
"""BVH files of any skeleton: where its joints are, by forward kinematics."""

import pathlib
from collections.abc import Iterator

from datasets_tfds.own_recordings.layouts import match
from datasets_tfds.own_recordings.sources import captured
from datasets_tfds.readers import bvh, kinematics


def read(path: pathlib.Path, layout: str = "") -> Iterator[captured.Captured]:
    """The recording of a file.

    Raises:
        ValueError: names the file and the line.
    """
    motion, seconds = bvh.read(path)
    matched = match.by_name(motion.names, str(path), layout or "bvh")
    yield captured.Captured(str(path), matched, motion.names, kinematics.positions(motion), fps=1 / seconds)
