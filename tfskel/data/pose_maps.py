# SPDX-License-Identifier: MIT
"""Joints of a person in an image -> one map of each joint, and the area that the body covers."""

import dataclasses
import functools
import importlib.util

import numpy as np
from scipy import ndimage

MISSING = -1


@dataclasses.dataclass(frozen=True)
class Body:
    """What is drawn of a pose, and which joints are each other's mirror image.

    Attributes:
        limbs: thickness in pixels of an image 256 high -> pairs of joints.
        mirrored: pairs of a left and a right joint.
    """

    limbs: dict[int, tuple[tuple[int, int], ...]]
    mirrored: tuple[tuple[int, int], ...]


BODIES = {  # number of joints -> body; 17 in the order of COCO, 18 in that of OpenPose
    17: Body(
        {
            20: ((0, 1), (0, 2), (1, 3), (2, 4), (5, 7), (7, 9), (6, 8), (8, 10), (11, 13), (12, 14), (13, 15),
                 (14, 16)),
            30: ((5, 6), (5, 11), (6, 12), (11, 12), (6, 11), (5, 12), (0, 6), (0, 5)),
        },
        ((1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 12), (13, 14), (15, 16)),
    ),
    18: Body(
        {
            20: ((16, 14), (14, 0), (0, 15), (15, 17), (4, 3), (3, 2), (5, 6), (6, 7), (8, 9), (9, 10), (11, 12),
                 (12, 13)),
            30: ((2, 1), (1, 5), (1, 8), (1, 11), (2, 8), (11, 8), (5, 11), (11, 2), (0, 1)),
        },
        ((2, 5), (3, 6), (4, 7), (8, 11), (9, 12), (10, 13), (14, 15), (16, 17)),
    ),
}  # fmt: skip
HEAD, JOINT = 20, 10
"""Radius of the circle around joint 0, and around the others."""


def landmarks(pose: np.ndarray, captured: tuple[int, int], size: tuple[int, int]) -> np.ndarray:
    """Rows and columns of joints in a resized image.

    Args:
        pose: (J, 2) float, x and y in pixels of the captured image; negative where missing.
        captured, size: height and width of the captured and of the resized image.

    Returns:
        (J, 2) int64; MISSING in place of each number that is outside.

    Source: the original program of ST-ReIDNet: numbers are cut off towards zero, so that those in (-1, 0) are 0.
    """
    scaled = np.trunc(np.asarray(pose, np.float64)[:, ::-1] * (np.array(size) / np.array(captured)))
    return np.where((scaled >= 0) & (scaled < size), scaled, MISSING).astype(np.int64)


def profiles(joints: np.ndarray, sigma: float, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Maps of joints as products: map j is rows[j] (H, 1) times columns[j] (1, W).

    Args:
        joints: (J, 2) int, see `landmarks`.
        sigma: deviation of the Gaussian in pixels.
        size: height H and width W.

    Returns:
        rows (J, H) and columns (J, W) float32, largest value 1, each zero for a missing joint.
    """
    visible = (joints != MISSING).all(axis=1, keepdims=True)
    return tuple(np.where(visible, _profiles(n, sigma)[joints[:, axis]], np.float32(0)) for axis, n in enumerate(size))


def maps(joints: np.ndarray, sigma: float, size: tuple[int, int]) -> np.ndarray:
    """One map of each joint: a Gaussian reflected at the border, whose largest value is 1; zero for a missing joint.

    Args:
        joints, sigma, size: see `profiles`.

    Returns:
        (H, W, J) float32.
    """
    rows, columns = profiles(joints, sigma, size)
    return np.einsum("jh,jw->hwj", rows, columns)


@functools.cache
def _profiles(length: int, sigma: float) -> np.ndarray:
    """(length, length) float32: what SciPy's Gaussian filter makes of a 1 at each place, over its largest value."""
    spread = ndimage.gaussian_filter1d(np.eye(length), sigma, mode="reflect")
    return (spread / spread.max(axis=1, keepdims=True)).astype(np.float32)


def mask(joints: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Where a body is: discs around its visible joints, thick lines between them.

    Args:
        joints: (J, 2) int, see `landmarks`; J in BODIES.
        size: height and width.

    Returns:
        (H, W) uint8, 0 or 1.

    Raises:
        ImportError: OpenCV is not installed; the message says how to get it.
    """
    check_opencv()
    import cv2

    drawn = np.zeros(size, np.uint8)
    visible = (joints != MISSING).all(axis=1)
    points = [(int(column), int(row)) for row, column in joints]
    for joint in np.flatnonzero(visible):
        cv2.circle(drawn, points[joint], JOINT if joint else HEAD, 1, cv2.FILLED)
    for thickness, limbs in BODIES[len(joints)].limbs.items():
        for first, second in limbs:
            if visible[first] and visible[second]:
                cv2.line(drawn, points[first], points[second], 1, thickness)
    return drawn


def check_opencv() -> None:
    """Refuses to draw masks without OpenCV.

    Raises:
        ImportError: it is not installed.
    """
    if importlib.util.find_spec("cv2") is None:
        raise ImportError(
            "Bodies are drawn by OpenCV, which is not installed: pip install 'tfskel[poses]', or train without them: "
            "--config.training.mask=False."
        )


def mirrored(joints: np.ndarray, size: tuple[int, int], swap_sides: bool = False) -> np.ndarray:
    """Joints of the mirrored image.

    Args:
        joints: (J, 2) int, see `landmarks`.
        size: height and width.
        swap_sides: a left joint becomes the right one, as it is in the mirrored person.
    """
    order = np.arange(len(joints))
    if swap_sides:
        pairs = np.array(BODIES[len(joints)].mirrored)
        order[pairs] = order[pairs[:, ::-1]]
    turned = joints[order]
    columns = np.where(turned[:, 1] == MISSING, MISSING, size[1] - 1 - turned[:, 1])
    return np.stack([turned[:, 0], columns], axis=1)
