# SPDX-License-Identifier: MIT
"""The rendered sets as plain folders, laid out as the original programs read their data."""

import os
import pathlib
import tempfile
from collections.abc import Iterable
from typing import Any

from datasets_tfds.person_sim import contact_sheet, examples
from datasets_tfds.person_sim.options import Options
from tfskel import arrays

CONTACT_SHEET = "contact_sheet.png"


def write(options: Options, folder: pathlib.Path) -> None:
    """Writes a set, complete or not at all, with a contact sheet.

    Walkers: `cam1/person_0000/0001.png`, ... with the list files `traindata.txt` and `testdata.txt`: path, tracklet
    within its camera, camera, tracklet; numbers from 1. Dancers: `images/`, `poses/`, `meta.json`, `splits.json` and
    `video.json`; persons are numbered from 0, and the files `PPPP_FFFFFF.jpg` hold PNG data, which readers go by.

    Args:
        options: which set. folder: must be new.

    Raises:
        FileExistsError: the folder exists.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} exists; remove it or write to another folder.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    splits = examples.splits(options)
    with tempfile.TemporaryDirectory(prefix=arrays.UNFINISHED, dir=folder.parent) as temporary:
        new = pathlib.Path(temporary) / folder.name
        new.mkdir()
        (new / CONTACT_SHEET).write_bytes(examples.encoded(contact_sheet.contact_sheet(options)))
        if options.set == "dancers":
            _write_dancers(splits["train"], splits["test"], new)
        else:
            _write_walkers(splits["train"], new, "traindata.txt")
            _write_walkers((row for split in ("probe", "gallery") for row in splits[split]), new, "testdata.txt")
        os.replace(new, folder)


def _write_walkers(rows: Iterable[dict[str, Any]], folder: pathlib.Path, list_file: str) -> None:
    lines, tracklets, of_camera = [], {}, {}
    for row in rows:
        _write_bytes(folder / row["path"], row["image"])
        running = tracklets.setdefault(row["tracklet"], len(tracklets) + 1)
        seen = of_camera.setdefault(row["camera"], {})
        number = seen.setdefault(row["tracklet"], len(seen) + 1)
        lines.append(f"{row['path']} {number} {row['camera']} {running}\n")
    arrays.write_text(folder / list_file, "".join(lines))


def _write_dancers(train: Iterable[dict[str, Any]], test: Iterable[dict[str, Any]], folder: pathlib.Path) -> None:
    numbers, names, videos, persons = {}, [], {}, {"train": [], "test": []}
    for split, rows in (("train", train), ("test", test)):
        for row in rows:
            if row["identity"] not in numbers:
                number = numbers[row["identity"]] = len(numbers)
                names.append([])
                persons[split].append(number)
                videos.setdefault(examples.video(row), []).append(number)
            name = f"{numbers[row['identity']]:04d}_{row['frame']:06d}"
            names[-1].append(f"{name}.jpg")
            _write_bytes(folder / "images" / f"{name}.jpg", row["image"])
            pose = "".join(f"{x:.3f} {y:.3f}\n" for x, y in row["pose"])
            arrays.write_text(folder / "poses" / f"{name}.txt", pose)
    arrays.write_json(folder / "meta.json", {"name": "person_sim", "shot": "single", "identities": names})
    split = {"trainval": persons["train"], "query": persons["test"], "gallery": persons["test"]}
    arrays.write_json(folder / "splits.json", [split])
    arrays.write_json(folder / "video.json", videos)


def _write_bytes(path: pathlib.Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
