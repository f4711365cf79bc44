# SPDX-License-Identifier: MIT
"""Folders in the layout of open-reid and FD-GAN: images/, poses/, meta.json, splits.json and video.json."""

import os
import pathlib
from collections.abc import Iterable, Sequence

from datasets_tfds.readers import folder_tree, pose_files, reid_lists
from tfskel import arrays

IMAGES, POSES, META, VIDEOS = "images", "poses", "meta.json", "video.json"
SPLITS = ("splits.json", "split.json")  # the loaders read the first, DanceReID's generator writes the second
EXPECTED = """
  images/<name>.jpg ...          sub folders are allowed, where meta.json names them, too
  poses/<name>.txt ...           a joint in each line, two numbers in pixels
  meta.json                      identities: the file names of each person
  splits.json                    a list of divisions: trainval, query and gallery, numbers of persons each
  video.json                     video -> numbers of persons (DanceReID)
"""
_COPY = "copy it again"
_SHOWN = 5


def find(manual_dir: pathlib.Path, names: Sequence[str]) -> pathlib.Path | None:
    """The first of `manual_dir` and the folders `names` in it that holds an entry of the layout; None without one."""
    folders = (manual_dir, *(manual_dir / name for name in names))
    entries = (META, *SPLITS, IMAGES)
    return next((folder for folder in folders if any((folder / entry).exists() for entry in entries)), None)


def read(root: pathlib.Path, form: reid_lists.Form, split: int, packed: bool = False) -> reid_lists.Lists:
    """Files and one division of a folder.

    Args:
        root: the folder.
        form: of the data set; video.json is needed where names hold no camera.
        split: which entry of splits.json, from 0.
        packed: images and poses are elsewhere, in one file; then their folders are not looked for.

    Raises:
        FileNotFoundError: an entry of the folder, an image or a pose file is missing.
        ValueError: a file is no JSON or holds something else than expected, there is no such split, a name disagrees
            with its place in meta.json, or a person of the split has no images; the message names file and entry.
    """
    _check_entries(root, form, packed)
    items = _items(root / META, form)
    parts = _parts(next(root / name for name in SPLITS if (root / name).is_file()), split)
    for part, persons in parts.items():
        lacking = [person for person in persons if not items.get(person)]
        if lacking:
            raise ValueError(
                f"{root / META}: no images of {_some(lacking)}, which {part} of split {split} lists; make both files "
                "from the same images."
            )
    videos = _videos(root / VIDEOS) if (root / VIDEOS).is_file() else {}
    lists = reid_lists.Lists(root, form, items, parts, videos)
    if not packed:
        _check_files(root, lists.of(dict.fromkeys(person for persons in parts.values() for person in persons)))
    return lists


def _check_entries(root: pathlib.Path, form: reid_lists.Form, packed: bool) -> None:
    folders = () if packed else (IMAGES, POSES)
    missing = [f"{name}/" for name in folders if not (root / name).is_dir()]
    missing += [META] if not (root / META).is_file() else []
    missing += [SPLITS[0]] if not any((root / name).is_file() for name in SPLITS) else []
    missing += [VIDEOS] if not form.cameras and not (root / VIDEOS).is_file() else []
    if missing:
        raise FileNotFoundError(folder_tree.comparison(root, f"{root} lacks {', '.join(missing)}.", EXPECTED))


def _items(path: pathlib.Path, form: reid_lists.Form) -> dict[int, tuple[reid_lists.Item, ...]]:
    content = arrays.read_json(path, _COPY)
    identities = content.get("identities") if isinstance(content, dict) else None
    if not isinstance(identities, list):
        raise ValueError(f"{path}: expected an object with a list `identities`, an entry for each person; {_COPY}.")
    items = {person: tuple(_of_person(path, form, person, entry)) for person, entry in enumerate(identities)}
    for person, of_person in items.items():
        names = [item.name for item in of_person]
        if len(set(names)) < len(names):  # two persons cannot have one: names hold the person
            twice = max(names, key=names.count)
            raise ValueError(f"{path}, identities[{person}]: {twice!r} stands there twice; expected once.")
    return items


