# SPDX-License-Identifier: MIT
"""Reads BVH files of any skeleton. Layout is free: words count, lines do not; keywords may have any case."""

import dataclasses
import pathlib
import re

import numpy as np
from scipy.spatial import transform

from datasets_tfds.readers import kinematics, motion_lines, numbers, text_rows

END = "End"  # the end site of a joint is named "<joint> End"
_AXES = "xyz"
_CHANNELS = tuple(f"{axis}{what}" for what in ("position", "rotation") for axis in _AXES)
_WORD = re.compile(r"[{}]|[^\s{}]+")
_MOTION = re.compile(
    r"\bMOTION\s+FRAMES(?:\s*:\s*|\s+)(?P<frames>\S+)\s+FRAME\s+TIME(?:\s*:\s*|\s+)(?P<seconds>\S+)", re.IGNORECASE
)


@dataclasses.dataclass(eq=False)
class _Joint:
    name: str
    parent: int
    line: motion_lines.Line
    offset: np.ndarray | None = None
    channels: tuple[str, ...] | None = None


class _Words:
    """The words of the hierarchy, one after another, with the lines they stand in."""

    def __init__(self, path: pathlib.Path, text: str):
        lines = _lines(path, text, 1, _WORD.findall)
        self._words = [(line, word) for line in lines for word in line.words]
        self.line, self._next = motion_lines.Line(path.name, 1, []), 0

    def peek(self) -> tuple[motion_lines.Line, str]:
        """Line and text of the next word; the text is empty after the last."""
        return self._words[self._next] if self._next < len(self._words) else (self.line, "")

    def take(self) -> str:
        self.line, word = self.peek()
        self._next += 1
        return word

    def take_number(self) -> float:
        word = self.take()
        return self.line.reals([word])[0]


def read(path: pathlib.Path) -> tuple[kinematics.Motion, float]:
    """Parses a BVH file.

    Returns:
        Its joints, end sites included; position channels take the place of the joint's OFFSET. And the frame time
        in seconds, positive.

    Raises:
        ValueError: names the file, the line number and what was expected there.
    """
    text = "\n".join(text_rows.lines(path))
    header = _MOTION.search(text)
    if not header:
        raise ValueError(f"{path.name}: expected MOTION followed by 'Frames: <n>' and 'Frame Time: <seconds>'.")
    joints = _hierarchy(_Words(path, text[: header.start()]))
    last = motion_lines.Line(path.name, text.count("\n", 0, header.end()) + 1, [])
    (seconds,) = last.reals([header["seconds"]])
    stated = motion_lines.Line(path.name, text.count("\n", 0, header.start("frames")) + 1, [])
    count = stated.integer(header["frames"])
    lines = _lines(path, text[header.end() :], last.number, str.split)
    rows = _rows(path, lines, sum(len(joint.channels) for joint in joints))
    if len(rows) != count or count < 1 or seconds <= 0:
        raise ValueError(
            f"{path.name}: states {count} frames of {seconds} s and holds {len(rows)}; expected at "
            "least 1, as many as stated. Is the file truncated?"
        )
    return _motion(joints, rows), float(seconds)


def _lines(path: pathlib.Path, text: str, first: int, split) -> list[motion_lines.Line]:
    return [motion_lines.Line(path.name, i, split(row)) for i, row in enumerate(text.split("\n"), start=first)]


def _hierarchy(words: _Words) -> list[_Joint]:
    joints: list[_Joint] = []
    inside: list[_Joint] = []
    while word := words.take():
        key, joint = word.upper(), inside[-1] if inside else None
        if key in (("JOINT", END.upper()) if joint else ("ROOT",)):
            joints.append(_begin(words, key, joints, joint))
            inside.append(joints[-1])
        elif key == "OFFSET" and joint and joint.offset is None:
            joint.offset = np.array([words.take_number() for _ in _AXES])
        elif key == "CHANNELS" and joint and joint.channels is None:
            joint.channels = _channels(words)
        elif key == "}" and joint:
            if joint.offset is None:
                raise words.line.error(f"joint {joint.name!r} of line {joint.line.number} has no OFFSET.")
            joint.channels = joint.channels or ()
            inside.pop()
        elif key != "HIERARCHY" or joints:
            raise words.line.error(f"unexpected in the hierarchy: {word[:20]!r}.")
    if inside or not joints:
        missing = f"a }} for joint {inside[-1].name!r} of line {inside[-1].line.number}" if inside else "ROOT"
        raise words.line.error(f"the hierarchy ends here; expected {missing}.")
    return joints


def _begin(words: _Words, key: str, joints: list[_Joint], parent: _Joint | None) -> _Joint:
    line, name = words.line, [words.take()]
    while words.peek()[0] == words.line and words.peek()[1] not in ("{", ""):
        name.append(words.take())
    full = f"{parent.name} {END}" if key == END.upper() else " ".join(name)
    if name[0] in ("{", "}", "") or words.take() != "{":
        raise words.line.error(f"expected a name and {{ after {key} in line {line.number}.")
    other = next((joint for joint in joints if joint.name == full), None)
    if other:
        raise words.line.error(f"joint {full!r} stands there twice; the first is in line {other.line.number}.")
    return _Joint(full, joints.index(parent) if parent else -1, line)


def _channels(words: _Words) -> tuple[str, ...]:
    stated, channels = words.take(), []
    while words.peek()[1].lower() in _CHANNELS:
        channels.append(words.take().lower())
    if stated != str(len(channels)) or len(set(channels)) != len(channels):
        raise words.line.error(
            f"expected channels such as Xposition or Zrotation, each once and as many as stated; received {stated!r}, "
            f"then {channels}, then {words.peek()[1][:20]!r}."
        )
    return tuple(channels)


def _rows(path: pathlib.Path, lines: list[motion_lines.Line], width: int) -> np.ndarray:
    """The numbers of every frame: (T, width)."""
    try:
        values = numbers.reals([word for line in lines for word in line.words])
    except numbers.Unreadable:
        values = np.concatenate([line.reals(line.words) for line in lines])  # raises, with the line
    if not width or len(values) % width:
        filled = [line for line in lines if line.words]
        odd = [line for line in filled if len(line.words) != width]
        if width and len(odd) < len(filled):
            raise odd[0].error(f"expected {width} numbers; received {len(odd[0].words)}.")
        raise ValueError(f"{path.name}: expected frames of {width} numbers each; received {len(values)} in all.")
    return values.reshape(-1, width)


def _motion(joints: list[_Joint], rows: np.ndarray) -> kinematics.Motion:
    translations = np.tile([joint.offset for joint in joints], (len(rows), 1, 1))  # (T, J, 3)
    turns = np.tile(np.eye(3), (len(rows), len(joints), 1, 1))  # (T, J, 3, 3)
    first = 0
    for number, joint in enumerate(joints):
        columns = dict(zip(joint.channels, rows[:, first : first + len(joint.channels)].T, strict=True))
        first += len(joint.channels)
        for axis, name in enumerate(_AXES):
            if f"{name}position" in columns:
                translations[:, number, axis] = columns[f"{name}position"]
        turning = [channel for channel in joint.channels if channel.endswith("rotation")]
        if turning:
            # The first channel named is the outermost turn: axes that turn along, which SciPy writes in capitals.
            order = "".join(channel[0].upper() for channel in turning)
            angles = np.stack([columns[channel] for channel in turning], axis=-1)
            turns[:, number] = transform.Rotation.from_euler(order, angles, degrees=True).as_matrix()
    return kinematics.Motion(
        tuple(joint.name for joint in joints), tuple(joint.parent for joint in joints), translations, turns
    )
