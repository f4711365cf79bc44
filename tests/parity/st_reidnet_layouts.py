# SPDX-License-Identifier: MIT
"""What the original loaders make of folders, and open-reid of archives, beside what the product's readers make."""

import json
import pathlib
import tempfile
from collections.abc import Iterable, Iterator

from datasets_tfds.dance_reid import dance_reid_dataset_builder
from datasets_tfds.dukemtmc_reid import dukemtmc_reid_dataset_builder
from datasets_tfds.market1501 import market1501_dataset_builder
from datasets_tfds.readers import bounding_boxes, prepared_folder, reid_lists
from tests.parity import reading, rows
from tfskel.data import recordings

# The original's name of a data set -> its builder.
BUILDERS = {
    "DanceReID": dance_reid_dataset_builder.Builder,
    "market1501": market1501_dataset_builder.Builder,
    "dukemtmc": dukemtmc_reid_dataset_builder.Builder,
}
LEARNT = ("train", "val", "trainval")


def of_folders(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Items of every list of every split: file, label or person, and camera or frame."""
    for name, recorded in reading.load_settings(path).items():
        for split in range(len(recorded["splits"])):
            row, expected = rows.Table("st_reidnet", path.stem), recorded[f"expected_split{split}"]
            with tempfile.TemporaryDirectory() as folder:
                lists = _read(pathlib.Path(folder), recorded, BUILDERS[name].FORM, split)
            train, validation = lists.halves()
            persons = {"train": train, "val": validation, "trainval": lists.trainval} | {
                part: lists.parts[part] for part in ("query", "gallery")
            }
            for part, chosen in persons.items():
                ours, theirs = (_columns(items) for items in (_items(lists, part, chosen), expected[part]))
                for place, quantity in enumerate(("file", "label", "camera")):
                    yield row(f"layout/{name}/{split}/{part}/{quantity}", ours[place], theirs[place])
                if part in LEARNT:
                    yield row(f"layout/{name}/{split}/{part}/count", len(chosen), expected[f"num_{part}_ids"])


def of_archives(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Names that images get by person and camera, and the lists of persons."""
    for name, recorded in reading.load_settings(path).items():
        row, builder = rows.Table("st_reidnet", path.stem), BUILDERS[name]
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for inside, names in recorded["files"].items():
                (root / inside).mkdir()
                for file in names:
                    (root / inside / file).touch()
            lists = bounding_boxes.read(root, builder.RULE, builder.FORM)
        rule, expected = builder.RULE, recorded["nonempty_identities"]
        yield row(f"archive/{name}/persons", sorted(lists.items), sorted(map(int, expected)))
        for person, cameras in expected.items():
            for camera, names in enumerate(cameras):
                ours = [item.name for item in lists.items[int(person)] if item.camera == camera]
                yield row(f"archive/{name}/names/{person}/{camera}", _letters(ours), _letters(names))
        for part in reid_lists.PARTS:
            yield row(f"archive/{name}/{part}", lists.parts[part], recorded["splits"][0][part])
        yield row(f"archive/{name}/numbers", rule.persons or len(lists.items), recorded["num_identities"])
        yield row(f"archive/{name}/cameras", rule.cameras, recorded["meta_without_identities"]["num_cameras"])


def _read(root: pathlib.Path, recorded: dict, form: reid_lists.Form, split: int) -> reid_lists.Lists:
    """The folder with empty files, read by the product."""
    for file, key in ((prepared_folder.META, "meta"), (prepared_folder.SPLITS[0], "splits"),
                      (prepared_folder.VIDEOS, "video")):  # fmt: skip
        if key in recorded:
            (root / file).write_text(json.dumps(recorded[key]))
    for person in recorded["meta"]["identities"]:
        for name in person if person and isinstance(person[0], str) else sum(person, []):
            for path in (root / "images" / name, (root / "poses" / name).with_suffix(".txt")):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
    return prepared_folder.read(root, form, split)


def _items(lists: reid_lists.Lists, part: str, persons: list[int]) -> Iterator[tuple[str, int, int]]:
    """Name, label (of a searched person its number) and camera of what the product stores of some persons."""
    images = lists.images(lists.of(persons))
    labels = {name: label for label, name in enumerate(recordings.sorted_identities(row.identity for row in images))}
    for image in images:
        label = labels[image.identity] if part in LEARNT else int(image.identity)
        yield image.path.removeprefix(f"{prepared_folder.IMAGES}/"), label, int(image.camera)


def _columns(items: Iterable[tuple[str, int, int]]) -> tuple:
    names, labels, cameras = zip(*items, strict=True)
    return _letters(names), labels, cameras


def _letters(names: Iterable[str]) -> list[int]:
    """Texts as numbers, which is what is compared."""
    return [ord(letter) for name in names for letter in f"{name}\n"]
