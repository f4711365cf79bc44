# SPDX-License-Identifier: MIT
"""Reads ASF files: the bones of a skeleton and how each may turn."""

import dataclasses
import pathlib
from collections.abc import Iterator

import numpy as np
from scipy.spatial import transform

from datasets_tfds.readers import text_rows

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

# Key -> line number and the words after the key.
Block = dict[str, tuple[int, list[str]]]


@dataclasses.dataclass(frozen=True)
class Bone:
    """One bone: `vector` (3,) from its parent's end to its own, in file units; `axis` (3, 3) of its angles."""

    vector: np.ndarray
    axis: np.ndarray
    freedom: tuple[str, ...]
    parent: str


@dataclasses.dataclass(frozen=True)
class Skeleton:
    """An ASF file.

    Attributes:
        file: its name, for messages.
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
    """Parses a skeleton file.

    Raises:
        ValueError: names the file, the line number and what was expected there.
    """
    sections: dict[str, list[tuple[int, list[str]]]] = {}
    rows = sections.setdefault("", [])
    for line, words in lines(path):
        if words[0].startswith(":"):
            rows = sections.setdefault(words[0].lower(), [])
        else:
            rows.append((line, words))
    units, root = (
        {words[0]: (line, words[1:]) for line, words in sections.get(key, ())} for key in (":units", ":root")
    )
    order = tuple(word.lower() for word in root.get("order", (0, []))[1])
    if not {":bonedata", ":hierarchy"} <= set(sections) or sorted(order) != sorted((*POSITIONS, *ROTATIONS)):
        raise ValueError(
            f"{path.name}: not a complete ASF skeleton; expected :bonedata, :hierarchy and :root with the order of "
            f"TX TY TZ RX RY RZ; received {' '.join(filter(None, sections))}, order {order}."
        )
    _check_at_origin(path, root)
    metres = INCH / _length(path, {"length": (0, ["1"]), **units})
    angle = _angle(path, {"angle": (0, ["deg"]), **units})
    blocks = _blocks(path, sections[":bonedata"])
    return Skeleton(path.name, _hierarchy(path, blocks, sections[":hierarchy"], angle), metres, order, angle)


def lines(path: pathlib.Path) -> Iterator[tuple[int, list[str]]]:
    """Line numbers and words of an ASF or AMC file, without empty lines and comments."""
    # Comment lines name folders of the people recorded: they are dropped here and reach no message.
    for line, row in enumerate(text_rows.lines(path), start=1):
        words = row.split()
        if words and not words[0].startswith("#"):
            yield line, words


def _blocks(path: pathlib.Path, rows: list[tuple[int, list[str]]]) -> dict[str, Block]:
    """Name -> what :bonedata says about the bone."""
    blocks: dict[str, Block] = {}
    block: Block | None = None
    for line, (key, *values) in rows:
        if key == "begin" and block is None:
            block = {"begin": (line, [])}
        elif block is None or key == "begin" or key in _KEYS and key in block:
            raise ValueError(f"{path.name}, line {line}: expected begin or end before {key[:20]!r} in :bonedata.")
        elif key in _KEYS:
            block[key] = (line, values)
        elif key == "end":
            (name,) = _values(path, block, "name", 1)
            if name in (ROOT, *blocks):
                raise ValueError(f"{path.name}, line {block['name'][0]}: bone {name!r} stands in :bonedata twice.")
            blocks[name], block = block, None
    if block:
        raise ValueError(f"{path.name}, line {block['begin'][0]}: this bone has no end in :bonedata.")
    return blocks


def _hierarchy(
    path: pathlib.Path, blocks: dict[str, Block], rows: list[tuple[int, list[str]]], angle: float
) -> dict[str, Bone]:
    children: dict[str, list[tuple[int, str]]] = {}
    for line, (parent, *names) in rows:
        if parent not in ("begin", "end"):
            children.setdefault(parent, []).extend((line, name) for name in names)
    bones: dict[str, Bone] = {}
    waiting = [(ROOT, *child) for child in children.get(ROOT, [])]
    while waiting:
        parent, line, name = waiting.pop(0)
        if name not in blocks or name in bones:
            problem = "twice" if name in bones else "without a block in :bonedata"
            raise ValueError(f"{path.name}, line {line}: bone {name!r} stands in :hierarchy {problem}.")
        bones[name] = _bone(path, blocks[name], parent, angle)
        waiting.extend((name, *child) for child in children.get(name, []))
    for name in blocks:
        if name not in bones:
            line = blocks[name]["begin"][0]
            raise ValueError(f"{path.name}, line {line}: :hierarchy does not lead from root to bone {name!r}.")
    return bones


def _bone(path: pathlib.Path, block: Block, parent: str, angle: float) -> Bone:
    direction = text_rows.finite(path, _line(block, "direction"), _values(path, block, "direction", 3))
    if not direction.any():
        raise ValueError(f"{path.name}, line {_line(block, 'direction')}: the direction of a bone is not 0 0 0.")
    *angles, order = _values(path, block, "axis", 4)
    line = _line(block, "axis")
    if sorted(order.lower()) != ["x", "y", "z"]:
        raise ValueError(f"{path.name}, line {line}: expected an axis order such as XYZ; received {order!r}.")
    axis = transform.Rotation.from_euler(order.lower(), text_rows.finite(path, line, angles) * angle)
    line, words = block.get("dof", (0, []))
    freedom = tuple(word.lower() for word in words)
    if set(freedom) - set(ROTATIONS) or len(set(freedom)) != len(freedom):
        raise ValueError(f"{path.name}, line {line}: dof must be among rx ry rz; received {words}.")
    return Bone(direction * _length(path, block), axis.as_matrix(), freedom, parent)


def _check_at_origin(path: pathlib.Path, root: Block) -> None:
    for key in {"position", "orientation"} & set(root):
        line, words = root[key]
        if text_rows.finite(path, line, words).any():
            raise ValueError(f"{path.name}, line {line}: a root {key} other than 0 0 0 is not read; received {words}.")


def _length(path: pathlib.Path, block: Block) -> float:
    line = _line(block, "length")
    (length,) = text_rows.finite(path, line, _values(path, block, "length", 1))
    if not 1e-6 < length < 1e6:
        raise ValueError(
            f"{path.name}, line {line}: expected a length between 0.000001 and 1000000; received {length:g}."
        )
    return float(length)


def _angle(path: pathlib.Path, units: Block) -> float:
    (unit,) = _values(path, units, "angle", 1)
    if unit.lower() not in ANGLES:
        line = _line(units, "angle")
        raise ValueError(f"{path.name}, line {line}: expected angle deg or rad; received {unit[:20]!r}.")
    return ANGLES[unit.lower()]


def _values(path: pathlib.Path, block: Block, key: str, count: int) -> list[str]:
    values = block.get(key, (0, []))[1]
    if len(values) != count:
        line = _line(block, key)
        raise ValueError(f"{path.name}, line {line}: expected {key!r} with {count} values; received {len(values)}.")
    return values


def _line(block: Block, key: str) -> int:
    return block[key][0] if key in block else block["begin"][0]
