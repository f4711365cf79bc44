# SPDX-License-Identifier: MIT
"""The simulated bodies: segment proportions, their spread between people, and the joints a sensor reports."""

import dataclasses

import numpy as np

SIDES = ("left", "right")
SIDE_SIGN = {"left": -1.0, "right": 1.0}  # x of the side, seen by the walker and by the sensor alike
CENTRE_POINTS = ("hip_centre", "spine_low", "spine_mid", "spine_shoulder", "neck", "head")
_ARM, _LEG = ("shoulder", "elbow", "wrist", "hand"), ("hip", "knee", "ankle", "foot")
SIDE_POINTS = (*_ARM, "hand_tip", "thumb", *_LEG, "heel", "ball")
POINTS = CENTRE_POINTS + tuple(f"{side}_{point}" for side in SIDES for point in SIDE_POINTS)

_ARMS_AND_LEGS = tuple(f"{side}_{point}" for limb in (_ARM, _LEG) for side in SIDES for point in limb)
LAYOUTS = {
    "kinect_v1": ("hip_centre", "spine_low", "spine_shoulder", "head", *_ARMS_AND_LEGS),
    "kinect_v2": (
        *("hip_centre", "spine_mid", "neck", "head", *_ARMS_AND_LEGS, "spine_shoulder"),
        *("left_hand_tip", "left_thumb", "right_hand_tip", "right_thumb"),
    ),
}

STATURE_MEAN, STATURE_SD = 1.72, 0.09  # metres, women and men together
STATURE_RANGE = (1.50, 1.95)
SIDE_SD = 0.006  # left against right, relative

# segment: (length as a fraction of stature, standard deviation between people relative to that length).
# Fractions follow the usual body-segment tables; the trunk is split where the sensor puts its spine joints.
SEGMENTS = {
    "lumbar": (0.068, 0.05),
    "thoracic_low": (0.069, 0.05),
    "thoracic_high": (0.075, 0.05),
    "neck": (0.055, 0.08),
    "head": (0.084, 0.06),
    "shoulder_out": (0.100, 0.06),
    "shoulder_up": (0.020, 0.25),
    "upper_arm": (0.172, 0.045),
    "forearm": (0.150, 0.05),
    "hand": (0.043, 0.08),
    "fingers": (0.040, 0.08),
    "thumb": (0.036, 0.10),
    "hip_out": (0.049, 0.08),
    "hip_down": (0.045, 0.12),
    "thigh": (0.245, 0.045),
    "shank": (0.246, 0.045),
    "ankle_height": (0.039, 0.06),
    "heel_back": (0.027, 0.08),
    "ball_forward": (0.070, 0.06),
}
PAIRED = frozenset(("upper_arm", "forearm", "hand", "thigh", "shank"))  # measured on each side


@dataclasses.dataclass(frozen=True)
class Body:
    """One identity in metres: `stature`, 1.50 to 1.95, and segment name -> (left, right) `lengths`."""

    stature: float
    lengths: dict[str, tuple[float, float]]

    def length(self, segment: str, side: str = "left") -> float:
        """Length of a segment in metres; unpaired segments are the same on both sides."""
        return self.lengths[segment][SIDES.index(side)]


def draw(rng: np.random.Generator) -> Body:
    """One person: stature, then every segment around its proportion; `rng` is always advanced by as many draws.

    Source: proportions after Drillis and Contini, 1966, in Winter, Biomechanics and Motor Control of Human
    Movement, figure 4.1; spread of proportions chosen to match shared recordings of real walkers.
    """
    stature = float(np.clip(rng.normal(STATURE_MEAN, STATURE_SD), *STATURE_RANGE))
    lengths = {}
    for segment, (fraction, spread) in SEGMENTS.items():
        between, side = rng.standard_normal(2)
        length = stature * fraction * (1 + spread * np.clip(between, -2.5, 2.5))
        half = 0.5 * SIDE_SD * side if segment in PAIRED else 0.0
        lengths[segment] = (float(length * (1 - half)), float(length * (1 + half)))
    return Body(stature, lengths)
