# SPDX-License-Identifier: MIT
"""The imagined sensor: where a walk lies before it, from which side it is seen, and its noise."""

import numpy as np
from scipy.spatial import transform

NEAREST = 1.5  # metres from the sensor, hip centre, at the end of a frontal walk
SIDEWAYS_SD, HEADING_SD = 0.08, 2.0  # metres, degrees: nobody walks exactly along the axis
NOISE_AR = 0.9  # frame-to-frame correlation of the slow half of the noise


def rotate(points: np.ndarray, degrees: float) -> np.ndarray:
    """Rotates about y: p' = (c x + s z, y, -s x + c z); points (..., 3)."""
    return points @ transform.Rotation.from_euler("y", degrees, degrees=True).as_matrix().T


def place(points: np.ndarray, view: str, rng: np.random.Generator) -> np.ndarray:
    """Puts a walk before the sensor: z is the distance from it, x sideways, y up from the floor.

    The path is turned about its middle, which lies where the middle of the frontal walk would be.

    Args:
        points: (T, P, 3) metres, point 0 the hip centre, walking about along -z.
        view: degrees as text: "0" walks towards the sensor, positive turns the right side towards it.
        rng: generator of the recording; always advanced by two draws.
    """
    net = points[-1, 0] - points[0, 0]
    sideways, heading = rng.standard_normal(2) * (SIDEWAYS_SD, HEADING_SD)
    straight = rotate(points, float(np.degrees(np.arctan2(net[0], -net[2]))))
    path = straight[:, 0]
    middle = 0.5 * (path[0] + path[-1]) * (1, 0, 1)
    turned = rotate(straight - middle, float(view) + heading)
    return turned + (sideways, 0.0, NEAREST + 0.5 * float(path[0, 2] - path[-1, 2]))


def noise(shape: tuple[int, int, int], sigma: float, rng: np.random.Generator) -> np.ndarray:
    """Sensor noise of a shape (T, P, 3) in metres, standard deviation `sigma`, each point and axis independent.

    Half of the variance is white, half first-order autoregressive, stationary from the first frame.
    """
    white, drive = rng.standard_normal((2, *shape)) * sigma * np.sqrt(0.5)
    slow = np.empty_like(drive)
    slow[0] = drive[0]
    for t in range(1, shape[0]):
        slow[t] = NOISE_AR * slow[t - 1] + np.sqrt(1 - NOISE_AR**2) * drive[t]
    return white + slow
