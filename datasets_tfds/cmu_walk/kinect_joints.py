# SPDX-License-Identifier: MIT
"""Bone ends of the capture model as Kinect joints at 30 frames per second, walking towards an imagined sensor."""

import numpy as np
from scipy.spatial import transform

FPS = 30
NEAREST = 1.5  # metres between the sensor and the hip centre at the closest frame
_FACING_FRAMES = 15  # half a second
_STRAIGHT = 0.5  # net displacement over path length below which a recording has turns

_HEAD = ("upperneck", "head")  # the midpoint of both ends
_ARMS = tuple(f"{side}{bone}" for side in "lr" for bone in ("clavicle", "humerus", "wrist", "hand"))
_LEGS = tuple(f"{side}{bone}" for side in "lr" for bone in ("hipjoint", "femur", "tibia", "foot"))
# Kinect joint -> bone whose end it is, or two bones whose ends it lies between.
BONES = {
    "kinect_v1": ("root", "lowerback", "thorax", _HEAD, *_ARMS, *_LEGS),
    "kinect_v2": (
        *("root", "upperback", "lowerneck", _HEAD),
        *(*_ARMS, *_LEGS),
        *("thorax", "lfingers", "lthumb", "rfingers", "rthumb"),
    ),
}


def needed(skeleton: str) -> set[str]:
    """Bones that the joints of a skeleton are made of, and those that tell the heading."""
    bones = {"root", "lhipjoint", "rhipjoint"}
    for bone in BONES[skeleton]:
        bones |= set(bone) if isinstance(bone, tuple) else {bone}
    return bones


def step(rate: float) -> int:
    """Every how many frames one is kept; ValueError unless `rate` is a multiple of 30 frames per second."""
    kept = round(rate / FPS) if np.isfinite(rate) else 0
    if kept < 1 or abs(rate / FPS / kept - 1) > 0.01:
        raise ValueError(f"frame rate must be a multiple of {FPS} per second; received {rate:g}.")
    return kept


def joints(ends: dict[str, np.ndarray], rate: float, skeleton: str) -> np.ndarray:
    """Joint positions of one recording, turned and placed.

    Args:
        ends: bone -> (T, 3) metres, capture room axes (y up).
        rate: float. Frames per second of `ends`; frames 0, rate / 30, ... are kept.
        skeleton: "kinect_v1" or "kinect_v2".

    Returns:
        (ceil(T / step), J, 3) float32 metres: y up from the floor, z towards the scene, the person walks to -z,
        hip centre at x = 0 on average and at z = 1.5 when closest.
    """
    kept = {bone: end[:: step(rate)] for bone, end in ends.items()}
    bones = (bone if isinstance(bone, tuple) else (bone, bone) for bone in BONES[skeleton])
    stacked = np.stack([(kept[one] + kept[other]) / 2 for one, other in bones], axis=1)  # (T, J, 3)
    return place(stacked, heading(kept))


def heading(ends: dict[str, np.ndarray]) -> float:
    """Angle about y, in radians from +z towards +x, of the walk or, with turns, of the first facing direction."""
    ground = ends["root"][:, [0, 2]]
    net = ground[-1] - ground[0]
    path = np.linalg.norm(np.diff(ground, axis=0), axis=1).sum()
    if np.linalg.norm(net) > _STRAIGHT * path:
        return float(np.arctan2(net[0], net[1]))
    sideways = (ends["lhipjoint"] - ends["rhipjoint"])[:_FACING_FRAMES]
    sideways = (sideways / np.linalg.norm(sideways, axis=1, keepdims=True)).mean(axis=0)
    return float(np.arctan2(-sideways[2], sideways[0]))  # left x up = forward


def place(positions: np.ndarray, angle: float) -> np.ndarray:
    """Turns (T, J, 3) so that heading `angle` becomes -z, then centres x and puts the hip at z = 1.5."""
    turned = positions @ transform.Rotation.from_euler("y", np.pi - angle).as_matrix().T
    hips = turned[:, 0]
    return (turned - [hips[:, 0].mean(), 0, hips[:, 2].min() - NEAREST]).astype(np.float32)
