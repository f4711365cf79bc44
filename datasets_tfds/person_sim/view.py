# SPDX-License-Identifier: MIT
"""From metres to pixels: weak perspective of a camera that looks down a little, and the crop around a person."""

import dataclasses

import numpy as np

from datasets_tfds.gait_sim import sensor

MARGIN = 0.07  # metres between the outermost points and the skin, clothes and hair around them
SIZE, SIZE_JITTER = 1.06, 0.05  # of the crop, relative to its box
PLACE_JITTER = np.array((0.035, 0.025))  # across and down, of half the height


@dataclasses.dataclass(frozen=True)
class Crop:
    """Place of a crop in the image plane.

    Args:
        centre: (2,) metres right and down. scale: pixels per metre. height: rows of the picture; it is half as wide.
    """

    centre: np.ndarray
    scale: float
    height: int

    def pixels(self, projected: np.ndarray) -> np.ndarray:
        """(..., 2) metres right and down -> pixels (x, y); the middle of the first pixel is (0.5, 0.5)."""
        return (projected - self.centre) * self.scale + (self.height / 4, self.height / 2)


def project(points: np.ndarray, turn: float, pitch: float) -> np.ndarray:
    """Points as a camera sees them.

    Args:
        points: (..., 3) metres, y up; who faces -z faces the camera, and -x is on the right of the picture.
        turn: degrees about the vertical; positive turns the person's right side towards the camera.
        pitch: degrees by which the camera looks down.

    Returns:
        (..., 3) metres right, down and away from the camera.
    """
    x, y, z = np.moveaxis(sensor.rotate(points, turn), -1, 0)
    cos, sin = np.cos(np.radians(pitch)), np.sin(np.radians(pitch))
    return np.stack([-x, -(y * cos + z * sin), z * cos - y * sin], axis=-1)


def facing(forward: np.ndarray) -> float:
    """Where a projected direction (3,) points: 0 to the camera, positive to the right of the picture; radians."""
    return float(np.arctan2(forward[0], -forward[2]))


def crop(projected: np.ndarray, height: int, rng: np.random.Generator) -> Crop:
    """A crop twice as high as wide around projected points, as uneven as a detector's.

    Args:
        projected: (P, 3) from `project`. height: rows of the picture. rng: generator of the picture.
    """
    low, high = projected[:, :2].min(axis=0) - MARGIN, projected[:, :2].max(axis=0) + MARGIN
    width, tall = high - low
    half = max(tall / 2, width) * (SIZE + SIZE_JITTER * rng.uniform(-1, 1))
    centre = (low + high) / 2 + half * PLACE_JITTER * rng.uniform(-1, 1, 2)
    return Crop(centre, height / (2 * half), height)
