# SPDX-License-Identifier: MIT
"""BIWI RGBD-ID: 50 people before a Kinect v1, half of them again on another day; one text file a frame."""

import functools
import pathlib

from datasets_tfds import skeleton_builder
from datasets_tfds.biwi import options
from datasets_tfds.readers import archive_tree, frame_files, raw_recordings

ARCHIVE = archive_tree.Archive(
    "BIWI",
    """
  BIWI/                        may be left out: manual_dir may be this folder itself
    Training/<person>/         one folder a person, named by number: 000, 001, ...
      ...skel.txt              one file a frame, 20 lines of at least 8 comma-separated fields; others are ignored
    Testing/Walking/<person>/  as Training
    Testing/Still/<person>/    as Training
""",
)
_PARTS = {"train": "Training", "still": "Testing/Still", "walking": "Testing/Walking"}


class Builder(skeleton_builder.SkeletonBuilder):
    """BIWI RGBD-ID recordings: 20 joints, Kinect SDK, metres, y up, about 10 frames per second."""

    SKELETON = "kinect_v1"
    FPS = 10.0
    SOURCE = "BIWI RGBD-ID, Intelligent Autonomous Systems Laboratory, University of Padua"
    HOMEPAGE = "http://robotics.dei.unipd.it/reid/"
    OPTIONS = options.OPTIONS
    MANUAL_DOWNLOAD_INSTRUCTIONS = f"""
BIWI RGBD-ID is given out by its owner, the Intelligent Autonomous Systems Laboratory of the University of Padua:
http://robotics.dei.unipd.it/reid/index.php/downloads (licence CC BY-NC-SA 3.0: not for commercial use; cite the
paper named in this data set's CITATIONS.bib). Only the skeleton text files are needed, not the images. Unpack so
that manual_dir holds
{ARCHIVE.expected}"""

    def recordings(self, manual_dir: pathlib.Path) -> dict[str, raw_recordings.RawSplit]:
        """Splits train, still, walking; one recording a folder, the identity is the folder's number."""
        root = ARCHIVE.locate(manual_dir, tuple(_PARTS.values()))
        read = functools.partial(frame_files.read, layout=frame_files.RGBD_ID)
        clip = raw_recordings.CLIP_BOTH_ENDS if self.options["clip"] else (0, 0)
        return {
            split: raw_recordings.RawSplit(read, frame_files.recordings(ARCHIVE, part, _identities(root / part), clip))
            for split, part in _PARTS.items()
        }


def _identities(part: pathlib.Path) -> dict[pathlib.Path, str]:
    folders = ARCHIVE.leaf_folders(part)
    archive_tree.check_unique(folders, _number, "person")
    return {folder: str(_number(folder)) for folder in folders}


def _number(folder: pathlib.Path) -> int:
    if not folder.name.isdecimal():
        raise ValueError(f"{folder}: the folder of a person is named by a number; received {folder.name!r}.")
    return int(folder.name)
