# SPDX-License-Identifier: MIT
"""An image that is still a file, what is known about it, and the splits that files may be given to."""

import dataclasses
import pathlib
import re
from typing import Any

from datasets_tfds.readers import image_files

SPLITS = {"train": "train", "probe": "probe", "query": "probe", "gallery": "gallery"}
"""Word for a split -> its name."""


@dataclasses.dataclass(frozen=True)
class ImageFile:
    """One image before it is read.

    Attributes:
        root, path: the user's folder, and the file in it.
        identity, camera, tracklet: text; camera "" where it is unknown, tracklet "" for a still image.
        frame: number within the tracklet.
    """

    root: pathlib.Path
    path: str
    identity: str
    camera: str
    tracklet: str
    frame: int

    def example(self) -> dict[str, Any]:
        """The example dict, with the file's content.

        Raises:
            FileNotFoundError, ValueError: see `image_files.read`.
        """
        texts = {name: getattr(self, name) for name in ("path", "identity", "camera", "tracklet", "frame")}
        return {"image": image_files.read(self.root / self.path), **texts}


def natural(name: str) -> list:
    """Sort key: numbers inside a name by their value."""
    return [(0, int(part), part) if part.isdecimal() else (1, 0, part) for part in re.split(r"([0-9]+)", name) if part]
