# SPDX-License-Identifier: MIT
"""A random upright rectangle of an image."""

import math

import numpy as np

TRIES = 10
SHARES, SHAPES = (0.64, 1.0), (2.0, 3.0)
"""Of the image's area; height over width."""


def rectangle(height: int, width: int, rng: np.random.Generator) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a part of an image; the whole image where no try fits.

    Args:
        height, width: of the image, pixels.
        rng: draws, in each try, share and shape, and once left and top.

    Source: the original program of ST-ReIDNet.
    """
    for _ in range(TRIES):
        area, shape = rng.uniform(*SHARES) * height * width, rng.uniform(*SHAPES)
        high, wide = round(math.sqrt(area * shape)), round(math.sqrt(area / shape))
        if 0 < high <= height and 0 < wide <= width:
            left = int(rng.integers(0, width - wide, endpoint=True))
            top = int(rng.integers(0, height - high, endpoint=True))
            return left, top, left + wide, top + high
    return 0, 0, width, height
