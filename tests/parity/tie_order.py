# SPDX-License-Identifier: MIT
"""Nearest rows in the order that the search of the recordings left equal distances in."""

import numpy as np


def nearest(vectors: np.ndarray, k: int) -> np.ndarray:
    """The k nearest rows of every row, the row itself among them; for recordings of a few hundred rows.

    Rows pass one by one through a binary heap of the k nearest so far, in which nothing decides between equal
    distances but their places: a search over resampled, hence repeated, rows depends on it.

    Args:
        vectors: (N, D) float, N >= k.
        k: int >= 1.

    Returns:
        (N, k) int64, nearest first.

    Source: flat index of faiss 1.7.2; later versions let the row number decide.
    """
    vectors = np.asarray(vectors, np.float64)
    squares = ((vectors[:, None] - vectors) ** 2).sum(axis=-1)  # (N, N)
    return np.array([_row(row.tolist(), k) for row in squares])


def _row(distances: list[float], k: int) -> list[int]:
    values, rows = [np.inf] * (k + 1), [-1] * (k + 1)  # the heap begins at place 1, with the farthest
    for row, distance in enumerate(distances):
        if distance < values[1]:
            _sink(values, rows, k, distance, row)
    farthest_first = []
    for size in range(k, 0, -1):
        farthest_first.append(rows[1])
        _sink(values, rows, size, values[size], rows[size])
    return farthest_first[::-1]


def _sink(values: list[float], rows: list[int], size: int, value: float, row: int) -> None:
    """Replaces the farthest entry and restores the heap."""
    place = 1
    while (child := 2 * place) <= size:
        if child < size and not values[child] > values[child + 1]:
            child += 1
        if value > values[child]:
            break
        values[place], rows[place] = values[child], rows[child]
        place = child
    values[place], rows[place] = value, row
