# SPDX-License-Identifier: MIT
"""Reads AMC files, the motion of an ASF skeleton."""

import dataclasses
import pathlib

import numpy as np
from scipy.spatial import transform

from datasets_tfds.readers import asf, kinematics, motion_lines

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
    """Parses a motion file of this skeleton; ValueError names the file, the line or frame, and what was expected."""
    widths = {name: len(bone.freedom) for name, bone in skeleton.bones.items() if bone.freedom}
    widths[asf.ROOT] = len(skeleton.root_order)
    frames: list[int] = []
    rows: dict[str, list[np.ndarray]] = {name: [] for name in widths}
    stated: dict[str, float] = {}
    for line in motion_lines.read(path):
        word, *values = line.words
        if word.startswith(":"):
            _read_header(line, stated)
        elif not values and word[0] in "+-0123456789":
            _check_complete(path, rows, frames)
            frames.append(line.integer(word))
            if len(frames) > 1 and frames[-1] != frames[-2] + 1:
                raise line.error(f"frame {frames[-1]} follows frame {frames[-2]}; expected {frames[-2] + 1}.")
        elif word not in widths or not frames:
            bones = ", ".join(sorted(widths))
            raise line.error(f"expected a frame number or one of the bones {bones}; received {word[:20]!r}.")
        elif len(rows[word]) != len(frames) - 1 or len(values) != widths[word]:
            raise line.error(
                f"bone {word} expects {widths[word]} numbers once a frame; received {len(values)}, frame {frames[-1]}."
            )
        else:
            rows[word].append(line.reals(values))
    _check_complete(path, rows, frames)
    if not frames:
        raise ValueError(f"{path.name}: no frames.")
    angles = {name: np.array(row) for name, row in rows.items()}
    return Capture(np.array(frames, np.int64), angles, stated.get("angle", skeleton.angle), stated.get("rate"))


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


def _read_header(line: motion_lines.Line, stated: dict[str, float]) -> None:
    word = line.words[0].lower()
    if word[:4] in (":deg", ":rad"):
        angle = asf.ANGLES.get(word[1:])
        if angle is None or stated.setdefault("angle", angle) != angle:
            raise line.error(f"expected :DEGREES or :RADIANS, one of them; received {line.words[0][:20]!r}.")
    elif word == _RATE:
        stated["rate"] = float(line.reals(line.words[1:2] or [""])[0])


def _check_complete(path: pathlib.Path, rows: dict[str, list], frames: list[int]) -> None:
    missing = sorted(name for name, values in rows.items() if len(values) < len(frames))
    if missing:
        raise ValueError(f"{path.name}: frame {frames[-1]} lacks {', '.join(missing)}; is the file truncated?")
