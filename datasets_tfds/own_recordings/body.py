# SPDX-License-Identifier: MIT
"""How large people are and which way is up, from the joints of a Kinect: units and axes of a pose source."""

import numpy as np

from tfskel import skeletons

# The last is what the CMU capture database counts in, and with it many BVH files.
METRES = {"m": 1.0, "cm": 0.01, "mm": 0.001, "inch": 0.0254, "cmu": 0.0254 / 0.45}
BODY = "body"
"""Unit "the person": scaled until trunk and legs are LENGTH long; says nothing of who is tall."""
LENGTH = 1.32
_PLAUSIBLE = (0.75, 1.8)  # metres of trunk and a leg, from a child to a giant
_TRUNK = (("HipCenter", "SpineBase"), ("ShoulderCenter", "SpineShoulder"))  # in Kinect v1, in v2
_UP = {  # axis that points up in the file -> places of its axes, and signs, that make y up without a mirror
    "x": ((1, 0, 2), (-1, 1, 1)),
    "-x": ((1, 0, 2), (1, -1, 1)),
    "y": ((0, 1, 2), (1, 1, 1)),
    "-y": ((0, 1, 2), (1, -1, -1)),
    "z": ((0, 2, 1), (1, 1, -1)),
    "-z": ((0, 2, 1), (1, -1, 1)),
}


def length(joints: np.ndarray, skeleton: str) -> float:
    """Median length of trunk and legs over frames, in the unit of the joints; NaN where never all are seen.

    Args:
        joints: (T, J, 3) of Kinect v1 or v2, NaN where not seen.
    """
    place = {name: number for number, name in enumerate(skeletons.get(skeleton).joint_names)}
    base, shoulders = (
        (place["SpineBase"], place["SpineShoulder"]) if "SpineBase" in place else (0, place["ShoulderCenter"])
    )
    legs = [_bone(joints, place[f"{upper}{side}"], place[f"{lower}{side}"])
            for side in ("Left", "Right") for upper, lower in (("Hip", "Knee"), ("Knee", "Ankle"))]  # fmt: skip
    return _median(_bone(joints, base, shoulders)) + sum(map(_median, legs)) / 2


def unit(body_length: float, where: str) -> str:
    """The unit in which a body of that length is plausible.

    Raises:
        ValueError: there is none.
    """
    for name, metres in METRES.items():
        if _PLAUSIBLE[0] <= body_length * metres <= _PLAUSIBLE[1]:
            return name
    normalised = body_length < _PLAUSIBLE[0]
    advice = (
        "Coordinates between 0 and 1 are shares of a picture: write world coordinates instead (MediaPipe: "
        "pose_world_landmarks)"
        if normalised
        else "Are these pixels"
    )
    raise ValueError(
        f"{where}: trunk and leg are {body_length:.4g} units long, which is no person in metres, centimetres, "
        f"millimetres or inches. {advice}{'.' if normalised else '?'} To scale every recording to the same size, in "
        f"which nobody is tall or short: --config.dataset.options.units={BODY}, and a recipe with scale_free=True."
    )


def upward(joints: np.ndarray, skeleton: str) -> str:
    """The axis that points from ankles to head: "x", "-x", "y", "-y", "z" or "-z"; "" where never both are seen.

    Arguments as `length`.
    """
    names = skeletons.get(skeleton).joint_names
    ankles = [names.index(f"Ankle{side}") for side in ("Left", "Right")]
    rises = joints[:, names.index("Head")] - joints[:, ankles].mean(axis=1)
    rises = rises[np.isfinite(rises).all(axis=-1)]
    if not len(rises):
        return ""
    rise = np.median(rises, axis=0)
    axis = int(np.argmax(np.abs(rise)))
    return ("-" if rise[axis] < 0 else "") + "xyz"[axis]


def upright(joints: np.ndarray, up: str) -> np.ndarray:
    """Joints turned so that the axis `up` becomes y; left stays left: (..., 3)."""
    places, signs = _UP[up]
    return joints[..., list(places)] * np.array(signs, joints.dtype)


def _bone(joints: np.ndarray, one: int, other: int) -> np.ndarray:
    return np.linalg.norm(joints[:, one] - joints[:, other], axis=-1)


def _median(values: np.ndarray) -> float:
    seen = values[np.isfinite(values)]
    return float(np.median(seen)) if len(seen) else float("nan")
