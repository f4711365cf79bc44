# SPDX-License-Identifier: MIT
"""Kinect Gait Biometry Dataset: 164 people walking before a Kinect v1; one text file a walk."""

from __future__ import annotations

import pathlib

import tensorflow_datasets as tfds

from datasets_tfds import skeleton_builder
from datasets_tfds.kgbd import draw, options, recording_files
from datasets_tfds.readers import archive_tree
from datasets_tfds.readers import raw_recordings as takes

EXPECTED = """
  KGBD/                            may be left out: manual_dir may be this folder itself
    kinect gait raw dataset/
      Person001/                   one folder a person, Person001 ... Person164
        1.txt, 2.txt, ...          one file a walk, 20 lines a frame: <joint name>;<x>;<y>;<z>; no other files
"""
_FOLDER = "kinect gait raw dataset"


class Builder(skeleton_builder.SkeletonBuilder):
    """KGBD walks: 20 joints in the order of the file (head first, not Kinect v1's), Kinect SDK, metres, y up."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Recordings from the original text files."}
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
{EXPECTED}"""

    def recordings(self, manual_dir: pathlib.Path) -> dict[str, takes.Takes]:
        """Splits train, gallery, probe: per person walks drawn at random; the draws go to the metadata."""
        root = archive_tree.locate(manual_dir, "KGBD", (_FOLDER,), EXPECTED) / _FOLDER
        people = {path.name: archive_tree.files(path, EXPECTED) for path in _people(root)}
        walks = {folder: len(files) for folder, files in people.items()}
        given, short_person = self.options["draws"], self.options["short_person"]
        draws = draw.check(given, walks) if given else draw.draw(walks, self.options["seed"], short_person)
        self.info.metadata["draws"] = draws
        found: dict[str, list[takes.Take]] = {"train": [], "gallery": [], "probe": []}
        for folder, files in people.items():
            for index, path in enumerate(files):
                split = "train" if index not in draws[folder] else "gallery"
                split = "probe" if index == draws[folder][-1] else split
                found[split].append(self._take(folder, path))
        return {split: takes.Takes(recording_files.read, chosen) for split, chosen in found.items()}

    def _take(self, folder: str, path: pathlib.Path) -> takes.Take:
        return takes.Take(
            files=(path,),
            identity=str(draw.person(folder)),
            recording=f"{folder}/{path.stem}",
            clip=takes.CLIP_BOTH_ENDS if self.options["clip"] else (0, 0),
        )


def _people(root: pathlib.Path) -> list[pathlib.Path]:
    found = [path for path in archive_tree.sub_folders(root) if "Person" in path.name]
    if not found:
        raise FileNotFoundError(archive_tree.comparison(root, EXPECTED, f"{root} holds no folder Person<n>."))
    archive_tree.check_unique(found, lambda path: draw.person(path.name), "person")
    return found
