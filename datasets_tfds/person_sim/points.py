# SPDX-License-Identifier: MIT
"""Points of a body: those of the walking simulator, and the head's, which follow from them."""

import numpy as np

from datasets_tfds.gait_sim import body

# Metres to the person's right, up and forward from the simulator's point of the head.
_HEAD = {
    "nose": (0.0, 0.0, 0.10),
    "left_eye": (-0.033, 0.035, 0.085),
    "right_eye": (0.033, 0.035, 0.085),
    "left_ear": (-0.075, 0.0, 0.0),
    "right_ear": (0.075, 0.0, 0.0),
    "crown": (0.0, 0.10, 0.0),
}
NAMES = (*body.POINTS, *_HEAD)
AT = {name: place for place, name in enumerate(NAMES)}

_ARM, _LEG = ("shoulder", "elbow", "wrist"), ("hip", "knee", "ankle")
_PAIRS = (f"{side}_{joint}" for joint in (*_ARM, *_LEG) for side in ("left", "right"))
_LIMBS = (f"{side}_{joint}" for limb in (_ARM, _LEG) for side in ("right", "left") for joint in limb)
COCO = ("nose", "left_eye", "right_eye", "left_ear", "right_ear", *_PAIRS)
OPENPOSE = ("nose", "neck", *_LIMBS, "right_eye", "left_eye", "right_ear", "left_ear")


def head_frame(points: np.ndarray) -> np.ndarray:
    """Unit vectors right, up and forward of the head.

    Args:
        points: (P, 3) metres, order of NAMES.

    Returns:
        (3, 3): a row each.
    """
    up = points[AT["head"]] - points[AT["neck"]]
    up = up / np.linalg.norm(up)
    right = points[AT["right_shoulder"]] - points[AT["left_shoulder"]]
    right = right - (right @ up) * up
    right = right / np.linalg.norm(right)
    return np.stack([right, up, np.cross(up, right)])


def with_head(points: np.ndarray) -> np.ndarray:
    """All points of NAMES from those of the simulator: (30, 3) -> (36, 3) metres."""
    return np.concatenate([points, points[AT["head"]] + np.array(list(_HEAD.values())) @ head_frame(points)])


def openpose(coco: np.ndarray) -> np.ndarray:
    """Joints of OPENPOSE from those of COCO; the neck is the middle of the shoulders.

    Args:
        coco: (..., 17, 2) pixels (x, y).

    Returns:
        (..., 18, 2) pixels (x, y).
    """
    neck = coco[..., [COCO.index("left_shoulder"), COCO.index("right_shoulder")], :].mean(axis=-2)
    joints = [neck if name == "neck" else coco[..., COCO.index(name), :] for name in OPENPOSE]
    return np.stack(joints, axis=-2)
