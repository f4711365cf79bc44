# SPDX-License-Identifier: MIT
"""Public BVH conversions of the database: their joint names, lost bones, units and frame times."""

import dataclasses
import decimal
import pathlib
import re
import warnings
from collections.abc import Iterable

import numpy as np

from datasets_tfds.cmu_walk import body_size
from datasets_tfds.readers import asf, bvh, kinematics

_THUMB = ("{s}Thumb", "{side}Thumb", "{side}HandThumb", "{side}HandThumb1")
_WRIST = ("{side}FingerBase", "{s}FingerBase", "{s}Hand")
_HAND = ("{side}HandIndex1", "{side}HandIndex", "{s}Fingers", "{side}Fingers", "{side}HandFinger1", "{side}HandMiddle1")
_TOES = ("{side}ToeBase", "{side}Toe")
_CENTRAL = {
    "root": ("Hips",),
    "lowerback": ("Spine",),
    "upperback": ("Spine1",),
    "thorax": ("Neck",),
    "lowerneck": ("Neck1",),
    "upperneck": ("Head",),
    "head": (f"Head {bvh.END}",),
}
_SIDED = {
    "clavicle": ("{side}Arm",),
    "humerus": ("{side}ForeArm",),
    "radius": ("{side}Hand",),
    "wrist": _WRIST,
    "hand": _HAND,
    "fingers": tuple(f"{name} {bvh.END}" for name in _HAND),
    "thumb": tuple(f"{name} {bvh.END}" for name in _THUMB),
    "hipjoint": ("{side}UpLeg",),
    "femur": ("{side}Leg",),
    "tibia": ("{side}Foot",),
    "foot": _TOES,
    "toes": tuple(f"{name} {bvh.END}" for name in _TOES),
}
# Bone -> names of the BVH joint where it ends, those of the best known conversion first; case, spaces, _, -, . and a
# prefix before a colon do not matter.
JOINTS = _CENTRAL | {
    f"{side[0].lower()}{bone}": tuple(name.format(side=side, s=side[0]) for name in names)
    for side in ("Left", "Right")
    for bone, names in _SIDED.items()
}
# A bone with several children has no offset in the conversions: the joints that start at its end stand at its
# beginning, the end of the bone before. Bone -> that bone, which it resembles, and by how much.
LOST = {"thorax": ("upperback", 1.0), "lwrist": ("lradius", 0.5), "rwrist": ("rradius", 0.5)}
# Frames per second that a frame time of three digits or more may be short for; beyond this share it is said.
RATES = (30.0, 60.0, 90.0, 120.0, 150.0, 180.0, 240.0)
_CLOSE = 0.03


def read(
    path: pathlib.Path, skeleton: asf.Skeleton | None, needed: Iterable[str]
) -> tuple[dict[str, np.ndarray], float]:
    """Bone ends of a BVH file without its first frame, the rest pose that the conversion added.

    Args:
        path: BVH file.
        skeleton: the ASF skeleton of the same identity (exact), or None: the thorax becomes a copy of the
            upperback bone and the wrist half the forearm bone (upper-body joints move by 1 to 11 mm).
        needed: bones that must be there.

    Returns:
        bone -> (T, 3) float64 metres, capture room axes, `root` is the pelvis; and frames per second.

    Raises:
        ValueError: names the file and what is wrong with it.
    """
    motion, seconds = bvh.read(path)
    if len(motion.translations) < 2:
        raise ValueError(f"{path.name}: holds 1 frame; expected the rest pose and at least one more.")
    motion = dataclasses.replace(motion, translations=motion.translations[1:].copy(), turns=motion.turns[1:])
    joints = _joints(path, motion, {*needed, *body_size.BONES, *(before for before, _ in LOST.values())})
    metres = _metres(path, motion, joints)
    _restore(motion, joints, skeleton, metres)
    places = kinematics.positions(motion) * metres
    return {bone: places[:, joint] for bone, joint in joints.items()}, _rate(path, seconds)


def _joints(path: pathlib.Path, motion: kinematics.Motion, needed: set[str]) -> dict[str, int]:
    """Bone -> number of the joint where it ends."""
    known = {_plain(name): number for number, name in reversed(list(enumerate(motion.names)))}
    joints = {}
    for bone, names in JOINTS.items():
        numbers = [known[_plain(name)] for name in names if _plain(name) in known]
        if numbers:
            joints[bone] = numbers[0]
    missing = [" or ".join(names) for bone, names in JOINTS.items() if bone in needed - set(joints)]
    if missing:
        raise ValueError(f"{path.name}: lacks the joints {', '.join(missing)}. It has {', '.join(motion.names)}.")
    return joints


def _plain(name: str) -> str:
    return re.sub(r"[ _.-]", "", name.split(":")[-1].lower())


def _metres(path: pathlib.Path, motion: kinematics.Motion, joints: dict[str, int]) -> float:
    """Metres per file unit."""
    bones = np.linalg.norm(motion.translations[:, [joints[bone] for bone in body_size.BONES]], axis=-1)  # (T, 4)
    legs = float(bones.mean(axis=0).sum() / 2)
    try:
        unit = body_size.unit(legs)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None
    metres = body_size.UNITS[unit]
    if unit != body_size.OWN:
        warnings.warn(
            f"cmu_walk: {path.name} is read as {unit}: it states no unit, and its {legs:g} from hip to ankle are then "
            f"{legs * metres:.2f} m, but {legs * body_size.UNITS[body_size.OWN]:.2g} m in {body_size.OWN}.",
            stacklevel=2,
        )
    return metres


def _restore(motion: kinematics.Motion, joints: dict[str, int], skeleton: asf.Skeleton | None, metres: float) -> None:
    """Puts the lost thorax and wrist bones back, in place."""
    for bone, (before, share) in LOST.items():
        if skeleton:
            vector = skeleton.bones[bone].vector * (skeleton.metres / metres)
        else:
            vector = motion.translations[:, joints[before]] * share
        for start, parent in enumerate(motion.parents):
            if parent == joints[before] and not motion.translations[:, start].any():
                motion.translations[:, start] = vector
    # An end site hangs from its joint, so a thumb that starts at the wrist's end needs nothing more.


def _rate(path: pathlib.Path, seconds: float) -> float:
    """Frames per second: the usual rate whose frame time, rounded as in the file, is the one stated."""
    digits = -decimal.Decimal(repr(seconds)).as_tuple().exponent
    usual = [rate for rate in RATES if digits >= 3 and round(1 / rate, digits) == seconds]
    if not usual:
        return 1 / seconds
    if abs(usual[0] * seconds - 1) > _CLOSE:
        warnings.warn(
            f"cmu_walk: {path.name}: the frame time {seconds:g} s is taken as rounded, for {usual[0]:g} frames per "
            f"second, not {1 / seconds:g}.",
            stacklevel=2,
        )
    return usual[0]
