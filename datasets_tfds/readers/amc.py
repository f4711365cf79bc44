# SPDX-License-Identifier: MIT
"""Reads AMC files, the motion of an ASF skeleton."""

import dataclasses
import pathlib

import numpy as np
from scipy.spatial import transform

from datasets_tfds.readers import asf, kinematics, numbers, text_rows

_RATE = ":samples-per-second"


@dataclasses.dataclass(frozen=True)
class Capture:
    """An AMC file.

    Attributes:
        frames: (T,) int64 frame numbers as in the file.
        values: bone -> (T, degrees of freedom) float64 angles; `root` as in Skeleton.root_order.
        angle: unit of the angles in radians.
        rate: frames per second, None where the file states none.
    """

    frames: np.ndarray
    values: dict[str, np.ndarray]
    angle: float
    rate: float | None


def read(path: pathlib.Path, skeleton: asf.Skeleton) -> Capture:
    """Parses a motion file of this skeleton.

    Raises:
        ValueError: names the file, the line number or frame, and what was expected there.
    """
    widths = {name: len(bone.freedom) for name, bone in skeleton.bones.items() if bone.freedom}
    widths[asf.ROOT] = len(skeleton.root_order)
    frames: list[int] = []
    rows: dict[str, list[np.ndarray]] = {name: [] for name in widths}
    stated: dict[str, float] = {}
    for line, words in asf.lines(path):
        if words[0].startswith(":"):
            _read_header(path, line, words, stated)
        elif len(words) == 1 and words[0][0] in "+-0123456789":
            _check_complete(path, rows, frames)
            frames.append(_frame_number(path, line, words, frames))
        elif words[0] not in widths or not frames:
            raise ValueError(
                f"{path.name}, line {line}: expected a frame number or one of the bones "
                f"{', '.join(sorted(widths))}; received {words[0][:20]!r}."
            )
        elif len(rows[words[0]]) != len(frames) - 1 or len(words) != widths[words[0]] + 1:
            raise ValueError(
                f"{path.name}, line {line}: bone {words[0]} expects {widths[words[0]]} numbers once "
                f"a frame; received {len(words) - 1}, frame {frames[-1]}."
            )
        else:
            rows[words[0]].append(text_rows.finite(path, line, words[1:]))
    _check_complete(path, rows, frames)
    if not frames:
        raise ValueError(f"{path.name}: no frames.")
    values = {name: np.array(row) for name, row in rows.items()}
    return Capture(np.array(frames, np.int64), values, stated.get("angle", skeleton.angle), stated.get("rate"))


def motion(skeleton: asf.Skeleton, capture: Capture) -> kinematics.Motion:
    """The root and, as joints, the ends of all bones, in file units and the axes of the capture room."""
    names = (asf.ROOT, *skeleton.bones)
    parents = (-1, *(names.index(bone.parent) for bone in skeleton.bones.values()))
    root = dict(zip(skeleton.root_order, capture.values[asf.ROOT].T, strict=True))
    translations = np.empty((len(capture.frames), len(names), 3))
    turns = np.empty((len(capture.frames), len(names), 3, 3))
    translations[:, 0] = np.stack([root[axis] for axis in asf.POSITIONS], axis=-1)
    turning = [axis for axis in skeleton.root_order if axis in asf.ROTATIONS]
    turns[:, 0] = _matrices(turning, np.stack([root[axis] for axis in turning], axis=-1) * capture.angle)
    for joint, (name, bone) in enumerate(skeleton.bones.items(), start=1):
        turns[:, joint] = np.eye(3)
        if bone.freedom:
            turns[:, joint] = bone.axis @ _matrices(bone.freedom, capture.values[name] * capture.angle) @ bone.axis.T
        translations[:, joint] = turns[:, joint] @ bone.vector
    return kinematics.Motion(names, parents, translations, turns)


def _matrices(axes, angles: np.ndarray) -> np.ndarray:
    # The first axis named turns first, about axes that stand still, which SciPy writes in small letters.
    return transform.Rotation.from_euler("".join(axis[1] for axis in axes), angles).as_matrix()


def _read_header(path: pathlib.Path, line: int, words: list[str], stated: dict[str, float]) -> None:
    word = words[0].lower()
    if word[:4] in (":deg", ":rad"):
        angle = asf.ANGLES.get(word[1:])
        if angle is None or stated.setdefault("angle", angle) != angle:
            raise ValueError(
                f"{path.name}, line {line}: expected :DEGREES or :RADIANS, one of them; received {words[0][:20]!r}."
            )
    elif word == _RATE:
        (rate,) = text_rows.finite(path, line, words[1:2] or [""])
        stated["rate"] = float(rate)


def _frame_number(path: pathlib.Path, line: int, words: list[str], frames: list[int]) -> int:
    try:
        (number,) = numbers.integers(words)
    except numbers.Unreadable as error:
        raise ValueError(f"{path.name}, line {line}: {error}") from None
    if frames and number != frames[-1] + 1:
        raise ValueError(
            f"{path.name}, line {line}: frame {number} follows frame {frames[-1]}; expected {frames[-1] + 1}."
        )
    return int(number)


def _check_complete(path: pathlib.Path, rows: dict[str, list], frames: list[int]) -> None:
    missing = sorted(name for name, values in rows.items() if len(values) < len(frames))
    if missing:
        raise ValueError(f"{path.name}: frame {frames[-1]} lacks {', '.join(missing)}; is the file truncated?")
