# SPDX-License-Identifier: MIT
"""What is behind a person: one textured canvas per camera, of which every picture shows another window."""

import numpy as np
from scipy import ndimage

SCALES = ((2, 0.035), (8, 0.045), (24, 0.06))  # size of the texture's grains in rows of a 64-row picture, strength
RECTANGLES = 4


def canvas(rng: np.random.Generator, height: int) -> np.ndarray:
    """A canvas of which `window` cuts backgrounds.

    Args:
        rng: generator of the camera. height: rows of the pictures.

    Returns:
        (1.25 height, 2 height, 3) RGB in [0, 1].
    """
    rows, columns = height + height // 4, 2 * height
    wall = rng.uniform(0.32, 0.52) + 0.03 * rng.standard_normal(3)
    floor = wall * rng.choice([0.75, 1.3]) + 0.015 * rng.standard_normal(3)
    horizon = int(rows * rng.uniform(0.48, 0.62))
    painted = np.where((np.arange(rows) < horizon)[:, None, None], wall, floor) * np.ones((1, columns, 1))
    for grain, strength in SCALES:
        coarse = rng.standard_normal((80 // grain + 3, 128 // grain + 3, 3))
        coarse = 0.75 * coarse.mean(axis=2, keepdims=True) * np.sqrt(3) + 0.25 * coarse
        painted += strength * _enlarged(coarse, rows, columns)
    for _ in range(RECTANGLES):
        tall, wide = (rng.uniform(0.08, 0.3, 2) * (height, height / 2)).astype(int) + 1
        top, left = (rng.uniform(size=2) * (horizon, columns - wide)).astype(int)
        painted[top : top + tall, left : left + wide] = rng.uniform(0.1, 0.7, 3)
    return np.clip(painted, 0, 1)


def window(painted: np.ndarray, height: int, rng: np.random.Generator) -> np.ndarray:
    """A copy of (height, height / 2, 3) pixels of a canvas at a random place."""
    top, left = (rng.uniform(size=2) * (painted.shape[0] - height, painted.shape[1] - height // 2)).astype(int)
    return painted[top : top + height, left : left + height // 2].copy()


def _enlarged(coarse: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Smooth enlargement of a grid (h, w, 3) whose outermost cells lie outside the result."""
    at = np.meshgrid(np.linspace(1, coarse.shape[0] - 2, rows), np.linspace(1, coarse.shape[1] - 2, columns),
                     indexing="ij")  # fmt: skip
    return np.stack([ndimage.map_coordinates(channel, at, order=1) for channel in np.moveaxis(coarse, 2, 0)], axis=2)
