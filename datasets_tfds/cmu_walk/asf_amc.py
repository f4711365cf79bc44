# SPDX-License-Identifier: MIT
"""Reads ASF skeletons and AMC motions and computes where every bone ends in every frame."""

from __future__ import annotations

import dataclasses
import math
import pathlib
from collections.abc import Iterator

import numpy as np

from datasets_tfds.cmu_walk import rotations

INCH = 2.54 / 100
# Bones of the capture model; ROOT is the pelvis, which has a position and no length.
ROOT = "root"
_POSITIONS = ("tx", "ty", "tz")
_ROTATIONS = ("rx", "ry", "rz")


@dataclasses.dataclass(frozen=True)
class Bone:
    """One bone: `vector` (3,) from its parent's end to its own, in file units; `axis` (3, 3) of its angles."""

    vector: np.ndarray
    axis: np.ndarray
    freedom: tuple[str, ...]
    parent: str = ""


@dataclasses.dataclass(frozen=True)
class Skeleton:
    """An ASF file: `bones` name -> Bone, parents before children; `metres` per file unit."""

    bones: dict[str, Bone]
    metres: float
    root_order: tuple[str, ...]
    degrees: bool


def read_asf(path: pathlib.Path) -> Skeleton:
    """Parses a skeleton file.

    Raises:
        ValueError: names the file, the line number and what was expected there.
    """
    units, root, blocks, children = {"length": (0, ["1"]), "angle": (0, ["deg"])}, {}, {}, {}
    section, block = "", {}
    for number, words in _lines(path):
        if words[0].startswith(":"):
            section = words[0]
        elif section == ":units":
            units[words[0]] = (number, words[1:])
        elif section == ":root":
            root[words[0]] = (number, words[1:])
        elif section == ":bonedata" and words[0] == "begin":
            block = {"begin": (number, [])}
        elif section == ":bonedata" and words[0] == "end":
            blocks[_values(path, block, "name", 1)[0]] = block
        elif section == ":bonedata":
            block[words[0]] = (number, words[1:])
        elif section == ":hierarchy" and words[0] not in ("begin", "end"):
            children[words[0]] = words[1:]
    order = tuple(word.lower() for word in root.get("order", (0, []))[1])
    if not blocks or not children or sorted(order) != sorted((*_POSITIONS, *_ROTATIONS)):
        raise ValueError(
            f"{path.name}: not a complete ASF skeleton; expected :bonedata, :hierarchy and :root with the order of "
            f"TX TY TZ RX RY RZ; received {len(blocks)} bones, {len(children)} lines of hierarchy, order {order}."
        )
    degrees = not units["angle"][1][0].startswith("rad")
    metres = INCH / _numbers_of(path, units, "length", 1)[0]
    return Skeleton(_hierarchy(path, blocks, children, degrees), metres, order, degrees)


def read_amc(path: pathlib.Path, skeleton: Skeleton) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Parses a motion file of this skeleton.

    Returns:
        (T,) int64 frame numbers as in the file, and bone name -> (T, degrees of freedom) float64 angles in
        file units (`root`: in the order of Skeleton.root_order).

    Raises:
        ValueError: names the file, the line number or frame, and what was expected there.
    """
    widths = {name: len(bone.freedom) for name, bone in skeleton.bones.items() if bone.freedom}
    widths[ROOT] = len(skeleton.root_order)
    frames: list[int] = []
    rows: dict[str, list[list[float]]] = {name: [] for name in widths}
    for number, words in _lines(path):
        if words[0].startswith(":"):
            continue
        if len(words) == 1 and words[0].isdigit():
            _check_complete(path, rows, frames)
            frames.append(int(words[0]))
            if len(frames) > 1 and frames[-1] != frames[-2] + 1:
                raise ValueError(
                    f"{path.name}, line {number}: frame {frames[-1]} follows frame {frames[-2]}; "
                    f"expected {frames[-2] + 1}."
                )
        elif words[0] not in widths or not frames:
            raise ValueError(
                f"{path.name}, line {number}: expected a frame number or one of the bones "
                f"{', '.join(sorted(widths))}; received {words[0][:20]!r}."
            )
        elif len(rows[words[0]]) != len(frames) - 1 or len(words) != widths[words[0]] + 1:
            raise ValueError(
                f"{path.name}, line {number}: bone {words[0]} expects {widths[words[0]]} numbers once "
                f"a frame; received {len(words) - 1}, frame {frames[-1]}."
            )
        else:
            rows[words[0]].append(numbers(path, number, words[1:]))
    _check_complete(path, rows, frames)
    if not frames:
        raise ValueError(f"{path.name}: no frames.")
    return np.array(frames, np.int64), {name: np.array(values) for name, values in rows.items()}


def bone_ends(skeleton: Skeleton, motion: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Bone name -> (T, 3) float64 metres, capture room axes; `root` is the pelvis."""
    scale = np.pi / 180 if skeleton.degrees else 1.0
    root = dict(zip(skeleton.root_order, motion[ROOT].T, strict=True))
    ends = {ROOT: np.stack([root[axis] for axis in _POSITIONS], axis=-1)}  # (T, 3)
    angles = [(axis[1], root[axis] * scale) for axis in skeleton.root_order if axis in _ROTATIONS]
    turns = {ROOT: rotations.compose(angles)}  # (T, 3, 3)
    for name, bone in skeleton.bones.items():
        turn = turns[bone.parent]
        if bone.freedom:
            angles = [(axis[1], motion[name][:, i] * scale) for i, axis in enumerate(bone.freedom)]
            turn = turn @ bone.axis @ rotations.compose(angles) @ bone.axis.T
        turns[name] = turn
        ends[name] = ends[bone.parent] + turn @ bone.vector
    return {name: end * skeleton.metres for name, end in ends.items()}


