# SPDX-License-Identifier: MIT
"""IAS-Lab RGBD-ID: 11 people before a Kinect v1 with a tracker of 15 joints; one text file a frame."""

from __future__ import annotations

import dataclasses
import functools
import pathlib
import warnings

import tensorflow_datasets as tfds

from datasets_tfds import skeleton_builder
from datasets_tfds.ias import options
from datasets_tfds.readers import archive_tree, frame_files
from datasets_tfds.readers import raw_recordings as takes

EXPECTED = """
  IAS/                    may be left out: manual_dir may be this folder itself
    Training/<person>/    one folder a person; the names sort in the same order in all three
      ...skel.txt         one file a frame, 20 lines of at least 8 comma-separated fields; others are ignored
    TestingA/<person>/    as Training, other clothes
    TestingB/<person>/    as Training, another room
"""
_FOLDERS = {"train": "Training", "a": "TestingA", "b": "TestingB"}
_CLIP = {"train": (takes.CLIP_BOTH_ENDS[0], 0), "a": takes.CLIP_BOTH_ENDS, "b": takes.CLIP_BOTH_ENDS}


class Builder(skeleton_builder.SkeletonBuilder):
    """IAS-Lab RGBD-ID recordings: 15 tracked joints spread over 20 slots, metres, y up."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Recordings from the original skeleton text files."}
    SKELETON = "kinect_v1"
    SOURCE = "IAS-Lab RGBD-ID, Intelligent Autonomous Systems Laboratory, University of Padua"
    HOMEPAGE = "http://robotics.dei.unipd.it/reid/"
    OPTIONS = options.OPTIONS
    CHOICES = {"identities": ("position", "folder")}
    MANUAL_DOWNLOAD_INSTRUCTIONS = f"""
IAS-Lab RGBD-ID is given out by its owner, the Intelligent Autonomous Systems Laboratory of the University of Padua:
http://robotics.dei.unipd.it/reid/index.php/downloads (the licence was not at hand when this was written: read it
there, and cite the papers named in this data set's CITATIONS.bib). Only the skeleton text files are needed, not the
images. Unpack so that manual_dir holds
{EXPECTED}"""

    def recordings(self, manual_dir: pathlib.Path) -> dict[str, takes.Takes]:
        """Splits train, a, b; one recording a folder, the person is the position of the folder in its split."""
        root = archive_tree.locate(manual_dir, "IAS", tuple(_FOLDERS.values()), EXPECTED)
        people = {split: archive_tree.leaf_folders(root / folder, EXPECTED) for split, folder in _FOLDERS.items()}
        if self.options["identities"] == "position":
            _warn_of_other_people(people)
        layout = dataclasses.replace(frame_files.RGBD_ID, every_line=not self.options["first_skeleton_only"])
        read = functools.partial(frame_files.read, layout=layout)
        return {
            split: takes.Takes(read, [self._take(split, number, path) for number, path in enumerate(folders)])
            for split, folders in people.items()
        }

    def _take(self, split: str, number: int, path: pathlib.Path) -> takes.Take:
        return takes.Take(
            files=archive_tree.files(path, EXPECTED, "skel.txt"),
            identity=str(number) if self.options["identities"] == "position" else path.name,
            recording=f"{_FOLDERS[split]}/{path.name}",
            condition=_FOLDERS[split],
            clip=_CLIP[split] if self.options["clip"] else (0, 0),
        )


def _warn_of_other_people(people: dict[str, list[pathlib.Path]]) -> None:
    names = {split: [path.name for path in folders] for split, folders in people.items()}
    for split in ("a", "b"):
        if names[split] != names["train"]:
            warnings.warn(
                f"ias: {_FOLDERS[split]} has the folders {', '.join(names[split])} but Training has "
                f"{', '.join(names['train'])}. Identities are positions in these lists, so the same number may mean "
                'another person; the option identities="folder" takes the folder\'s name instead.',
                stacklevel=2,
            )
