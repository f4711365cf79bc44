# SPDX-License-Identifier: MIT
"""Persons and their files in the manner of open-reid: numbered persons, and lists of those to learn and to search."""

import dataclasses
import pathlib
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from datasets_tfds.readers import listed_images

PARTS = ("trainval", "query", "gallery")


@dataclasses.dataclass(frozen=True)
class Form:
    """How a data set numbers its persons and writes its poses.

    Attributes:
        cameras: names are person_camera_frame. Otherwise they are person_frame: the number of the frame in the video
            stands for the camera, and a tracklet is a person in a video.
        joints, rows_first: of a pose file, see `pose_files.read`.
        digits: of a person's number in file names.
        validation: persons that are kept out of training when not all are trained on.
    """

    cameras: bool
    joints: int
    rows_first: bool
    digits: int
    validation: int

    def identity(self, person: int) -> str:
        """Text of a person's number; the order of texts is that of the numbers."""
        return str(person) if person < 0 else f"{person:0{self.digits}d}"

    def numbers(self, name: str, where: str) -> tuple[int, int, int]:
        """Person, camera and frame in a file's name; its folder and ending are not read.

        Raises:
            ValueError: the name has another form.
        """
        words = re.fullmatch("_".join([r"(\d{1,18})"] * (2 + self.cameras)), pathlib.PurePosixPath(name).stem)
        if words is None:
            expected = "person_camera_frame" if self.cameras else "person_frame"
            raise ValueError(f"{where}: expected a name like {expected}.jpg, whole numbers; received {name[:80]!r}.")
        person, *camera, frame = map(int, words.groups())
        return person, camera[0] if camera else frame, frame


CAMERAS = Form(cameras=True, joints=18, rows_first=True, digits=8, validation=100)
"""Sets of persons before several cameras, as FD-GAN prepares them."""


class Item(NamedTuple):
    """An image: name in the lists, numbers, and files of image and pose ("" for none) below the root."""

    name: str
    person: int
    camera: int
    frame: int
    path: str
    pose: str


@dataclasses.dataclass(frozen=True)
class Lists:
    """A data set's files, and one of its divisions.

    Attributes:
        root: folder of the files.
        form: see there.
        items: person -> images, by camera and then as listed.
        parts: name in PARTS -> persons as listed.
        videos: video -> persons; empty where unknown.
        others: split -> images, where a division goes by images and not by persons.
    """

    root: pathlib.Path
    form: Form
    items: dict[int, tuple[Item, ...]]
    parts: dict[str, list[int]]
    videos: dict[str, list[int]] = dataclasses.field(default_factory=dict)
    others: dict[str, list[Item]] = dataclasses.field(default_factory=dict)

    def of(self, persons: Iterable[int]) -> list[Item]:
        """All images of some persons, person by person."""
        return [item for person in persons for item in self.items[person]]

    @property
    def trainval(self) -> list[int]:
        """Persons to learn from, ascending: a label is a place in this order."""
        return sorted(self.parts["trainval"])

    def halves(self) -> tuple[list[int], list[int]]:
        """Persons to train on and to validate with: the last ones of `trainval`, as many as the form says.

        Raises:
            ValueError: nobody is left to train on.
        """
        persons, size = self.trainval, self.form.validation
        if size >= len(persons):
            raise ValueError(
                f"{self.root}: {size} persons are kept out for validation, but trainval holds {len(persons)}; expected "
                "more. Set combine_trainval=True to train on all of them."
            )
        return persons[:-size], persons[-size:]

    def images(self, items: Sequence[Item]) -> list[listed_images.ListedImage]:
        """The files of some images, with what is known about them."""
        places = {person: video for video, persons in reversed(self.videos.items()) for person in persons}
        return [self._image(item, places) for item in items]

    def _image(self, item: Item, places: dict[int, str]) -> listed_images.ListedImage:
        identity = self.form.identity(item.person)
        moving = "/".join((places[item.person], identity) if item.person in places else (identity,))
        return listed_images.ListedImage(
            root=self.root,
            path=item.path,
            identity=identity,
            camera=str(item.camera),
            tracklet="" if self.form.cameras else moving,
            frame=item.frame,
            pose=item.pose,
            joints=self.form.joints,
            rows_first=self.form.rows_first,
        )