def _hierarchy(path: pathlib.Path, blocks: dict, children: dict, degrees: bool) -> dict[str, Bone]:
    bones, waiting = {}, [(ROOT, child) for child in children.get(ROOT, [])]
    while waiting:
        parent, name = waiting.pop(0)
        if name not in blocks or name in bones:
            problem = "twice" if name in bones else "without a block in :bonedata"
            raise ValueError(f"{path.name}: bone {name!r} stands in :hierarchy {problem}.")
        bones[name] = _bone(path, blocks[name], parent, degrees)
        waiting.extend((name, child) for child in children.get(name, []))
    return bones


def _bone(path: pathlib.Path, block: dict, parent: str, degrees: bool) -> Bone:
    direction = np.array(_numbers_of(path, block, "direction", 3))
    length = _numbers_of(path, block, "length", 1)[0]
    *angles, order = _values(path, block, "axis", 4)
    line = block["axis"][0]
    if sorted(order.lower()) != ["x", "y", "z"]:
        raise ValueError(f"{path.name}, line {line}: expected an axis order such as XYZ; received {order!r}.")
    scale = np.pi / 180 if degrees else 1.0
    turned = [(axis, value * scale) for axis, value in zip(order.lower(), numbers(path, line, angles), strict=True)]
    line, words = block.get("dof", (0, []))
    freedom = tuple(word.lower() for word in words)
    if set(freedom) - set(_ROTATIONS):
        raise ValueError(f"{path.name}, line {line}: dof must be among rx ry rz; received {words}.")
    return Bone(direction * length, rotations.compose(turned), freedom, parent)


def _values(path: pathlib.Path, block: dict, key: str, count: int) -> list[str]:
    line, values = block.get(key, (block.get("begin", (0,))[0], []))
    if len(values) != count:
        raise ValueError(f"{path.name}, line {line}: expected {key!r} with {count} values; received {len(values)}.")
    return values


def _numbers_of(path: pathlib.Path, block: dict, key: str, count: int) -> list[float]:
    return numbers(path, block.get(key, (0,))[0], _values(path, block, key, count))


def _check_complete(path: pathlib.Path, rows: dict[str, list], frames: list[int]) -> None:
    missing = sorted(name for name, values in rows.items() if len(values) < len(frames))
    if missing:
        raise ValueError(f"{path.name}: frame {frames[-1]} lacks {', '.join(missing)}; is the file truncated?")


def numbers(path: pathlib.Path, line: int, words: list[str]) -> list[float]:
    """The words of one line as finite numbers; ValueError names file and line."""
    values = []
    for word in words:
        try:
            values.append(float(word))
        except ValueError:
            values.append(np.nan)
        if not math.isfinite(values[-1]):
            raise ValueError(f"{path.name}, line {line}: expected finite numbers; received {word[:20]!r}.")
    return values


def _lines(path: pathlib.Path) -> Iterator[tuple[int, list[str]]]:
    # Comment lines name folders of the people recorded: they are dropped here and reach no message.
    with open(path, encoding="latin-1") as file:
        for number, line in enumerate(file, start=1):
            words = line.split()
            if words and not words[0].startswith("#"):
                yield number, words