def _of_person(path: pathlib.Path, form: reid_lists.Form, person: int, entry) -> Iterable[reid_lists.Item]:
    cameras = entry if form.cameras else [entry]
    if not isinstance(entry, list) or not all(isinstance(names, list) for names in cameras):
        kind = "a list of names for each camera" if form.cameras else "a list of names"
        raise ValueError(f"{path}, identities[{person}]: expected {kind}; received {str(entry)[:80]}.")
    for camera, names in enumerate(cameras):
        place = f"{path}, identities[{person}]" + f"[{camera}]" * form.cameras
        for name in names:
            if not isinstance(name, str):
                raise ValueError(f"{place}: expected file names; received {str(name)[:80]}.")
            numbers = form.numbers(name, place)
            if numbers[: 1 + form.cameras] != (person, camera)[: 1 + form.cameras]:
                of_camera = f" and camera {camera}" if form.cameras else ""
                raise ValueError(f"{place}: {name!r} is not of person {person}{of_camera}, whose place this is.")
            stem = pathlib.PurePosixPath(name).with_suffix(pose_files.ENDING)
            yield reid_lists.Item(name, *numbers, f"{IMAGES}/{name}", f"{POSES}/{stem}")


def _parts(path: pathlib.Path, split: int) -> dict[str, list[int]]:
    splits = arrays.read_json(path, _COPY)
    if not isinstance(splits, list):
        raise ValueError(f"{path}: expected a list of splits; received {type(splits).__name__}.")
    if not 0 <= split < len(splits):
        raise ValueError(f"{path} holds {len(splits)} splits, counted from 0; received split {split} (option split).")
    where, chosen = f"{path}, split {split}", splits[split]
    lacking = [part for part in reid_lists.PARTS if not isinstance(chosen, dict) or part not in chosen]
    if lacking:
        raise ValueError(f"{where}: {', '.join(lacking)} missing; expected {', '.join(reid_lists.PARTS)}.")
    return {part: _persons(chosen[part], f"{where}, {part}") for part in reid_lists.PARTS}


def _videos(path: pathlib.Path) -> dict[str, list[int]]:
    videos = arrays.read_json(path, _COPY)
    if not isinstance(videos, dict):
        raise ValueError(f"{path}: expected an object, video -> persons; received {type(videos).__name__}.")
    return {video: _persons(persons, f"{path}, {video!r}") for video, persons in videos.items()}


def _persons(value, where: str) -> list[int]:
    if not isinstance(value, list) or not value or not all(type(person) is int and person >= 0 for person in value):
        raise ValueError(f"{where}: expected a list of persons, whole numbers from 0; received {str(value)[:80]}.")
    if len(set(value)) < len(value):
        twice = sorted({person for person in value if value.count(person) > 1})
        raise ValueError(f"{where}: {_some(twice)} listed twice; expected each once.")
    return value


def _check_files(root: pathlib.Path, items: list[reid_lists.Item]) -> None:
    """Checks before a long build that all files are there."""
    for kind, paths in (("image", [item.path for item in items]), ("pose file", [item.pose for item in items])):
        folder = root / paths[0].partition("/")[0]
        there = {
            pathlib.Path(place, name).relative_to(root).as_posix()
            for place, _, names in os.walk(folder, followlinks=True)
            for name in names
        }
        missing = [path for path in paths if path not in there]
        if missing:
            raise FileNotFoundError(
                f"{kind} {root / missing[0]} is missing ({len(missing)} of {len(paths)}); {META} names it. Copy the "
                "files again, or make meta.json from those that are there."
            )


def _some(persons: list[int]) -> str:
    more = f" and {len(persons) - _SHOWN} more" if len(persons) > _SHOWN else ""
    return f"person{'s' * (len(persons) > 1)} {', '.join(map(str, persons[:_SHOWN]))}{more}"
