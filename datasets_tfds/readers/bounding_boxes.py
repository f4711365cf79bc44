# SPDX-License-Identifier: MIT
"""Archives of bounding boxes, as Market-1501 and DukeMTMC-reID are published, numbered by the rule of open-reid."""

import collections
import dataclasses
import pathlib
import re
import warnings

from datasets_tfds.readers import archive_tree, folder_tree, pose_files, prepared_folder, reid_lists

FOLDERS = {"bounding_box_train": "trainval", "bounding_box_test": "gallery", "query": "query"}
"""Folder, in the order in which persons are met -> list of the persons in it."""
USUAL = {"usual_probe": "query", "usual_gallery": "bounding_box_test"}
"""Split of the protocol that goes by images -> folder."""
JUNK = -1  # person of boxes that show nobody, or too little
_NAME = re.compile(r"(?P<person>-?\d+)_c(?P<camera>\d)")


@dataclasses.dataclass(frozen=True)
class Rule:
    """How an archive's files are numbered.

    Attributes:
        archive: how it looks.
        cameras: how many there are; names count them from 1.
        persons: numbers that a person may have; 0: persons are renumbered 0, 1, 2, ... as they are met.
        published: folder -> images in the published archive.
    """

    archive: archive_tree.Archive
    cameras: int
    persons: int
    published: dict[str, int]


def read(manual_dir: pathlib.Path, rule: Rule, form: reid_lists.Form) -> reid_lists.Lists:
    """Files and division of an archive: person, camera from 0, and the number of the image among those of both.

    Query and gallery are lists of persons: every image of them, from whichever folder, is searched for and in. The
    usual division, by the folders of the images, is in `others`. Poses are taken from a folder `poses` beside the
    archive's or in it, named as open-reid names the images, where there is one.

    Raises:
        FileNotFoundError: a folder is missing or empty, or a pose file.
        ValueError: a file's name has another form, or a number that the set does not have.
    """
    root = rule.archive.locate(manual_dir, tuple(FOLDERS))
    poses = _poses(manual_dir, root)
    by_folder: dict[str, list[reid_lists.Item]] = {folder: [] for folder in FOLDERS}
    numbers: dict[int, int] = {JUNK: JUNK}
    counts: collections.Counter = collections.Counter()
    for folder, items in by_folder.items():
        for path in _images(rule, root / folder):
            person, camera = _numbers(rule, path)
            if not rule.persons:
                person = numbers.setdefault(person, len(numbers) - 1)
            frame = counts[person, camera]
            counts[person, camera] += 1
            name = f"{person:08d}_{camera:02d}_{frame:04d}"
            pose = f"{poses}/{name}{pose_files.ENDING}" if poses and person != JUNK else ""
            place = path.relative_to(root).as_posix()
            items.append(reid_lists.Item(f"{name}.jpg", person, camera, frame, place, pose))
        if len(items) != rule.published[folder]:
            warnings.warn(
                f"{root / folder} holds {len(items):,} images, the published archive {rule.published[folder]:,}.",
                stacklevel=3,
            )
    return _lists(root, form, by_folder)


def _lists(root: pathlib.Path, form: reid_lists.Form, by_folder: dict[str, list[reid_lists.Item]]) -> reid_lists.Lists:
    known = {folder: [item for item in items if item.person != JUNK] for folder, items in by_folder.items()}
    of_person: dict[int, list[reid_lists.Item]] = {}
    for item in (item for items in known.values() for item in items):
        of_person.setdefault(item.person, []).append(item)
    ordered = {person: tuple(sorted(of_person[person], key=lambda item: item[2:4])) for person in sorted(of_person)}
    parts = {FOLDERS[folder]: sorted({item.person for item in items}) for folder, items in known.items()}
    usual = {split: by_folder[folder] for split, folder in USUAL.items()}
    return reid_lists.Lists(root, form, ordered, parts, others=usual)


def _poses(manual_dir: pathlib.Path, root: pathlib.Path) -> str:
    """Path of the folder of poses from `root`, "" where there is none."""
    if (root / prepared_folder.POSES).is_dir():
        return prepared_folder.POSES
    return f"../{prepared_folder.POSES}" if root != manual_dir and (manual_dir / prepared_folder.POSES).is_dir() else ""


def _images(rule: Rule, folder: pathlib.Path) -> list[pathlib.Path]:
    # Windows left a Thumbs.db in each folder of Market-1501.
    paths = [path for path in rule.archive.files(folder) if path.suffix == ".jpg"]
    if not paths:
        complaint = f"{folder} holds no .jpg files."
        raise FileNotFoundError(folder_tree.comparison(folder, complaint, rule.archive.expected))
    return paths


def _numbers(rule: Rule, path: pathlib.Path) -> tuple[int, int]:
    words = _NAME.match(path.name)
    if words is None:
        complaint = f"{path} is not called like an image of {rule.archive.name}."
        raise ValueError(folder_tree.comparison(path.parent, complaint, rule.archive.expected))
    person, camera = int(words["person"]), int(words["camera"])
    if not 1 <= camera <= rule.cameras or not JUNK <= person < (rule.persons or person + 1):
        persons = f" and persons up to {rule.persons - 1}" if rule.persons else ""
        raise ValueError(f"{path}: {rule.archive.name} has cameras 1 to {rule.cameras}{persons}; is it of another set?")
    return person, camera - 1
