# SPDX-License-Identifier: MIT
"""DBSCAN on the Jaccard distance of mutual neighbours, without an array of N x N."""

from collections.abc import Iterator

import numpy as np
from scipy import sparse

from tfskel.clustering import density, mutual, neighbours, progress

TIE = 1e-6
VISITS = 1 << 17
"""Pairs of weights met at a time; at least four per row, so that SciPy's row-long buffers cost little beside them."""


def cluster(
    vectors: np.ndarray,
    eps: float,
    min_samples: int = 2,
    k1: int = 20,
    k2: int = 6,
    search: str = "exact",
    probes: int = neighbours.FEWEST_PROBES,
    distinct: bool = False,
    join_ties: bool = False,
    rank: np.ndarray | None = None,
) -> np.ndarray:
    """Clusters of rows that share most of their mutual nearest neighbours.

    Args:
        vectors: (N, D) float, finite, N >= k1; used as float32 and as they are: not normalised.
        eps: largest Jaccard distance of neighbours, 0 < eps < 1.
        min_samples: a row is dense when at least this many rows, itself included, lie within `eps`.
        k1: nearest rows, the row itself included, from which mutual neighbours are chosen.
        k2: nearest rows over which the weights are averaged; 1 for none.
        search, probes: as for `neighbours.neighbours`.
        distinct: search equal rows once (`neighbours.distinct_neighbours`) in an approximate search, too; the exact one
            always does, with the same result.
        join_ties: count rows as neighbours up to eps + 1e-6. Without it the last bit of the weights decides about
            distances that equal eps in exact arithmetic (0.8 with k2 = 6).
        rank: (N, k1) int, the nearest rows found by another engine; then nothing is searched.

    Returns:
        (N,) int64 cluster numbers from 0 in the order of each cluster's first dense row; -1 for outliers.

    Raises:
        ValueError: settings out of range, fewer rows than k1, values not finite, or a `rank` that names a row twice,
            a row that does not exist, or misses entries (-1).

    Source: Zhong et al., 2017, Re-ranking person re-identification with k-reciprocal encoding, in the variant of the
        original Hi-MPC program: k1 columns for the full set, weights from inner products, no second distance.
    """
    if not 0 < eps < 1:
        raise ValueError(f"eps is a Jaccard distance and must lie between 0 and 1, both excluded; received {eps}.")
    if min_samples < 1:
        raise ValueError(f"min_samples must be at least 1; received {min_samples}.")
    vectors = neighbours.finite_rows(vectors, "vectors")
    if rank is None and (distinct or search == "exact"):
        rank = neighbours.distinct_neighbours(vectors, k1, search, probes)
    elif rank is None:
        rank = neighbours.neighbours(vectors, vectors, k1, search, probes)
    elif np.shape(rank)[1:] != (k1,):
        raise ValueError(f"rank must be (N, k1) with k1 = {k1}; received shape {np.shape(rank)}.")
    return density.labels(graph(mutual.weights(vectors, rank, k2), eps, join_ties), min_samples)


def graph(weights: sparse.csc_array, eps: float, join_ties: bool = False) -> sparse.csr_array:
    """Pairs of rows whose distance is at most `eps`.

    Args:
        weights: as `mutual.weights` gives them.
        eps: 0 < eps < 1, compared in float32.
        join_ties: compare with eps + 1e-6 instead.

    Returns:
        (N, N) bool, upper triangle with diagonal; only neighbours are stored.
    """
    limit = np.float32(eps + TIE if join_ties else eps)
    # A distance of `limit` is an overlap of 2 (1 - limit) / (2 - limit); 1e-5 is far beyond its rounding.
    least = 2 * (1 - float(limit)) / (2 - float(limit)) - 1e-5
    rows = weights.shape[0]
    degree, columns = np.zeros(rows, np.int64), [np.empty(0, np.int32)]
    for i, j, distance in distances(weights, least):
        near = distance <= limit
        degree += np.bincount(i[near], minlength=rows)
        columns.append(j[near])
    pointers = np.concatenate([[0], np.cumsum(degree)])
    columns = np.concatenate(columns)
    return sparse.csr_array((np.ones(len(columns), bool), columns, pointers), shape=(rows, rows))


def distances(weights: sparse.csc_array, least: float = 0.0) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Jaccard distances of the pairs that overlap, a block of rows at a time.

    Args:
        weights: (N, N) float32 as `mutual.weights` gives them: row i holds the weights of row i's neighbours; the
            entries of a column are in ascending order.
        least: overlap below which a pair is left out. Pairs never given overlap less; without any overlap the
            distance is 1.

    Yields:
        i, j (n,) int32 with i <= j, i never falling from one pair to the next; distance (n,) float32 in [0, 1]:
        1 - t / (2 - t), t the sum over columns, in their order, of the smaller weight.
    """
    rows = weights.shape[0]
    places = np.arange(weights.nnz, dtype=weights.indices.dtype)
    places = sparse.csc_array((places, weights.indices, weights.indptr), shape=weights.shape).tocsr()
    pointers, place = places.indptr, places.data
    visits = weights.indptr[1:][places.indices] - place  # a weight meets itself and those below it in its column
    del places
    total = np.zeros(rows + 1, np.int64)
    total[pointers > 0] = np.cumsum(visits)[pointers[pointers > 0] - 1]
    begin, report = 0, progress.logged("distances", rows)
    while begin < rows:
        most = total[begin] + max(VISITS, 4 * rows)
        end = max(begin + 1, int(np.searchsorted(total, most, side="right")) - 1)
        entries = slice(pointers[begin], pointers[end])
        overlap = _overlap(weights, place[entries], visits[entries], pointers[begin : end + 1] - pointers[begin])
        kept = overlap.data >= least
        i = np.repeat(np.arange(begin, end, dtype=np.int32), np.diff(overlap.indptr))[kept]
        t = overlap.data[kept]
        yield i, overlap.indices[kept], np.maximum(1 - t / (2 - t), 0)
        begin = end
        report(end)


def _overlap(
    weights: sparse.csc_array, place: np.ndarray, visits: np.ndarray, pointers: np.ndarray
) -> sparse.csr_array:
    """Sums of the smaller weights (rows of the block, N); a product, because it adds in the order of the columns."""
    ends = np.cumsum(visits)
    visited = np.arange(ends[-1] if len(ends) else 0)
    visited += np.repeat(place - (ends - visits), visits)
    smaller = np.minimum(weights.data[visited], np.repeat(weights.data[place], visits))
    met = sparse.csr_array(
        (smaller, weights.indices[visited], np.concatenate([[0], ends])), shape=(len(place), weights.shape[0])
    )
    ones, order = np.ones(len(place), np.float32), np.arange(len(place))
    return sparse.csr_array((ones, order, pointers), shape=(len(pointers) - 1, len(place))) @ met
