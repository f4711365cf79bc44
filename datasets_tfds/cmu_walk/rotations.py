# SPDX-License-Identifier: MIT
"""Rotation matrices from angles about the axes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

_AXES = "xyz"


def about(axis: str, angle: np.ndarray | float) -> np.ndarray:
    """Matrices that turn column vectors about one axis, right-handed.

    Args:
        axis: "x", "y" or "z".
        angle: (...) float, radians.

    Returns:
        (..., 3, 3) float64.
    """
    angle = np.asarray(angle, dtype=np.float64)
    i = _AXES.index(axis)
    j, k = (i + 1) % 3, (i + 2) % 3
    matrix = np.zeros((*angle.shape, 3, 3))
    matrix[..., i, i] = 1
    matrix[..., j, j] = matrix[..., k, k] = np.cos(angle)
    matrix[..., k, j] = np.sin(angle)
    matrix[..., j, k] = -matrix[..., k, j]
    return matrix


def compose(turns: Iterable[tuple[str, np.ndarray | float]]) -> np.ndarray:
    """Matrix of several turns about fixed axes, the first one applied first: (..., 3, 3)."""
    matrix = np.eye(3)
    for axis, angle in turns:
        matrix = about(axis, angle) @ matrix
    return matrix
