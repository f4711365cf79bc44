# SPDX-License-Identifier: MIT
"""Nearest rows by Euclidean distance: exact or through inverted lists, on the GPU when faiss sees one."""

import functools
import hashlib
import math
from collections.abc import Callable

import numpy as np

from tfskel.clustering import exact_search, inverted_lists, progress

SHARD = 4096  # queries of one search call
LISTED = 4 * SHARD  # of one that asks each list at once
FEWEST_PROBES = 32


def neighbours(
    queries: np.ndarray, base: np.ndarray, k: int, search: str = "exact", probes: int = FEWEST_PROBES
) -> np.ndarray:
    """The k rows of `base` nearest to each query, nearest first.

    Row shards may be searched in different places and stacked: `neighbours(vectors[a:b], vectors, k)`; in one place
    they may share a `Search`. Any other engine that produces this array can take the place of this function. Where
    faiss sees GPUs the search runs there; CUDA_VISIBLE_DEVICES="" keeps it on the CPU.

    Args:
        queries: (Q, D), base: (N, D) float, finite; taken as float32 and compared in float64.
        k: int, 1 <= k <= N. A query that is also in `base` counts as its own neighbour.
        search: "exact", or "ivf": 4 sqrt(N) inverted lists, of which `probes` are searched; worth it for more than
            100,000 rows. Rows for which the probed lists hold fewer than k are searched exactly.
        probes: int >= 32; fewer lose the mutual neighbours that the clustering needs.

    Returns:
        (Q, k) int32 row numbers of `base`; equally near rows in the order of their numbers.

    Raises:
        ValueError: k outside 1..N, sizes disagree, values not finite or their squares too large for float32, unknown
            search, too few probes.
    """
    return Search(base, search, probes)(queries, k)


class Search:
    """The search of one base that several calls share; arguments, results and errors as for `neighbours`."""

    def __init__(self, base: np.ndarray, search: str = "exact", probes: int = FEWEST_PROBES):
        if search not in SEARCHES:
            raise ValueError(f"search must be one of {sorted(SEARCHES)}; received {search!r}.")
        if probes < FEWEST_PROBES:
            raise ValueError(f"An ivf search needs at least {FEWEST_PROBES} probes; received {probes}.")
        self.base = finite_rows(base, "base")
        self._exact = exact_search.ExactSearch(self.base, flat)
        engine, self._at_once = SEARCHES[search]
        self._find = functools.cache(lambda: engine(self._exact, probes))

    def __call__(self, queries: np.ndarray, k: int) -> np.ndarray:
        queries, base = finite_rows(queries, "queries"), self.base
        if queries.shape[1] != base.shape[1]:
            raise ValueError(f"queries and base must have the same columns; received {queries.shape} and {base.shape}.")
        if not 1 <= k <= len(base):
            raise ValueError(
                f"Each row needs its k nearest of all rows, 1 <= k <= {len(base)}; received k={k} for {len(base)} "
                "rows. Ask for fewer neighbours (k1) or use more recordings."
            )
        find, report = self._find(), progress.logged("neighbours", len(queries))
        found = np.empty((len(queries), k), np.int32)
        for begin, end in _shards(len(queries), self._at_once):
            found[begin:end] = find(queries[begin:end], k)
            short = begin + np.flatnonzero((found[begin:end] < 0).any(axis=1))
            if len(short):
                found[short] = self._exact(queries[short], k)[0]
            report(end)
        return found


def distinct_neighbours(vectors: np.ndarray, k: int, search: str = "exact", probes: int = FEWEST_PROBES) -> np.ndarray:
    """The k rows nearest to each row, equal rows searched once.

    Much cheaper than `neighbours(vectors, vectors, k)` when rows repeat. An exact search finds the same either way; an
    approximate one looks into other lists.

    Args:
        vectors: (N, D) float, finite.
        k, search, probes: as for `neighbours`.

    Returns:
        (N, k) int32; copies of a row have the same list.

    Raises:
        ValueError: as `neighbours`.
    """
    vectors = finite_rows(vectors, "vectors")
    if not 1 <= k <= len(vectors):
        return neighbours(vectors, vectors, k)  # raises its error
    first, copy_of = _copies(vectors)
    if len(first) == len(vectors):
        return neighbours(vectors, vectors, k, search, probes)
    distinct, wanted = vectors[first], min(k, len(first))
    nearest = Search(distinct, search, probes)(distinct, wanted)
    nearest, squares = exact_search.ExactSearch(distinct, flat).measured(distinct, nearest, wanted)
    ends = np.cumsum(np.bincount(copy_of))[:-1]
    members = [rows[:k] for rows in np.split(np.argsort(copy_of, kind="stable").astype(np.int32), ends)]
    lists = [_listed([members[group] for group in groups], of, k) for groups, of in zip(nearest, squares, strict=True)]
    return np.stack(lists)[copy_of]


