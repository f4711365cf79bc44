# SPDX-License-Identifier: MIT
"""Reads ASF files: the bones of a skeleton and how each may turn."""

import dataclasses
import pathlib

import numpy as np
from scipy.spatial import transform

from datasets_tfds.readers import motion_lines

INCH = 2.54 / 100
# The root is no bone of the file: it has a position and no length.
ROOT = "root"
POSITIONS = ("tx", "ty", "tz")
ROTATIONS = ("rx", "ry", "rz")
# How ASF and AMC files name the unit of angles, and its size in radians.
ANGLES = {
    **dict.fromkeys(("deg", "degree", "degrees"), np.pi / 180),
    **dict.fromkeys(("rad", "radian", "radians"), 1.0),
}
_KEYS = ("name", "direction", "length", "axis", "dof")

# Key -> the line that it begins.
Block = dict[str, motion_lines.Line]


@dataclasses.dataclass(frozen=True)
class Bone:
    """One bone: `vector` (3,) from its parent's end to its own, in file units; `axis` (3, 3) of its angles."""

    vector: np.ndarray
    axis: np.ndarray
    freedom: tuple[str, ...]
    parent: str


@dataclasses.dataclass(frozen=True)
class Skeleton:
    """An ASF file, its name for messages.

    Attributes:
        bones: name -> Bone, parents before children.
        metres: per file unit.
        root_order: what the six numbers of the root are.
        angle: unit of angles in radians, for AMC files that state none.
    """

    file: str
    bones: dict[str, Bone]
    metres: float
    root_order: tuple[str, ...]
    angle: float


def read(path: pathlib.Path) -> Skeleton:
    """Parses a skeleton file; ValueError names the file, the line number and what was expected there."""
    sections: dict[str, list[motion_lines.Line]] = {}
    rows = sections.setdefault("", [])
    for line in motion_lines.read(path):
        if line.words[0].startswith(":"):
            rows = sections.setdefault(line.words[0].lower(), [])
        else:
            rows.append(line)
    units, root = ({line.words[0]: line for line in sections.get(key, ())} for key in (":units", ":root"))
    order = tuple(word.lower() for word in root["order"].words[1:]) if "order" in root else ()
    if not {":bonedata", ":hierarchy"} <= set(sections) or sorted(order) != sorted((*POSITIONS, *ROTATIONS)):
        raise ValueError(
            f"{path.name}: not a complete ASF skeleton; expected :bonedata, :hierarchy and :root with the order of "
            f"TX TY TZ RX RY RZ; received {' '.join(filter(None, sections))}, order {order}."
        )
    _check_at_origin(root)
    defaults = {words[0]: motion_lines.Line(path.name, 0, words) for words in (["length", "1"], ["angle", "deg"])}
    metres, angle = INCH / _length(defaults | units), _angle(defaults | units)
    bones = _hierarchy(_blocks(sections[":bonedata"]), sections[":hierarchy"], angle)
    return Skeleton(path.name, bones, metres, order, angle)


def _blocks(rows: list[motion_lines.Line]) -> dict[str, Block]:
    """Name -> what :bonedata says about the bone."""
    blocks: dict[str, Block] = {}
    block: Block | None = None
    for line in rows:
        key = line.words[0]
        if key == "begin" and block is None:
            block = {"begin": line}
        elif block is None or key == "begin" or key in _KEYS and key in block:
            raise line.error(f"expected begin or end before {key[:20]!r} in :bonedata.")
        elif key in _KEYS:
            block[key] = line
        elif key == "end":
            line, (name,) = _values(block, "name", 1)
            if name in (ROOT, *blocks):
                raise line.error(f"bone {name!r} stands in :bonedata twice.")
            blocks[name], block = block, None
    if block:
        raise block["begin"].error("this bone has no end in :bonedata.")
    return blocks


def _hierarchy(blocks: dict[str, Block], rows: list[motion_lines.Line], angle: float) -> dict[str, Bone]:
    children: dict[str, list[tuple[motion_lines.Line, str]]] = {}
    for line in rows:
        parent, *names = line.words
        if parent not in ("begin", "end"):
            children.setdefault(parent, []).extend((line, name) for name in names)
    bones: dict[str, Bone] = {}
    waiting = [(ROOT, *child) for child in children.get(ROOT, [])]
    while waiting:
        parent, line, name = waiting.pop(0)
        if name not in blocks or name in bones:
            problem = "twice" if name in bones else "without a block in :bonedata"
            raise line.error(f"bone {name!r} stands in :hierarchy {problem}.")
        bones[name] = _bone(blocks[name], parent, angle)
        waiting.extend((name, *child) for child in children.get(name, []))
    for name in blocks:
        if name not in bones:
            raise blocks[name]["begin"].error(f":hierarchy does not lead from root to bone {name!r}.")
    return bones


def _bone(block: Block, parent: str, angle: float) -> Bone:
    line, values = _values(block, "direction", 3)
    direction = line.reals(values)
    if not direction.any():
        raise line.error("the direction of a bone is not 0 0 0.")
    line, (*angles, order) = _values(block, "axis", 4)
    if sorted(order.lower()) != ["x", "y", "z"]:
        raise line.error(f"expected an axis order such as XYZ; received {order!r}.")
    axis = transform.Rotation.from_euler(order.lower(), line.reals(angles) * angle)
    words = block["dof"].words[1:] if "dof" in block else []
    freedom = tuple(word.lower() for word in words)
    if set(freedom) - set(ROTATIONS) or len(set(freedom)) != len(freedom):
        raise block["dof"].error(f"dof must be among rx ry rz; received {words}.")
    return Bone(direction * _length(block), axis.as_matrix(), freedom, parent)


def _check_at_origin(root: Block) -> None:
    for key in {"position", "orientation"} & set(root):
        line, values = root[key], root[key].words[1:]
        if line.reals(values).any():
            raise line.error(f"a root {key} other than 0 0 0 is not read; received {values}.")


def _length(block: Block) -> float:
    line, values = _values(block, "length", 1)
    (length,) = line.reals(values)
    if not 1e-6 < length < 1e6:
        raise line.error(f"expected a length between 0.000001 and 1000000; received {length:g}.")
    return float(length)


def _angle(units: Block) -> float:
    line, (unit,) = _values(units, "angle", 1)
    if unit.lower() not in ANGLES:
        raise line.error(f"expected angle deg or rad; received {unit[:20]!r}.")
    return ANGLES[unit.lower()]


def _values(block: Block, key: str, count: int) -> tuple[motion_lines.Line, list[str]]:
    """The line of a key, or that of the block's beginning, and the words after the key."""
    line, values = (block[key], block[key].words[1:]) if key in block else (block["begin"], [])
    if len(values) != count:
        raise line.error(f"expected {key!r} with {count} values; received {len(values)}.")
    return line, values
