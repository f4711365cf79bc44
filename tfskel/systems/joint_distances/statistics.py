# SPDX-License-Identifier: MIT
"""Mean and scatter of descriptors within and between classes, and the discriminant that follows from them."""

import dataclasses
from collections.abc import Iterable

import numpy as np
from scipy import linalg


@dataclasses.dataclass(frozen=True)
class Statistics:
    """Of a set whose C classes all count the same, whatever their sizes.

    Attributes:
        mean: (D,) float64.
        within: (D, D) float64, scatter about the means of the classes.
        between: (D, D) float64, scatter of those means.
    """

    mean: np.ndarray
    within: np.ndarray
    between: np.ndarray

    def columns(self, chosen: slice) -> "Statistics":
        """Those of some numbers of the descriptor."""
        return Statistics(self.mean[chosen], self.within[chosen, chosen], self.between[chosen, chosen])


def measure(blocks: Iterable[np.ndarray], classes: np.ndarray) -> Statistics:
    """Statistics of descriptors that come block by block.

    Args:
        blocks: (n, D) each, N rows in all.
        classes: (N,) any; equal values are one class.

    Raises:
        ValueError: no class has two rows that differ.
    """
    _, number, sizes = np.unique(classes, return_inverse=True, return_counts=True)
    weights, done, sums, square = 1.0 / sizes[number] / len(sizes), 0, None, 0.0
    for block in blocks:
        rows = slice(done, done + len(block))
        weighted = weights[rows, None] * block.astype(np.float64)  # (n, D)
        present, place = np.unique(number[rows], return_inverse=True)
        members = place == np.arange(len(present))[:, None]  # (C, n)
        sums = sums if done else np.zeros((len(sizes), block.shape[1]))  # (all C, D)
        sums[present] += members @ weighted
        square = square + weighted.T @ block
        done = rows.stop
    mean, means = sums.sum(axis=0), sums * len(sizes)
    between = (means - mean).T @ (means - mean) / len(sizes)
    within = square - means.T @ means / len(sizes)
    if not np.diagonal(within).max() > 1e-12:
        raise ValueError(
            f"none of {len(sizes)} classes has two different sequences, so nothing says how one varies. Use "
            "training.classes='identity', or longer recordings."
        )
    return Statistics(mean, within, between)


def pool(real: Statistics, simulated: Statistics, share: float) -> Statistics:
    """Scatters of both, those of `real` with the weight `share`; the mean is that of `real`.

    Source: Friedman, Regularized discriminant analysis, 1989; simulated people as the prior are ours.
    """
    both = (real.within, simulated.within), (real.between, simulated.between)
    return Statistics(real.mean, *(share * own + (1 - share) * prior for own, prior in both))


@dataclasses.dataclass(frozen=True)
class Discriminant:
    """Linear map z = (x - centre) kernel that separates classes best.

    Attributes:
        kernel: (D, d) float64. centre: (D,) float64.
        eigenvalues: (d,) float64, variance between classes over that within, largest first.
    """

    kernel: np.ndarray
    centre: np.ndarray
    eigenvalues: np.ndarray


def solve(statistics: Statistics, shrinkage: float, dimensions: int) -> Discriminant:
    """The directions of largest variance between classes where that within them is one.

    Args:
        statistics: of D numbers.
        shrinkage: share of the scatter within that is replaced by its mean on the diagonal, in (0, 1].
        dimensions: d, at most D.
    """
    scale = np.sqrt(np.diagonal(statistics.within) + np.diagonal(statistics.between))
    scale = np.where(scale > 0, scale, 1.0)  # a number that never changes says nothing in any scale
    size = len(scale)
    within, between = (scatter / np.outer(scale, scale) for scatter in (statistics.within, statistics.between))
    within = (1 - shrinkage) * within + shrinkage * np.trace(within) / size * np.eye(size)
    values, vectors = linalg.eigh(between, within, subset_by_index=(size - dimensions, size - 1))
    kernel = vectors[:, ::-1] / scale[:, None]
    return Discriminant(kernel, statistics.mean, values[::-1])
