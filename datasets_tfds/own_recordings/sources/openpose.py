# SPDX-License-Identifier: MIT
"""OpenPose's output: a JSON file for each frame, with a list of the people in it."""

import pathlib
import re
from collections.abc import Iterator, Sequence

import numpy as np

from datasets_tfds.own_recordings.layouts import match
from datasets_tfds.own_recordings.sources import captured
from tfskel import arrays

FRAME = re.compile(r"(?P<recording>.*?)[_\-.]?(?P<frame>\d+)_keypoints\.json")
_LAYOUTS = ("openpose_body25", "openpose_coco18", "coco17")
_KEYS = ("pose_keypoints_3d", "pose_keypoints_2d", "pose_keypoints")


def read(paths: Sequence[pathlib.Path], layout: str = "") -> Iterator[captured.Captured]:
    """The recording of the frames of one folder and name, in the order of their numbers.

    The most certain person of a frame is taken; a frame with nobody was captured, and nobody seen in it.

    Args:
        paths: files whose names match FRAME.
        layout: "" for what the number of key points says.

    Raises:
        ValueError: names the file that cannot be used.
    """
    numbered = sorted((int(FRAME.fullmatch(path.name)["frame"]), path) for path in paths)
    several, people, places = 0, {}, {}
    for number, path in numbered:
        content = arrays.read_json(path, "write the frame again, or remove it")
        listed = content.get("people") if isinstance(content, dict) else None
        if not isinstance(listed, list):
            raise ValueError(f'{path}: expected an object with a list "people"; received {str(content)[:60]!r}.')
        several, places[number] = several + (len(listed) > 1), path
        people[number] = max((_person(person, path) for person in listed), key=_certainty, default=None)
    yield _recording(places, people, layout, several)


def _person(person: dict, path: pathlib.Path) -> tuple[bool, np.ndarray]:
    """Whether in a picture, and (J, 4) x, y, z, confidence."""
    key = next((key for key in _KEYS if isinstance(person, dict) and person.get(key)), None)
    width = 4 if key == _KEYS[0] else 3
    try:
        values = np.array(person[key], np.float64).reshape(-1, width)
    except (TypeError, ValueError, KeyError):
        raise ValueError(
            f"{path}: expected for each person one of {', '.join(_KEYS)}, {width} numbers a joint; received "
            f"{str(person)[:60]!r}."
        ) from None
    if not (np.abs(values) <= captured.FARTHEST).all():
        raise ValueError(f"{path}: a key point at {values[~(np.abs(values) <= captured.FARTHEST)][0]:g}.")
    return width == 3, values if width == 4 else np.insert(values, 2, 0.0, axis=1)


def _certainty(person: tuple[bool, np.ndarray]) -> float:
    return float(person[1][:, 3].sum())


def _recording(places: dict, people: dict, layout: str, several: int) -> captured.Captured:
    where = str(next(iter(places.values())))
    seen = [person for person in people.values() if person is not None]
    if not seen:
        raise ValueError(f"{where}: nobody in any of the {len(people)} frames.")
    flat, first = seen[0]
    values = np.full((len(people), *first.shape), np.nan)
    for place, (number, person) in enumerate(people.items()):
        if person is not None and (person[0] != flat or person[1].shape != first.shape):
            raise ValueError(f"{places[number]}: other key points than in the frames before; expected one kind.")
        if person is not None:
            values[place] = person[1]
    values[values[..., 3] == 0] = np.nan  # not seen
    matched = match.by_number(values.shape[1], where, layout, _LAYOUTS)
    return captured.Captured(
        where, matched, matched.joints, values[..., :3], np.nan_to_num(values[..., 3]), np.array(list(people)),
        None, "", flat, ("", ""), several,
    )  # fmt: skip
