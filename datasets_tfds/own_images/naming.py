# SPDX-License-Identifier: MIT
"""What files and folders may be called: splits, poses, and the order of names."""

import pathlib
import re

from datasets_tfds.readers import pose_files

SPLITS = {"train": "train", "probe": "probe", "query": "probe", "gallery": "gallery"}
"""Word for a split -> its name."""
POSES = "poses"


def natural(name: str) -> list:
    """Sort key: numbers inside a name by their value."""
    return [(0, int(part), part) if part.isdecimal() else (1, 0, part) for part in re.split(r"([0-9]+)", name) if part]


def pose(folder: pathlib.Path, path: pathlib.PurePath) -> str:
    """File of the joints in an image, "" where there is none: poses/<path>.txt in `folder`, or beside the image."""
    text = path.with_suffix(pose_files.ENDING)
    return next((place.as_posix() for place in (POSES / text, text) if (folder / place).is_file()), "")
