# SPDX-License-Identifier: MIT
"""What a reader of pose files hands over: one recording as it stands in its file."""

import dataclasses

import numpy as np

from datasets_tfds.own_recordings.layouts import layout as layouts

FARTHEST = 1e9
"""Largest coordinate, far beyond a person's in any unit."""


@dataclasses.dataclass
class Captured:
    """One recording as captured: T frames of J joints, in the unit and the axes of its file.

    Attributes:
        where: file or folder, for messages.
        layout: what its joints are.
        names: J joint names, as the file or the layout has them.
        joints: (T, J, 3) float64; NaN where a joint was not seen; z is 0 in pictures.
        confidence: (T, J) float64 in [0, 1], NaN where unknown; None without any.
        frames: (T,) int64, rising.
        fps: frames per second; None where the file does not say.
        unit: "m", "cm", "mm" or "inch" where the file says so, else "".
        flat: whether the joints are places in a picture.
        person: identity and recording that the file itself names; "" where its path names them.
        crowded: frames that show several people, of whom the most certain is taken.
    """

    where: str
    layout: layouts.Layout
    names: tuple[str, ...]
    joints: np.ndarray
    confidence: np.ndarray | None = None
    frames: np.ndarray | None = None
    fps: float | None = None
    unit: str = ""
    flat: bool = False
    person: tuple[str, str] = ("", "")
    crowded: int = 0

    def __post_init__(self):
        if self.frames is None:
            self.frames = np.arange(len(self.joints))
        count, joints = len(self.names), self.joints
        if joints.ndim != 3 or joints.shape[1:] != (count, 3) or len(self.frames) != len(joints) or not len(joints):
            raise ValueError(
                f"{self.where}: expected at least one frame of {count} joints with 3 coordinates; received "
                f"{joints.shape}."
            )
        wrong = np.flatnonzero(np.diff(self.frames) <= 0)
        if len(wrong):
            raise ValueError(
                f"{self.where}: frame {self.frames[wrong[0] + 1]} follows {self.frames[wrong[0]]}; expected rising "
                "numbers, no frame twice."
            )
        absurd = np.argwhere(np.abs(joints) > FARTHEST)
        if len(absurd):
            frame, joint, axis = absurd[0]
            raise ValueError(
                f"{self.where}, frame {self.frames[frame]}, joint {self.names[joint]}, {'xyz'[axis]}: "
                f"{joints[frame, joint, axis]:g}; expected a coordinate of a person, or nothing where it is not seen."
            )


def unseen_to_nan(joints: np.ndarray) -> np.ndarray:
    """A copy in which joints at 0, 0, 0, as estimators write what they do not see, are NaN: (..., 3)."""
    joints = np.array(joints, np.float64)
    joints[(joints == 0).all(axis=-1)] = np.nan
    return joints
