# SPDX-License-Identifier: MIT
"""Invented folders in the layouts of the person sets, each image of a grey level of its own."""

import io
import json
import pathlib

import numpy as np
from PIL import Image

from datasets_tfds import catalogue


def picture(level: int, form: str = "PNG") -> bytes:
    """An image of 8 x 4 pixels."""
    file = io.BytesIO()
    Image.fromarray(np.full((8, 4, 3), level % 256, np.uint8)).save(file, form)
    return file.getvalue()


def dances(root: pathlib.Path, persons: int = 8, of_video: int = 2, frames=(5, 10), searched=(6, 7)) -> pathlib.Path:
    """A folder of DanceReID: person p in the video clip<p // of_video>, whose second half has folders of its own."""
    names = [[f"{_folder(person, persons, of_video)}{person:04d}_{frame:06d}.jpg" for frame in frames]
             for person in range(persons)]  # fmt: skip
    videos = {f"clip{first // of_video}": list(range(first, first + of_video)) for first in range(0, persons, of_video)}
    for level, name in enumerate(name for of_person in names for name in of_person):
        put(root / "images" / name, picture(level))
        pose = "".join(f"{level}.5 {joint - 1}\n" for joint in range(17))
        put(root / "poses" / name.replace(".jpg", ".txt"), pose.encode())
    trainval = [person for person in reversed(range(persons)) if person not in searched]
    write(root, "meta.json", {"name": "x", "shot": "single", "identities": names})
    write(root, "splits.json", [{"trainval": trainval, "query": list(searched), "gallery": list(searched)}])
    write(root, "video.json", videos)
    return root


def _folder(person: int, persons: int, of_video: int) -> str:
    return f"{person // of_video:03d}_clip{person // of_video}/" if person >= persons // 2 else ""


def cameras(root: pathlib.Path, persons: int = 6, count: int = 2) -> pathlib.Path:
    """A folder of Market-1501 as FD-GAN prepares it: an image of each person and camera; the last two are searched."""
    names = [[[f"{person:08d}_{camera:02d}_0000.jpg"] for camera in range(count)] for person in range(persons)]
    for level, name in enumerate(name for person in names for camera in person for name in camera):
        put(root / "images" / name, picture(level, "JPEG"))
        pose = "".join(f"{level} {joint - 1}\n" for joint in range(18))
        put(root / "poses" / name.replace(".jpg", ".txt"), pose.encode())
    write(root, "meta.json", {"identities": names, "num_cameras": count})
    split = {"trainval": list(range(persons - 2)), "query": [persons - 1], "gallery": [persons - 2, persons - 1]}
    write(root, "splits.json", [split, split | {"trainval": [0, 1]}])
    return root


def boxes(root: pathlib.Path, names: dict[str, list[str]]) -> pathlib.Path:
    """An archive of boxes: folder -> names."""
    for level, (folder, name) in enumerate((folder, name) for folder, listed in names.items() for name in listed):
        put(root / folder / name, picture(level, "JPEG"))
    return root


def put(path: pathlib.Path, content: bytes) -> None:
    """Writes a file, with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def write(root: pathlib.Path, name: str, content) -> None:
    """Writes JSON."""
    put(root / name, json.dumps(content).encode())


def change(root: pathlib.Path, name: str, *place, value) -> None:
    """Replaces one entry of a JSON file; None takes it out."""
    content = json.loads((root / name).read_text())
    entry = content
    for key in place[:-1]:
        entry = entry[key]
    if value is None:
        del entry[place[-1]]
    else:
        entry[place[-1]] = value
    write(root, name, content)


def images(name: str, manual_dir: pathlib.Path, data_dir: pathlib.Path, **options):
    """Builder of a data set, and split -> its example dicts."""
    builder = catalogue.load(name, data_dir, options)
    return builder, {split: list(rows) for split, rows in builder.images(manual_dir).items()}


def level(example: dict) -> int:
    """Grey level of an image."""
    return int(np.asarray(Image.open(io.BytesIO(example["image"])))[0, 0, 0])
