# SPDX-License-Identifier: MIT
"""IAS-Lab RGBD-ID: 11 people before a Kinect v1 with a tracker of 15 joints; one text file a frame."""

import dataclasses
import functools
import pathlib
import warnings

from datasets_tfds import skeleton_builder
from datasets_tfds.ias import options
from datasets_tfds.readers import archive_tree, frame_files, raw_recordings

ARCHIVE = archive_tree.Archive(
    "IAS",
    """
  IAS/                    may be left out: manual_dir may be this folder itself
    Training/<person>/    one folder a person; the names sort in the same order in all three
      ...skel.txt         one file a frame, 20 lines of at least 8 comma-separated fields; others are ignored
    TestingA/<person>/    as Training, other clothes
    TestingB/<person>/    as Training, another room
""",
)
_BOTH_ENDS = raw_recordings.CLIP_BOTH_ENDS
# Split -> its folder, and the frames cut off.
_PARTS = {"train": ("Training", (_BOTH_ENDS[0], 0)), "a": ("TestingA", _BOTH_ENDS), "b": ("TestingB", _BOTH_ENDS)}


class Builder(skeleton_builder.SkeletonBuilder):
    """IAS-Lab RGBD-ID recordings: 15 tracked joints spread over 20 slots, metres, y up."""

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
{ARCHIVE.expected}"""

    def recordings(self, manual_dir: pathlib.Path) -> dict[str, raw_recordings.RawSplit]:
        """Splits train, a, b; one recording a folder, the identity is the position of the folder in its split."""
        root = ARCHIVE.locate(manual_dir, [part for part, _ in _PARTS.values()])
        folders = {split: ARCHIVE.leaf_folders(root / part) for split, (part, _) in _PARTS.items()}
        by_position = self.options["identities"] == "position"
        if by_position:
            _warn_of_other_identities(folders)
        layout = dataclasses.replace(frame_files.RGBD_ID, every_line=not self.options["first_skeleton_only"])
        read = functools.partial(frame_files.read, layout=layout)
        splits = {}
        for split, (part, clip) in _PARTS.items():
            clip = clip if self.options["clip"] else (0, 0)
            identities = [str(n) if by_position else path.name for n, path in enumerate(folders[split])]
            raw = frame_files.recordings(ARCHIVE, part, dict(zip(folders[split], identities, strict=True)), clip)
            splits[split] = raw_recordings.RawSplit(read, raw)
        return splits


def _warn_of_other_identities(folders: dict[str, list[pathlib.Path]]) -> None:
    names = {split: [path.name for path in paths] for split, paths in folders.items()}
    for split in ("a", "b"):
        if names[split] != names["train"]:
            warnings.warn(
                f"ias: {_PARTS[split][0]} has the folders {', '.join(names[split])} but Training has "
                f"{', '.join(names['train'])}. Identities are positions in these lists, so the same number may mean "
                'another person; the option identities="folder" takes the folder\'s name instead.',
                stacklevel=2,
            )
