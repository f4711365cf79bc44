# SPDX-License-Identifier: MIT
"""The truly nearest rows: a float32 search proposes candidates, float64 decides, a bound says when that suffices."""

import functools
from collections.abc import Callable

import numpy as np
from scipy.spatial import distance

SPARE = 12  # candidates beyond the k wanted, so that rounding rarely leaves one of the k out
WIDER = 8  # where they do not suffice, so many times more are looked at
BLOCK_BYTES = 32 << 20  # of float64 differences, and of distances, held at a time
ROUNDING = 2.0**-24  # of float32, relative


class ExactSearch:
    """Rows of a fixed set that are nearest to queries; batch size, offset and scale of the values decide nothing.

    Args:
        base: (N, D) float32, finite, contiguous.
        engine: makes a search of rows: base -> (queries, k) -> squares (Q, k) float32 and rows (Q, k) int, -1 for none.
    """

    def __init__(self, base: np.ndarray, engine: Callable):
        self.base = base
        mean = base.mean(axis=0, dtype=np.float64)
        # A common offset costs float32 its digits: squares of norms cancel. Small ones are not worth the copy.
        spread = float(np.mean((base[:: max(1, len(base) // 1000)] - mean) ** 2) * base.shape[1])
        self.centre = mean if float(mean @ mean) > spread else None
        self._engine = engine

    def __call__(self, queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """The k nearest rows of each query.

        Args:
            queries: (Q, D) float32, finite. k: 1 to N.

        Returns:
            rows (Q, k) int64, nearest first, equally near ones in the order of their numbers; squared distances (Q, k)
            float64.

        Raises:
            ValueError: squares too large for float32.
        """
        rows, squares = np.empty((len(queries), k), np.int64), np.empty((len(queries), k))
        open_rows = np.arange(len(queries))
        for count in (k + SPARE, WIDER * (k + SPARE)):
            part = queries[open_rows]
            rows[open_rows], squares[open_rows], certain = self._nearest(part, k, min(count, len(self.base)))
            open_rows = open_rows[~certain]
            if not len(open_rows):
                return rows, squares
        rows[open_rows], squares[open_rows] = self._by_sorting(queries[open_rows], k)
        return rows, squares

    @functools.cached_property
    def _propose(self) -> Callable:
        return self._engine(self.centred(self.base))

    def centred(self, values: np.ndarray) -> np.ndarray:
        """Rows (n, D) float32 without the offset that the base has in common."""
        return values if self.centre is None else np.subtract(values, self.centre, dtype=np.float64).astype(np.float32)

    def _nearest(self, queries: np.ndarray, k: int, count: int):
        """The nearest of `count` candidates, and whether no other row can be nearer."""
        moved = self.centred(queries)
        proposed, rows = self._propose(moved, count)
        if (rows < 0).any():
            raise out_of_range("queries", queries, int(np.argmax((rows < 0).any(axis=1))))
        rows, squares = self.measured(queries, rows, k)
        if count == len(self.base):
            return rows, squares, np.ones(len(queries), bool)
        norm = np.sqrt(np.einsum("qd,qd->q", moved, moved, dtype=np.float64))
        farthest = norm + np.sqrt(squares[:, -1])  # norm of a row as near as the last of the k, at most
        bound = ROUNDING * (queries.shape[1] / 4 + 16) * (norm**2 + farthest**2)
        return rows, squares, squares[:, -1] + bound < proposed.max(axis=1)

    def measured(self, queries: np.ndarray, rows: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """The k nearest of each query's candidates `rows` (Q, c), c >= k; -1 for none, which come last."""
        squares = np.where(rows < 0, np.inf, self._squares(queries, rows))
        order = np.lexsort((rows, squares), axis=-1)[:, :k]
        return np.take_along_axis(rows, order, axis=1), np.take_along_axis(squares, order, axis=1)

    def _squares(self, queries: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Squared distances (Q, c) float64 of each query to its own candidates."""
        step = max(1, BLOCK_BYTES // (8 * rows.shape[1] * queries.shape[1]))
        squares = np.empty(rows.shape)
        for first in range(0, len(queries), step):
            part = slice(first, first + step)
            apart = self.base[rows[part]].astype(np.float64) - queries[part, None]
            squares[part] = np.einsum("qcd,qcd->qc", apart, apart)
        return squares

    def _by_sorting(self, queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """All distances in float64: for sets of groups far apart, or with more equal rows than there are candidates."""
        rows, squares = np.empty((len(queries), k), np.int64), np.empty((len(queries), k))
        step = max(1, BLOCK_BYTES // (8 * len(self.base)))
        for first in range(0, len(queries), step):
            part = slice(first, first + step)
            block = distance.cdist(queries[part], self.base, "sqeuclidean")
            rows[part] = np.argsort(block, axis=1, kind="stable")[:, :k]
            squares[part] = np.take_along_axis(block, rows[part], axis=1)
        return rows, squares


def out_of_range(name: str, vectors: np.ndarray, row: int) -> ValueError:
    """The error for a row (of vectors (N, D), called `name`) whose distances float32 cannot hold."""
    return ValueError(
        f"Distances from row {row} of {name} exceed the range of float32; its largest value is "
        f"{np.abs(vectors[row]).max():g}. Check the model that made these features."
    )
