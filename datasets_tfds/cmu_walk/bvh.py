# SPDX-License-Identifier: MIT
"""Reads BVH conversions of the same database and gives bone ends under the names of the ASF bones."""

from __future__ import annotations

import dataclasses
import itertools
import pathlib

import numpy as np

from datasets_tfds.cmu_walk import asf_amc, rotations

METRES = asf_amc.INCH / 0.45  # the conversions keep the units of the ASF files and do not state them
_END = "End"

# Where a bone ends, as a BVH joint; the end site of a joint is "<joint> End".
_CENTRAL = {
    "root": "Hips",
    "lowerback": "Spine",
    "upperback": "Spine1",
    "thorax": "Neck",
    "lowerneck": "Neck1",
    "upperneck": "Head",
    "head": "Head End",
}
_SIDED = {
    "clavicle": "Arm",
    "humerus": "ForeArm",
    "radius": "Hand",
    "wrist": "FingerBase",
    "hand": "HandIndex1",
    "fingers": "HandIndex1 End",
    "hipjoint": "UpLeg",
    "femur": "Leg",
    "tibia": "Foot",
    "foot": "ToeBase",
    "toes": "ToeBase End",
}
JOINTS = {
    **_CENTRAL,
    **{f"l{bone}": f"Left{joint}" for bone, joint in _SIDED.items()},
    **{f"r{bone}": f"Right{joint}" for bone, joint in _SIDED.items()},
    "lthumb": "LThumb End",
    "rthumb": "RThumb End",
}
# A bone with several children has no offset in the conversions: the joints that start at its end stand at
# its beginning. Bone -> those joints, and for a skeleton without ASF the bone it resembles and by how much.
LOST = {
    "thorax": (("Neck", "LeftShoulder", "RightShoulder"), "upperback", 1.0),
    "lwrist": (("LeftFingerBase", "LThumb"), "lradius", 0.5),
    "rwrist": (("RightFingerBase", "RThumb"), "rradius", 0.5),
}


@dataclasses.dataclass
class Joint:
    """One BVH joint: `offset` (3,) from its parent, rotation and position `channels` in file order."""

    parent: str
    offset: np.ndarray
    channels: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Motion:
    """A BVH file: joints name -> Joint, parents first; `rows` (T, channels); `rate` frames per second."""

    joints: dict[str, Joint]
    rows: np.ndarray
    rate: float


def read(path: pathlib.Path) -> Motion:
    """Parses a BVH file and drops its first frame, the rest pose that the conversion added.

    Raises:
        ValueError: names the file, the line number and what was expected there.
    """
    with open(path, encoding="latin-1") as file:
        lines = [line.split() for line in file]
    start = next((i for i, words in enumerate(lines) if words == ["MOTION"]), len(lines))
    header = lines[start + 1 : start + 3]
    if [words[:-1] for words in header] != [["Frames:"], ["Frame", "Time:"]]:
        raise ValueError(f"{path.name}: expected MOTION followed by 'Frames: <n>' and 'Frame Time: <seconds>'.")
    joints = _hierarchy(path, lines[:start])
    count = int(asf_amc.numbers(path, start + 2, header[0][-1:])[0])
    seconds = asf_amc.numbers(path, start + 3, header[1][-1:])[0]
    width = sum(len(joint.channels) for joint in joints.values())
    rows = []
    for number, words in enumerate(lines[start + 3 :], start=start + 4):
        if words and len(words) != width:
            raise ValueError(f"{path.name}, line {number}: expected {width} numbers; received {len(words)}.")
        if words:
            rows.append(asf_amc.numbers(path, number, words))
    if len(rows) != count or count < 2 or seconds <= 0:
        raise ValueError(
            f"{path.name}: states {count} frames of {seconds} s and holds {len(rows)}; expected at "
            "least 2, as many as stated. Is the file truncated?"
        )
    return Motion(joints, np.array(rows)[1:], 1 / seconds)


def restore(motion: Motion, skeleton: asf_amc.Skeleton | None) -> Motion:
    """Puts the lost thorax and wrist bones back.

    Args:
        motion: as read.
        skeleton: the ASF skeleton of the same identity (exact), or None: the thorax becomes a copy of the
            upperback bone and the wrist half the forearm bone (upper-body joints move by 1 to 11 mm).
    """
    joints = dict(motion.joints)
    for bone, (starts, alike, share) in LOST.items():
        vector = skeleton.bones[bone].vector if skeleton else joints[JOINTS[alike]].offset * share
        for name in starts:
            if not joints[name].offset.any():
                joints[name] = dataclasses.replace(joints[name], offset=vector)
    # An end site hangs from its joint, so a thumb that starts at the wrist's end needs nothing more.
    return dataclasses.replace(motion, joints=joints)


def bone_ends(motion: Motion) -> dict[str, np.ndarray]:
    """ASF bone name -> (T, 3) float64 metres, capture room axes; `root` is the pelvis."""
    places: dict[str, np.ndarray] = {}
    turns: dict[str, np.ndarray] = {}
    column = 0
    for name, joint in motion.joints.items():
        values = dict(zip(joint.channels, motion.rows[:, column:].T, strict=False))
        column += len(joint.channels)
        offset = joint.offset + np.stack(
            [values.get(f"{axis}position", np.zeros(len(motion.rows))) for axis in "xyz"], axis=-1
        )
        # The first channel named is the outermost turn, so it is applied last.
        turn = rotations.compose(
            (channel[0], np.deg2rad(values[channel]))
            for channel in reversed(joint.channels)
            if channel.endswith("rotation")
        )
        if not joint.parent:
            places[name], turns[name] = offset, turn
            continue
        places[name] = places[joint.parent] + np.einsum("tij,tj->ti", turns[joint.parent], offset)
        turns[name] = turns[joint.parent] @ turn
    return {bone: places[joint] * METRES for bone, joint in JOINTS.items()}


def _hierarchy(path: pathlib.Path, lines: list[list[str]]) -> dict[str, Joint]:
    joints: dict[str, Joint] = {}
    stack: list[str] = []
    name = ""
    for number, words in enumerate(lines, start=1):
        key = words[0] if words else ""
        if key in ("ROOT", "JOINT", _END):
            parent = stack[-1] if stack else ""
            name = f"{parent} {_END}" if key == _END else words[-1]
            joints[name] = Joint(parent, np.zeros(3))
        elif key == "{":
            stack.append(name)
        elif key == "}" and stack:
            stack.pop()
        elif key == "OFFSET" and name and len(words) == 4:
            joints[name].offset = np.array(asf_amc.numbers(path, number, words[1:]))
        elif key == "CHANNELS" and name:
            joints[name].channels = _channels(path, number, words[2:])
        elif key not in ("", "HIERARCHY"):
            raise ValueError(f"{path.name}, line {number}: unexpected in the hierarchy: {key[:20]!r}.")
    needed = set(JOINTS.values()) | set(itertools.chain.from_iterable(starts for starts, _, _ in LOST.values()))
    if needed - set(joints):
        raise ValueError(f"{path.name}: lacks the joints {', '.join(sorted(needed - set(joints)))}.")
    return joints


def _channels(path: pathlib.Path, line: int, words: list[str]) -> tuple[str, ...]:
    channels = tuple(word.lower() for word in words)
    unknown = [word for word in channels if word[:1] not in "xyz" or word[1:] not in ("position", "rotation")]
    if unknown or len(set(channels)) != len(channels):
        raise ValueError(
            f"{path.name}, line {line}: expected channels such as Xposition or Zrotation; received {words}."
        )
    return channels
