# SPDX-License-Identifier: MIT
"""An image that is still a file, and what is known about it."""

import dataclasses
import pathlib
from typing import Any

from datasets_tfds.readers import image_files, pose_files


@dataclasses.dataclass(frozen=True)
class ListedImage:
    """One image before it is read.

    Attributes:
        root, path: the user's folder, and the file in it.
        identity, camera, tracklet: text; camera "" where it is unknown, tracklet "" for a still image.
        frame: number within the tracklet.
        pose: file of its joints in `root`, "" without one.
        joints, rows_first: see `pose_files.read`.
    """

    root: pathlib.Path
    path: str
    identity: str
    camera: str
    tracklet: str
    frame: int
    pose: str = ""
    joints: int = 0
    rows_first: bool = False

    def described(self) -> dict[str, Any]:
        """The example dict without what is in the files."""
        return {name: getattr(self, name) for name in ("path", "identity", "camera", "tracklet", "frame")}

    def example(self) -> dict[str, Any]:
        """The example dict, with the files' contents.

        Raises:
            FileNotFoundError, ValueError: see `image_files.read` and `pose_files.read`.
        """
        example = {"image": image_files.read(self.root / self.path), **self.described()}
        if self.pose:
            example["pose"] = pose_files.read(self.root / self.pose, self.joints, self.rows_first)
        return example
