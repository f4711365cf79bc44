# SPDX-License-Identifier: MIT
"""Pretext tasks: what an encoder-decoder is fed and what it is to give back."""

import dataclasses
import math
from collections.abc import Callable

import numpy as np

BLOCK = 1024


@dataclasses.dataclass(frozen=True)
class Draws:
    """Sequences of a split and what was drawn for them once.

    Attributes:
        take: row indices (n,) -> (n, f, J, 3) float32.
        count: number of sequences N.
        orders: (3, N, f) int, for each axis and sequence the frames in the order in which they are fed; None if no task
            shuffles.
    """

    take: Callable[[np.ndarray], np.ndarray]
    count: int
    orders: np.ndarray | None = None


def _reverse(draws: Draws, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    source = by_axis(draws.take(rows))
    return source, source[:, :, ::-1]


def _predict(draws: Draws, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    following = np.minimum(rows + 1, draws.count - 1)
    return by_axis(draws.take(rows)), by_axis(draws.take(following))


def _sort(draws: Draws, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    target = by_axis(draws.take(rows))
    return shuffled(target, draws.orders[:, rows]), target


TASKS = {"rev_rec": _reverse, "prediction": _predict, "sorting": _sort}
"""Task -> function of (Draws, rows (n,)) that returns sources and targets, (3, n, f, J) each.

rev_rec: the frames backwards. prediction: the next sequence in order, whoever it is of; the last one is its own next.
sorting: each sequence's frames are fed in an order of their own and given back in theirs. Source: original program.
"""
SHUFFLES = ("sorting",)


def by_axis(joints: np.ndarray) -> np.ndarray:
    """(n, f, J, 3) -> (3, n, f, J)."""
    return np.moveaxis(joints, -1, 0)


def shuffled(frames: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """Frames (A, n, f, J) in the orders (A, n, f)."""
    return np.take_along_axis(frames, orders[..., None], axis=2)


def draw_orders(count: int, length: int, rng: np.random.RandomState, axes: int = 3) -> np.ndarray:
    """An independent uniform order of frames for each axis and sequence, drawn axis by axis: (axes, count, f) int64."""
    return np.array([rng.permutation(length) for _ in range(axes * count)], np.int64).reshape(axes, count, length)


def without_last_third(count: int) -> int:
    """How many of N sequences are left without the last third, rounded up.

    Raises:
        ValueError: none.

    Source: original program, for one data set only.
    """
    left = count - math.ceil(count / 3)
    if left < 1:
        raise ValueError(f"leaving out the last third of {count} sequences leaves none (training.drop_last_third).")
    return left


def ranges(take: Callable[[np.ndarray], np.ndarray], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest value at every place of N sequences: two (f, J, 3) arrays."""
    low = high = take(np.arange(1))[0]
    for first in range(0, count, BLOCK):
        block = take(np.arange(first, min(first + BLOCK, count)))
        low, high = np.minimum(low, block.min(axis=0)), np.maximum(high, block.max(axis=0))
    return low, high
