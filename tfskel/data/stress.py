# SPDX-License-Identifier: MIT
"""What sensors and places do to recordings: another view, another scale, bias, lost joints."""

import dataclasses
from collections.abc import Callable

import numpy as np

from tfskel.data import skeleton_split

HELD = 8  # frames for which a lost joint stays where it was


def turned(joints: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The recording turned about the vertical by up to 90 degrees to either side: (T, J, 3) metres -> the same."""
    angle = rng.uniform(-np.pi / 2, np.pi / 2)
    x, y, z = np.moveaxis(joints, -1, 0)
    return np.stack([np.cos(angle) * x + np.sin(angle) * z, y, np.cos(angle) * z - np.sin(angle) * x], axis=-1)


def resized(joints: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The recording up to 10 % larger or smaller."""
    return joints * rng.uniform(0.9, 1.1)


def biased(joints: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each joint moved by 1 cm an axis (standard deviation), the same in all frames."""
    return joints + rng.normal(0, 0.01, joints.shape[1:])


def lossy(joints: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """In every HELD frames another fifth of the joints stays where it was before them."""
    changed, number = joints.copy(), round(joints.shape[1] / 5)
    for first in range(0, len(joints), HELD):
        lost = rng.choice(joints.shape[1], number, replace=False)
        changed[first : first + HELD, lost] = joints[max(0, first - 1), lost]
    return changed


CHANGES: dict[str, Callable] = {
    "random views": turned,
    "scale ±10 %": resized,
    "bias 1 cm": biased,
    "a fifth of the joints lost": lossy,
}


def changed(data: skeleton_split.SkeletonSplit, name: str, seed: int) -> skeleton_split.SkeletonSplit:
    """A split whose recordings are changed, each by a draw of its own.

    Args:
        data: the split.
        name: one of CHANGES.
        seed: decides the draws.
    """
    recorded, place = data.recordings, list(CHANGES).index(name)
    joints = np.zeros(recorded.joints.shape, recorded.joints.dtype)
    for number, (first, length) in enumerate(zip(recorded.start, recorded.length, strict=True)):
        part, rng = slice(first, first + length), np.random.default_rng([seed, 14, place, number])
        joints[part] = CHANGES[name](recorded.joints[part], rng)
    return dataclasses.replace(data, recordings=dataclasses.replace(recorded, joints=joints))