def _copies(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First row of each group of equal rows, ascending, and the group of every row."""
    zero = np.float32(0)  # adding it makes -0.0 and 0.0 the same bytes
    digests = np.array(
        [hashlib.blake2b(row + zero, digest_size=16).digest() for row in vectors], np.dtype((np.void, 16))
    )
    _, first, copy_of = np.unique(digests, return_index=True, return_inverse=True)
    return np.sort(first), np.argsort(np.argsort(first))[copy_of]


def _listed(groups: list[np.ndarray], squares: np.ndarray, k: int) -> np.ndarray:
    """The first k rows of groups at these distances; equally near ones in the order of their numbers."""
    rows = np.concatenate(groups)
    return rows[np.lexsort((rows, np.repeat(squares, list(map(len, groups)))))[:k]]


def finite_rows(values: np.ndarray, name: str, dtype: str | None = "float32") -> np.ndarray:
    """The values as contiguous rows of a type; None keeps theirs.

    Raises:
        ValueError: not two axes, empty, or a row that is not finite; `name` and the row are in the message.
    """
    values = np.ascontiguousarray(values, dtype)
    if values.ndim != 2 or not values.size:
        raise ValueError(f"{name} must be (rows, columns) with at least one of each; received shape {values.shape}.")
    for begin, end in _shards(len(values)):
        good = np.isfinite(values[begin:end]).all(axis=1)
        if not good.all():
            raise ValueError(f"{name} hold NaN or infinite values, the first in row {begin + np.argmin(good)}.")
    return values


def _shards(rows: int, size: int = SHARD) -> list[tuple[int, int]]:
    return [(begin, min(begin + size, rows)) for begin in range(0, rows, size)]


def flat(base: np.ndarray) -> Callable:
    """Search of all rows: (queries, k) -> (squares, rows), both (Q, k); see ExactSearch."""
    import faiss

    if _gpus(faiss):
        index = faiss.index_cpu_to_all_gpus(faiss.IndexFlatL2(base.shape[1]))
        index.add(base)
        return index.search
    return lambda queries, k: faiss.knn(queries, base, k)  # reads `base` where it is; an index would copy it


def _exact(exact: exact_search.ExactSearch, probes: int) -> Callable:
    return lambda queries, k: exact(queries, k)[0]


def _inverted(exact: exact_search.ExactSearch, probes: int) -> Callable:
    import faiss

    base = exact.centred(exact.base)
    columns = base.shape[1]
    largest = np.maximum(base.max(axis=1), -base.min(axis=1))
    if largest.max() > math.sqrt(np.finfo(np.float32).max / (16 * columns)):  # faiss would end the process
        raise exact_search.out_of_range("base", exact.base, int(np.argmax(largest)))
    index = faiss.IndexIVFFlat(faiss.IndexFlatL2(columns), columns, math.isqrt(16 * len(base)))
    index.cp.min_points_per_centroid = 1
    index.cp.max_points_per_centroid = 64  # of faiss's 256: a quarter of the time, and the same recall
    index.nprobe = probes
    gpus = _gpus(faiss)
    if gpus:
        index = faiss.index_cpu_to_all_gpus(index)
    index.train(base)
    index.add(base)

    def find(queries: np.ndarray, k: int) -> np.ndarray:
        moved, count = exact.centred(queries), min(k + exact_search.SPARE, len(base))
        rows = index.search(moved, count)[1] if gpus else inverted_lists.search(index, moved, count)
        return exact.measured(queries, rows, k)[0]

    return find


def _gpus(faiss) -> int:
    return getattr(faiss, "get_num_gpus", int)()


SEARCHES = {"exact": (_exact, SHARD), "ivf": (_inverted, LISTED)}
