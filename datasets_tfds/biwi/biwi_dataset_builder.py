# SPDX-License-Identifier: MIT
"""BIWI RGBD-ID: 50 people before a Kinect v1, half of them again on another day; one text file a frame."""

from __future__ import annotations

import functools
import pathlib

import tensorflow_datasets as tfds

from datasets_tfds import skeleton_builder
from datasets_tfds.biwi import options
from datasets_tfds.readers import archive_tree, frame_files
from datasets_tfds.readers import raw_recordings as takes

EXPECTED = """
  BIWI/                        may be left out: manual_dir may be this folder itself
    Training/<person>/         one folder a person, named by number: 000, 001, ...
      ...skel.txt              one file a frame, 20 lines of at least 8 comma-separated fields; others are ignored
    Testing/Walking/<person>/  as Training
    Testing/Still/<person>/    as Training
"""
_FOLDERS = {"train": "Training", "still": "Testing/Still", "walking": "Testing/Walking"}


class Builder(skeleton_builder.SkeletonBuilder):
    """BIWI RGBD-ID recordings: 20 joints, Kinect SDK, metres, y up, about 10 frames per second."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Recordings from the original skeleton text files."}
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
{EXPECTED}"""

    def recordings(self, manual_dir: pathlib.Path) -> dict[str, takes.Takes]:
        """Splits train, still, walking; one recording a folder, the person is the folder's number."""
        root = archive_tree.locate(manual_dir, "BIWI", tuple(_FOLDERS.values()), EXPECTED)
        read = functools.partial(frame_files.read, layout=frame_files.RGBD_ID)
        return {
            split: takes.Takes(read, [self._take(path, folder) for path in _people(root / folder)])
            for split, folder in _FOLDERS.items()
        }

    def _take(self, path: pathlib.Path, folder: str) -> takes.Take:
        return takes.Take(
            files=archive_tree.files(path, EXPECTED, "skel.txt"),
            identity=str(_person(path)),
            recording=f"{folder}/{path.name}",
            condition=folder.split("/")[-1],
            clip=takes.CLIP_BOTH_ENDS if self.options["clip"] else (0, 0),
        )


def _people(folder: pathlib.Path) -> list[pathlib.Path]:
    found = archive_tree.leaf_folders(folder, EXPECTED)
    archive_tree.check_unique(found, _person, "person")
    return found


def _person(path: pathlib.Path) -> int:
    if not path.name.isdecimal():
        raise ValueError(f"{path}: the folder of a person is named by a number; received {path.name!r}.")
    return int(path.name)
