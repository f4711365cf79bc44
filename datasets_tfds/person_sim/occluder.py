# SPDX-License-Identifier: MIT
"""What stands before a person: a pole at a side, a barrier across the lower third, or a box."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Occluder:
    """A rectangle that moves slowly over the picture.

    Args:
        box: (left, top, right, bottom) as shares of the picture. speed: shares to the right per frame.
        colour: RGB in [0, 1].
    """

    box: tuple[float, float, float, float]
    speed: float
    colour: tuple[float, float, float]

    def draw(self, picture: np.ndarray, frame: int) -> None:
        """Covers a part of a picture (H, W, 3) in place; frame is counted from 0 where it begins to move."""
        rows, columns = picture.shape[:2]
        left, top, right, bottom = self.box
        moved = self.speed * frame
        across = slice(*(max(round((edge + moved) * columns), 0) for edge in (left, right)))
        down = slice(*(max(round(edge * rows), 0) for edge in (top, bottom)))
        shade = 1 - 0.15 * (np.arange(rows)[down] // max(rows // 16, 1) % 2)
        picture[down, across] = np.array(self.colour) * shade[:, None, None]


def pole_or_barrier(rng: np.random.Generator) -> Occluder:
    """What hides a part of a walker in a whole tracklet."""
    colour, speed = tuple(rng.uniform(0.1, 0.6, 3).tolist()), float(rng.uniform(-0.01, 0.01))
    kind, width, height = rng.integers(3), rng.uniform(0.12, 0.25), rng.uniform(0.25, 0.33)
    boxes = ((0, 0, width, 1), (1 - width, 0, 1, 1), (-0.5, 1 - height, 1.5, 1))
    return Occluder(tuple(float(edge) for edge in boxes[kind]), speed, colour)


def box(rng: np.random.Generator) -> Occluder:
    """What hides a part of a dancer in one picture."""
    colour = tuple(rng.uniform(0.1, 0.6, 3).tolist())
    width, height, left, top = rng.uniform(0, 1, 4) * (0.25, 0.35, 0.7, 0.4) + (0.15, 0.2, 0, 0.35)
    return Occluder(tuple(float(edge) for edge in (left, top, left + width, top + height)), 0.0, colour)
