# SPDX-License-Identifier: MIT
"""Forward kinematics: from joint angles to points of the body around the hip centre."""

import numpy as np
from scipy.spatial import transform

from datasets_tfds.gait_sim import body

TRUNK_POINTS = (("thoracic_low", "spine_mid"), ("thoracic_high", "spine_shoulder"), ("neck", "neck"))


def _about(axis: str, angle: np.ndarray) -> np.ndarray:
    """Rotation matrices (T, 3, 3) about an axis by angles (T,) in radians, right-handed."""
    return transform.Rotation.from_euler(axis, angle[:, None]).as_matrix()


def _arm(points: dict, chest: np.ndarray, segments: body.Body, angles: dict, side: str) -> None:
    """Adds the six points of an arm."""
    column, sign = body.SIDES.index(side), body.SIDE_SIGN[side]
    out, up = segments.length("shoulder_out"), segments.length("shoulder_up")
    upper = chest @ _about("z", sign * angles["arm_abduction"][:, column]) @ _about("x", angles["shoulder"][:, column])
    fore = upper @ _about("x", angles["elbow"][:, column])
    points[f"{side}_shoulder"] = shoulder = points["spine_shoulder"] + chest @ (sign * out, up, 0.0)
    points[f"{side}_elbow"] = place = shoulder + upper @ (0.0, -segments.length("upper_arm", side), 0.0)
    for point, segment in (("wrist", "forearm"), ("hand", "hand"), ("hand_tip", "fingers")):
        points[f"{side}_{point}"] = place = place + fore @ (0.0, -segments.length(segment, side), 0.0)
    thumb = segments.length("thumb") * fore @ (-sign * 0.5, -0.6, -0.6)
    points[f"{side}_thumb"] = points[f"{side}_wrist"] + thumb


def _leg(points: dict, pelvis: np.ndarray, segments: body.Body, angles: dict, side: str) -> None:
    """Adds the six points of a leg; heel and ball are the points that touch the floor."""
    column, sign = body.SIDES.index(side), body.SIDE_SIGN[side]
    hip = pelvis @ (sign * segments.length("hip_out"), -segments.length("hip_down"), 0.0)
    inward = _about("z", -sign * angles["leg_adduction"][:, column])
    thigh_angle = angles["thigh"][:, column]
    knee = hip + inward @ _about("x", thigh_angle) @ (0.0, -segments.length("thigh", side), 0.0)
    bent = np.maximum(angles["knee"][:, column], np.radians(2.0))
    ankle = knee + inward @ _about("x", thigh_angle - bent) @ (0.0, -segments.length("shank", side), 0.0)
    foot_frame = _about("y", -sign * angles["toe_out"][:, column]) @ _about("x", angles["foot"][:, column])
    down, forward = -segments.length("ankle_height"), -segments.length("ball_forward")
    heel = ankle + foot_frame @ (0.0, down, segments.length("heel_back"))
    ball = ankle + foot_frame @ (0.0, down, forward)
    foot = ankle + foot_frame @ (0.0, 0.6 * down, forward)  # on the instep, where sensors put it
    names = ("hip", "knee", "ankle", "foot", "heel", "ball")
    points.update({f"{side}_{n}": p for n, p in zip(names, (hip, knee, ankle, foot, heel, ball), strict=True)})


def pose(segments: body.Body, angles: dict) -> dict[str, np.ndarray]:
    """All points relative to the hip centre: name -> (T, 3) metres; the walker faces -z, y is up, its right is +x.

    Args:
        segments: lengths of the body.
        angles: name -> (T, 2) radians, see `gait.angles`.
    """
    single = {name: values[:, 0] for name, values in angles.items()}
    yaw, tilt = _about("y", single["pelvis_yaw"]), _about("x", -single["pelvis_tilt"])
    pelvis = yaw @ _about("z", single["pelvis_list"]) @ tilt
    chest = _about("y", single["trunk_twist"]) @ _about("z", single["trunk_bend"]) @ _about("x", -single["trunk_lean"])
    points = {"hip_centre": np.zeros((len(pelvis), 3))}
    place = 0.5 * (pelvis + chest) @ (0.0, segments.length("lumbar"), 0.0)
    points["spine_low"] = place
    for segment, point in TRUNK_POINTS:
        place = place + chest @ (0.0, segments.length(segment), 0.0)
        points[point] = place
    head = _about("y", 0.3 * single["trunk_twist"]) @ _about("x", -single["head_pitch"])
    points["head"] = place + head @ (0.0, segments.length("head"), 0.0)
    for side in body.SIDES:
        _arm(points, chest, segments, angles, side)
        _leg(points, pelvis, segments, angles, side)
    return points
