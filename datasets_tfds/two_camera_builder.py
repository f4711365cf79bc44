# SPDX-License-Identifier: MIT
"""What the tracklet sets of two cameras share: a folder per person and camera, and random halves in list files."""

import functools
import pathlib
import re
from collections.abc import Iterator
from typing import Any

from datasets_tfds import image_builder
from datasets_tfds.readers import archive_tree, folder_tree, frame_lists, image_files

LISTS = "lists"  # folder of the list files below manual_dir; where there is none, manual_dir itself
PARTS = ("train", "test")
MOST_DIVISIONS = 99
LISTS_NEEDED = """\
The lists of the random halves are needed, too: text files with `train` or `test` and the number of the division in
their names, one frame in a line (path, tracklet, camera). The uPMnet and DAL projects publish the same ones (DAL: MIT).
Put them into the folder `lists`."""


class TwoCameraBuilder(image_builder.ImageBuilder, skip_registration=True):
    """Stores the listed frames once, with the train identities of each division in the metadata.

    A data set states CAMERAS, FRAME and EXPECTED. An identity is the name of its folder, which both cameras share, a
    tracklet is that folder in its camera, named cam1/<person> or cam2/<person>.
    """

    CAMERAS: tuple[tuple[str, str], ...] = ()  # folders of both cameras below manual_dir, the first pair that is there
    FRAME = r""  # file name of a frame, its number as group "frame"
    EXPECTED = ""  # tree for messages

    def images(self, manual_dir: pathlib.Path) -> dict[str, Iterator[dict[str, Any]]]:
        """All listed frames, camera by camera in the order of their names.

        Raises:
            FileNotFoundError: camera folders or lists are missing, or a list names a frame that is not there.
            ValueError: a list is damaged, or does not divide the persons in two; names it.
        """
        cameras, divisions = self._cameras(manual_dir), []
        listed: set[str] = set()
        for number, files in self._lists(manual_dir).items():
            train, test = (_Half(files[part], self._person) for part in PARTS)
            _check_apart(train, test)
            listed |= train.paths | test.paths
            divisions.append((number, train, test))
        for _, train, test in divisions:
            _check_complete(listed, self._person, train, test)
        self.info.metadata.update(divisions=[sorted(train.persons) for _, train, _ in divisions])
        return {self.FRAMES: map(functools.partial(self._example, cameras), sorted(listed, key=self._order))}

    def _cameras(self, manual_dir: pathlib.Path) -> dict[str, pathlib.Path]:
        """Camera folder as the lists name it -> where it is."""
        for pair in self.CAMERAS:
            folders = [manual_dir / name for name in pair]
            if all(folder.is_dir() for folder in folders):
                return dict(zip(("cam1", "cam2"), folders, strict=True))
        complaint = f"{manual_dir} does not hold the folders of two cameras."
        raise FileNotFoundError(folder_tree.comparison(manual_dir, complaint, self.EXPECTED))

    def _lists(self, manual_dir: pathlib.Path) -> dict[int, dict[str, pathlib.Path]]:
        """Number of a division, ascending -> "train" and "test" -> list file."""
        folder = manual_dir / LISTS
        paths = sorted(folder.rglob("*.txt")) if folder.is_dir() else sorted(manual_dir.glob("*.txt"))
        places = [(place, path) for path in paths if (place := _place(path, manual_dir))]
        archive_tree.check_unique((path for _, path in places), lambda path: _place(path, manual_dir), "list")
        numbers = sorted({number for (number, _), _ in places})
        found = dict(places)
        missing = [f"division {n} has no {part} list" for n in numbers for part in PARTS if (n, part) not in found]
        if missing or not numbers:
            complaint = missing[0] if missing else f"{folder} holds no list files"
            raise FileNotFoundError(folder_tree.comparison(manual_dir, f"{complaint}. {LISTS_NEEDED}", self.EXPECTED))
        return {number: {part: found[number, part] for part in PARTS} for number in numbers}

    def _person(self, path: str, where: str) -> str:
        """Name of the person's folder in a path of a list."""
        words = path.split("/")
        if len(words) != 3 or words[0] not in ("cam1", "cam2") or not re.fullmatch(self.FRAME, words[2]):
            raise ValueError(f"{where}: expected paths like cam1/<person>/<frame>; received {path!r}.")
        return words[1]

    def _order(self, path: str) -> tuple[str, str, int]:
        camera, person, name = path.split("/")
        return camera, person, int(re.fullmatch(self.FRAME, name)["frame"])

    def _example(self, cameras: dict[str, pathlib.Path], path: str) -> dict[str, Any]:
        camera, person, frame = self._order(path)
        return {
            "image": image_files.read(cameras[camera] / person / path.rpartition("/")[2]),
            "identity": person,
            "camera": camera.removeprefix("cam"),
            "tracklet": f"{camera}/{person}",
            "frame": frame,
            "path": path,
        }


def _place(path: pathlib.Path, manual_dir: pathlib.Path) -> tuple[int, str] | None:
    """Number of the division, 1 where the name has none, and part of a list file; None for another file."""
    part = next((part for part in PARTS if part in path.name), None)
    numbers = [int(word) for word in re.findall(r"\d+", str(path.relative_to(manual_dir)))]
    return part and ([1, *(number for number in numbers if 0 < number <= MOST_DIVISIONS)][-1], part)


class _Half:
    """Frames and persons of a list; in each camera a tracklet is a person's, as the evaluation takes it for granted."""

    def __init__(self, path: pathlib.Path, person):
        self.path, self.paths, self.persons = path, set(), set()
        of_tracklet: dict[int, str] = {}
        for frame in frame_lists.read(path):
            name = person(frame.path, str(path))
            other = of_tracklet.setdefault(frame.tracklet, name)
            if other != name or not frame.path.startswith(f"cam{frame.camera}/"):
                raise ValueError(
                    f"{path}: tracklet {frame.tracklet} of camera {frame.camera} is {frame.path}, but the tracklet of "
                    f"that number is of {other}; a number is one person in both cameras."
                )
            self.paths.add(frame.path)
            self.persons.add(name)


def _check_apart(train: _Half, test: _Half) -> None:
    both = sorted(train.persons & test.persons)
    if both:
        raise ValueError(f"{train.path} and {test.path} both hold {', '.join(both[:5])}; expected each person in one.")


def _check_complete(listed: set[str], person, *halves: _Half) -> None:
    """A division is stored as its persons, so its lists must hold all frames of them."""
    for half in halves:
        missing = sorted(path for path in listed - half.paths if person(path, "") in half.persons)
        if missing:
            raise ValueError(
                f"{half.path} lacks {missing[0]} ({len(missing)} frames), which another list has; expected all frames "
                "of a person in each list that names it."
            )
