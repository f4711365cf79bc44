# SPDX-License-Identifier: MIT
"""One joint layout of a pose source: the names of its joints, and which of them make up each joint of a Kinect."""

import dataclasses
import re
from collections.abc import Mapping, Sequence

import numpy as np

from tfskel import skeletons

V1 = {"HipCenter": "SpineBase", "Spine": "SpineMid", "ShoulderCenter": "SpineShoulder"}
"""Joint of Kinect v1 -> the joint of Kinect v2 that it is; the others have the same names."""
Ways = tuple[tuple[str, ...], ...]
_PREFIX = re.compile(r"^(mixamorig\d*|jointtype|joint|landmark|skel\d*)(?=[a-z])")


@dataclasses.dataclass(frozen=True)
class Layout:
    """A pose source.

    Attributes:
        name: as the option `layout` takes it.
        joints: names in the order of arrays without names; () where only names tell joints apart.
        kinect: joint of Kinect v2 -> ways to make it, the best first; a way is the joints whose mean it is.
        stand_ins: joints of Kinect v2 that the source does not have, and for which a neighbour stands.
    """

    name: str
    joints: tuple[str, ...]
    kinect: Mapping[str, Ways]
    stand_ins: tuple[str, ...] = ()


def both(central: Mapping[str, Ways], sided: Mapping[str, Ways], left: Mapping[str, str], right: Mapping[str, str]):
    """Ways of Kinect v2's joints with {s}, {S}, ... in the names of the sides filled in."""
    filled = dict(central)
    for side, words in (("Left", left), ("Right", right)):
        for joint, ways in sided.items():
            filled[joint + side] = tuple(tuple(name.format(**words) for name in way) for way in ways)
    return filled


def sides(*joints: str) -> tuple[str, ...]:
    """Names of joints on both sides."""
    return tuple(joint + side for joint in joints for side in ("Left", "Right"))


def plain(name: str) -> str:
    """A joint's name without case, spaces, _, -, ., the prefix before a colon, and well-known prefixes."""
    return _PREFIX.sub("", re.sub(r"[^a-z0-9]", "", name.split(":")[-1].lower()))


def ways(layout: Layout, names: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Joint of Kinect v2 -> numbers of the joints whose mean it is, for those that can be made of `names`."""
    place = {plain(name): number for number, name in reversed(list(enumerate(names)))}
    found = {}
    for joint, alternatives in layout.kinect.items():
        usable = [way for way in alternatives if all(plain(name) in place for name in way)]
        if usable:
            found[joint] = tuple(place[plain(name)] for name in usable[0])
    return found


def target(layout: Layout, made: Mapping[str, tuple[int, ...]]) -> str:
    """Kinect v2 where a source has all its joints, else Kinect v1."""
    complete = set(made) - set(layout.stand_ins)
    return "kinect_v2" if complete >= set(skeletons.KINECT_V2.joint_names) else "kinect_v1"


def lacking(made: Mapping[str, tuple[int, ...]], skeleton: str) -> list[str]:
    """Joints of a Kinect that cannot be made."""
    return [joint for joint in skeletons.get(skeleton).joint_names if V1.get(joint, joint) not in made]


def to_kinect(joints: np.ndarray, made: Mapping[str, tuple[int, ...]], skeleton: str) -> np.ndarray:
    """Joints of a Kinect as means of a source's.

    Args:
        joints: (T, J, 3) float; NaN where a joint was not seen, which its means then are too.
        made: what `ways` returned, nothing `lacking`.
        skeleton: "kinect_v1" or "kinect_v2".

    Returns:
        (T, 20 or 25, 3) float.
    """
    names = skeletons.get(skeleton).joint_names
    return np.stack([joints[:, list(made[V1.get(name, name)])].mean(axis=1) for name in names], axis=1)
