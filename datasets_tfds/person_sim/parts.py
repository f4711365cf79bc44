# SPDX-License-Identifier: MIT
"""The dressed body as simple shapes: tapered capsules, and slabs for trunk and back pack."""

import dataclasses

import numpy as np

from datasets_tfds.gait_sim import body
from datasets_tfds.person_sim import paint, points, view
from datasets_tfds.person_sim.look import Look


@dataclasses.dataclass(frozen=True)
class Part:
    """One shape of a picture.

    Args:
        ends: (2, 2) metres right and down in the image plane. radii: at both ends, metres, as seen from the camera.
        rounded: round ends (capsule); False: flat ends (slab). length: metres in space.
        depth: metres from the camera; what is nearer is drawn over it. facing: see `view.facing`.
        paint: of its surface.
    """

    ends: np.ndarray
    radii: tuple[float, float]
    rounded: bool
    length: float
    depth: float
    facing: float
    paint: paint.Paint


# part of Look, its two points, radii in metres
_LIMBS = (
    ("upper_arm", "shoulder", "elbow", (0.058, 0.045)),
    ("forearm", "elbow", "wrist", (0.044, 0.032)),
    ("skin", "wrist", "hand_tip", (0.034, 0.030)),
    ("thigh", "hip", "knee", (0.092, 0.064)),
    ("shank", "knee", "ankle", (0.062, 0.045)),
    ("foot", "heel", "toe", (0.044, 0.036)),
)
# Half width and half depth in metres, at both ends.
_SHOULDERS, _WAIST = (0.19, 0.11), (0.155, 0.105)
_PACK = ((0.13, 0.09), (0.15, 0.10))
_BAG = ((0.06, 0.13), (0.06, 0.14))
_HEAD = (0.088, 0.078)  # radii
_BACK = 0.16  # metres from the spine to the middle of a back pack


def dressed(places: np.ndarray, look: Look, turn: float, pitch: float) -> list[Part]:
    """All parts of a person, farthest first.

    Args:
        places: (P, 3) metres, order of points.NAMES. look: see there. turn, pitch: of the view, degrees.
    """
    head = points.head_frame(places)
    at = dict(zip(points.NAMES, places, strict=True))
    chest = np.cross(at["neck"] - at["hip_centre"], at["right_shoulder"] - at["left_shoulder"])
    chest = chest / np.linalg.norm(chest)
    for side in body.SIDES:
        at[f"{side}_toe"] = at[f"{side}_ball"] + 0.35 * (at[f"{side}_ball"] - at[f"{side}_heel"])

    def part(start, end, radii, forward, painted, nearer=0.0, rounded=True):
        seen = view.project(np.stack([start, end]), turn, pitch)
        front = view.facing(view.project(forward, turn, pitch))
        sized = tuple(_seen_radius(radius, front) * look.girth for radius in radii)
        depth = float(seen[:, 2].mean()) - nearer
        return Part(seen[:, :2], sized, rounded, float(np.linalg.norm(end - start)), depth, front, painted)

    drawn = [part(at[f"{side}_{first}"], at[f"{side}_{second}"], radii, chest, getattr(look, name))
             for name, first, second, radii in _LIMBS for side in body.SIDES]  # fmt: skip
    drawn += [
        part(at["neck"], at["head"], (0.052, 0.050), chest, look.skin, nearer=-0.05),
        part(*_trunk(at), (_SHOULDERS, _WAIST), chest, look.trunk, nearer=0.03, rounded=False),
        part(at["head"] + 0.025 * head[1], at["head"] - 0.045 * head[1], _HEAD, head[2], look.head),
    ]
    if look.hair:
        top, end = at["head"] - 0.035 * head[2], at["neck"] - 0.075 * head[2] - 0.08 * head[1]
        drawn.append(part(top, end, (0.085, 0.075), head[2], look.hair, nearer=-0.01))
    if look.bag_place == "back":
        pack = (at["spine_shoulder"] - _BACK * chest, at["spine_low"] - _BACK * chest)
        drawn.append(part(*pack, _PACK, chest, look.bag, rounded=False))
    if look.bag_place == "shoulder":
        hip = 1.5 * at["right_hip"] - 0.5 * at["left_hip"]
        drawn.append(part(hip + (0, 0.08, 0), hip - (0, 0.10, 0), _BAG, chest, look.bag, nearer=0.02, rounded=False))
    return sorted(drawn, key=lambda one: -one.depth)


def _trunk(at: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the shirt: above the shoulders, and below the hips, where it hangs over the trousers."""
    shoulders, hips = ((at[f"left_{joint}"] + at[f"right_{joint}"]) / 2 for joint in ("shoulder", "hip"))
    return shoulders + (0, 0.05, 0), hips - (0, 0.04, 0)


def _seen_radius(radius: float | tuple[float, float], front: float) -> float:
    """Half the width of a part as seen from the camera; (half width, half depth) for one that is not round."""
    if isinstance(radius, tuple):
        return float(np.hypot(radius[0] * np.cos(front), radius[1] * np.sin(front)))
    return radius
