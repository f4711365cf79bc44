# SPDX-License-Identifier: MIT
"""Kinect Gait Biometry Dataset: 164 people walking before a Kinect v1; one text file a walk."""

import pathlib

from datasets_tfds import skeleton_builder
from datasets_tfds.kgbd import draw, options, recording_files
from datasets_tfds.readers import archive_tree, folder_tree, raw_recordings

ARCHIVE = archive_tree.Archive(
    "KGBD",
    """
  KGBD/                            may be left out: manual_dir may be this folder itself
    kinect gait raw dataset/
      Person001/                   one folder a person, Person001 ... Person164
        1.txt, 2.txt, ...          one file a walk, 20 lines a frame: <joint name>;<x>;<y>;<z>; no other files
""",
)
_FOLDER = "kinect gait raw dataset"


class Builder(skeleton_builder.SkeletonBuilder):
    """KGBD walks: 20 joints in the order of the file (head first, not Kinect v1's), Kinect SDK, metres, y up."""

    SKELETON = "kinect_v1"
    SOURCE = "Kinect Gait Biometry Dataset, V. O. Andersson and R. M. de Araujo"
    HOMEPAGE = (
        "https://www.researchgate.net/publication/275023745_Kinect_Gait_Biometry_Dataset_-_data_from_164_"
        "individuals_walking_in_front_of_a_X-Box_360_Kinect_Sensor"
    )
    OPTIONS = options.OPTIONS
    CHOICES = {"short_person": ("person_15", "few_files")}
    MANUAL_DOWNLOAD_INSTRUCTIONS = f"""
KGBD is given out by its authors, V. O. Andersson and R. M. de Araujo, at
{HOMEPAGE}
(the terms were not at hand when this was written: read them there or ask the authors, and cite the paper named in
this data set's CITATIONS.bib). Unpack so that manual_dir holds
{ARCHIVE.expected}"""

    def recordings(self, manual_dir: pathlib.Path) -> dict[str, raw_recordings.RawSplit]:
        """Splits train, gallery, probe: per identity walks drawn at random; the draws go to the metadata."""
        root = ARCHIVE.locate(manual_dir, (_FOLDER,)) / _FOLDER
        files = {folder.name: ARCHIVE.files(folder) for folder in _identity_folders(root)}
        walks = {folder: len(paths) for folder, paths in files.items()}
        given, short_person = self.options["draws"], self.options["short_person"]
        draws = draw.check(given, walks) if given else draw.draw(walks, self.options["seed"], short_person)
        self.info.metadata["draws"] = draws
        clip = raw_recordings.CLIP_BOTH_ENDS if self.options["clip"] else (0, 0)
        splits: dict[str, list[raw_recordings.RawRecording]] = {"train": [], "gallery": [], "probe": []}
        for folder, paths in files.items():
            *gallery, probe = draws[folder]
            for index, path in enumerate(paths):
                split = "probe" if index == probe else "gallery" if index in gallery else "train"
                identity, name = str(draw.identity(folder)), f"{folder}/{path.stem}"
                splits[split].append(raw_recordings.RawRecording((path,), identity, name, clip=clip))
        return {split: raw_recordings.RawSplit(recording_files.read, raw) for split, raw in splits.items()}


def _identity_folders(root: pathlib.Path) -> list[pathlib.Path]:
    folders = [folder for folder in archive_tree.sub_folders(root) if "Person" in folder.name]
    if not folders:
        raise FileNotFoundError(folder_tree.comparison(root, f"{root} holds no folder Person<n>.", ARCHIVE.expected))
    archive_tree.check_unique(folders, lambda folder: draw.identity(folder.name), "person")
    return folders
