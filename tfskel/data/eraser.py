# SPDX-License-Identifier: MIT
"""Random erasing: a rectangle of one random colour over a part of an image."""

import math

import numpy as np

ORIGINAL, PAPER, OFF = "original", "paper", "off"
PLACES = (ORIGINAL, PAPER, OFF)
"""Where the drawn rectangle is put, see `rectangle`."""
SHARES, SHAPES = (0.02, 0.2), (0.3, 1 / 0.3)
"""Of the image's area; height over width."""
NOTHING = (0, 0, 0, 0, 0, 0, 0)


def rectangle(height: int, width: int, rng: np.random.Generator, place: str = ORIGINAL) -> tuple[int, ...]:
    """Left, top, right, bottom, red, green and blue of what is erased; NOTHING where the image is left alone.

    Args:
        height, width: of the image, pixels.
        rng: draws whether to erase; in each try share, shape, left and top; three bytes.
        place: "paper" puts the rectangle where it was drawn; "original" puts its upper left corner as far from the
            image's as it is wide and high, whatever was drawn (original program, kept for parity); "off" erases
            nothing and draws nothing.

    Source: Zhong et al., 2017, https://arxiv.org/abs/1708.04896, algorithm 1; the chance of three in four is that of
        the original program of ST-ReIDNet.
    """
    if place == OFF or rng.uniform(-1.0, 1.0) > 0.5:
        return NOTHING
    while True:
        area, shape = rng.uniform(*SHARES) * height * width, rng.uniform(*SHAPES)
        high, wide = math.sqrt(area * shape), math.sqrt(area / shape)
        left, top = (rng.uniform(min(0.0, room), max(0.0, room)) for room in (width - wide, height - high))
        if left > 0 and top > 0 and left + wide <= width and top + high <= height:
            break
    size = math.floor(wide), math.floor(high)
    corner = {ORIGINAL: size, PAPER: (math.ceil(left), math.ceil(top))}[place]
    end = min(corner[0] + size[0], width), min(corner[1] + size[1], height)
    return *corner, *end, *(int(rng.integers(0, 255, endpoint=True)) for _ in range(3))


def erased(image, rectangle):
    """An image with a rectangle of one colour in it.

    Args:
        image: (H, W, 3) uint8 tensor.
        rectangle: (7,) int tensor, see the function of that name.

    Returns:
        (H, W, 3) uint8 tensor.
    """
    import tensorflow as tf

    left, top, right, bottom = (rectangle[number] for number in range(4))
    patch = tf.broadcast_to(tf.cast(rectangle[4:], image.dtype), (bottom - top, right - left, 3))
    across = tf.concat([image[top:bottom, :left], patch, image[top:bottom, right:]], axis=1)
    return tf.ensure_shape(tf.concat([image[:top], across, image[bottom:]], axis=0), image.shape)
