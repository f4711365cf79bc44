# SPDX-License-Identifier: MIT
"""What the surface of a body part looks like: patterns that lie on the body, so that they turn with it."""

import dataclasses
from collections.abc import Callable

import numpy as np

Colour = tuple[float, float, float]


@dataclasses.dataclass(frozen=True)
class Surface:
    """Where pixels lie on a body part.

    Args:
        along: (h, w) in [0, 1] from the part's first point to its second. metres: (h, w) the same in metres.
        angle: (h, w) radians around the part in (-pi, pi]: 0 in front, positive towards the person's left.
    """

    along: np.ndarray
    metres: np.ndarray
    angle: np.ndarray


# pattern -> where it is on a surface; the number is per metre, per turn, a share of the part's length or an angle.
PATTERNS: dict[str, Callable[[Surface, float], np.ndarray]] = {
    "rings": lambda at, per_metre: at.metres * per_metre % 1 < 0.5,
    "stripes": lambda at, per_turn: at.angle / (2 * np.pi) * per_turn % 1 < 0.5,
    "checks": lambda at, per_metre: (
        (at.metres * per_metre % 1 < 0.5) != (at.angle / (2 * np.pi) * 0.8 * per_metre % 1 < 0.5)
    ),
    "logo": lambda at, width: (np.abs(at.angle) < width) & (np.abs(at.along - 0.36) < 0.13),
    "halves": lambda at, middle: at.angle > middle,
    "sides": lambda at, angle: np.abs(at.angle) > angle,
    "above": lambda at, share: at.along < share,
    "below": lambda at, share: at.along > share,
}


@dataclasses.dataclass(frozen=True)
class Paint:
    """A colour and what is painted over it.

    Args:
        colour: RGB in [0, 1]. marks: rows (pattern, its number, RGB), later ones on top.
    """

    colour: Colour
    marks: tuple[tuple[str, float, Colour], ...] = ()

    def over(self, pattern: str, number: float, colour: Colour) -> "Paint":
        """This paint with one more mark on top."""
        return Paint(self.colour, (*self.marks, (pattern, number, colour)))

    def colours(self, at: Surface) -> np.ndarray:
        """(h, w, 3) RGB of a surface."""
        painted = np.empty((*at.angle.shape, 3))
        painted[:] = self.colour
        for pattern, number, colour in self.marks:
            painted[PATTERNS[pattern](at, number)] = colour
        return painted
