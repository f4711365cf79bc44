# SPDX-License-Identifier: MIT
"""Weights of mutual nearest neighbours, as sparse rows."""

import numpy as np
from scipy import sparse

from tfskel.clustering import progress

BLOCK = 4096
SLAB = 1024
"""Inner products computed at a time: two buffers of this many rows stay in the processor's cache."""


def weights(
    vectors: np.ndarray, rank: np.ndarray, k2: int, farthest: np.ndarray | None = None, half: int = 0
) -> sparse.csc_array:
    """What each row shares with the rows near it, as weights that sum to 1.

    Row i has mutual neighbours R(i): rows of its list that list it too. H(i) is the same for the first
    round(k1 / 2) + 1 columns, rounded to even. R(i) grows by H(j) of each j in R(i) with more than two thirds of H(j)
    in R(i). The weights of row i are the soft-max of twice its inner products with these rows, less 2, and then the
    mean of the weights of its k2 nearest rows.

    Args:
        vectors: (N, D) float32.
        rank: (N, k1) int, nearest rows, nearest first.
        k2: int, 1 <= k2 <= k1; 1 leaves out the mean.
        farthest: (N,) float; the weights are then the soft-max of minus the squared distances divided by it, before
            the mean.

        half: columns that H(i) takes instead; 0 for the above.

    Returns:
        (N, N) float32; rows ascending in every column. Weights that underflow are left out. A row that neither lists
        itself nor is listed back has no weights.

    Raises:
        ValueError: sizes disagree, k2 outside 1..k1, or `rank` misses entries, repeats a row or names one outside.
    """
    rank = checked(rank, len(vectors))
    if not 1 <= k2 <= rank.shape[1]:
        raise ValueError(f"k2 must lie between 1 and k1 = {rank.shape[1]}; received {k2}.")
    rows = len(rank)
    full, half = (_mutual(rank, width) for width in (rank.shape[1], half or round(rank.shape[1] / 2) + 1))
    columns, values, lengths, report = [], [], [], progress.logged("weights", rows)
    for begin in range(0, rows, BLOCK):
        grown = _grown(full[begin : begin + BLOCK], half)
        columns.append(grown.indices)
        lengths.append(np.diff(grown.indptr))
        products = _inner(vectors, begin, grown)
        if farthest is not None:
            products = _as_products(products, vectors, begin, grown, farthest)
        values.append(_softmax(products, lengths[-1]))
        report(min(begin + BLOCK, rows))
    pointers = np.concatenate([[0], np.cumsum(np.concatenate(lengths))])
    found = sparse.csr_array((np.concatenate(values), np.concatenate(columns), pointers), shape=(rows, rows))
    del full, half, columns, values
    if k2 > 1:
        # Entries in the order of the list: the product then adds in the order in which the original adds.
        pointers = np.arange(rows + 1) * k2
        nearest = sparse.csr_array((np.ones(rows * k2, np.float32), rank[:, :k2].ravel(), pointers), shape=(rows, rows))
        found = nearest @ found
        found.data /= np.float32(k2)
    found.eliminate_zeros()
    return found.tocsc()


def checked(rank: np.ndarray, rows: int) -> np.ndarray:
    """The lists of nearest rows as int32, if they are usable.

    Raises:
        ValueError: wrong shape or type, or the first row with an entry that is missing, outside or repeated.
    """
    rank = np.asarray(rank)
    if rank.ndim != 2 or len(rank) != rows or not rank.size or rank.dtype.kind not in "iu":
        raise ValueError(f"rank must be ({rows}, k1) int, one list per row; received {rank.shape} {rank.dtype}.")
    for begin in range(0, rows, BLOCK):
        part = np.sort(rank[begin : begin + BLOCK], axis=1)
        for wrong, what in (
            (part[:, 0] < 0, "misses neighbours (-1): search exactly, or with more probes"),
            (part[:, -1] >= rows, f"names a row outside 0..{rows - 1}"),
            ((part[:, 1:] == part[:, :-1]).any(axis=1), "names a row twice"),
        ):
            if wrong.any():
                row = np.argmax(wrong)
                raise ValueError(f"The list of row {begin + row} {what}; received {rank[begin + row].tolist()}.")
    return rank.astype(np.int32, copy=False)


def _mutual(rank: np.ndarray, width: int) -> sparse.csr_array:
    """Rows that have each other among their first `width`; symmetric, columns ascending."""
    lists = np.sort(rank[:, :width], axis=1)
    pointers = np.arange(len(lists) + 1) * lists.shape[1]
    listed = sparse.csr_array((np.ones(lists.size, np.int16), lists.ravel(), pointers), shape=2 * (len(lists),))
    return listed.multiply(listed.T.tocsr())


def _grown(full: sparse.csr_array, half: sparse.csr_array) -> sparse.csr_array:
    """Pattern of the grown sets of some rows, columns ascending."""
    common = full.multiply(full @ half)  # |R(i) and H(j)| at j in R(i): H is symmetric
    sizes = np.diff(half.indptr)[common.indices]
    chosen = (3 * common.data.astype(np.int64) > 2 * sizes).astype(np.int16)
    added = sparse.csr_array((chosen, common.indices, common.indptr), shape=full.shape)
    added.eliminate_zeros()
    added = added @ half
    added.sort_indices()
    return full + added


def _inner(vectors: np.ndarray, begin: int, pairs: sparse.csr_array) -> np.ndarray:
    """Inner products of row begin + i and row j at the stored (i, j)."""
    left = np.repeat(np.arange(begin, begin + pairs.shape[0]), np.diff(pairs.indptr))
    products = np.empty(pairs.nnz, np.float32)
    buffers = np.empty((2, SLAB, vectors.shape[1]), np.float32)
    for start in range(0, pairs.nnz, SLAB):
        slab = slice(start, start + SLAB)
        a, b = buffers[:, : len(left[slab])]
        np.take(vectors, left[slab], axis=0, out=a, mode="clip")
        np.take(vectors, pairs.indices[slab], axis=0, out=b, mode="clip")
        np.einsum("nd,nd->n", a, b, out=products[slab])
    return products


def _as_products(
    products: np.ndarray, vectors: np.ndarray, begin: int, pairs: sparse.csr_array, farthest: np.ndarray
) -> np.ndarray:
    """Inner products of unit vectors that are as far from each other as these, in units of the row's `farthest`."""
    left = np.repeat(np.arange(begin, begin + pairs.shape[0]), np.diff(pairs.indptr))
    lengths = np.einsum("nd,nd->n", vectors, vectors)
    squares = lengths[left] + lengths[pairs.indices] - 2 * products
    return (1 - squares / (2 * farthest[left])).astype(np.float32)


def _softmax(products: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Soft-max of -(2 - 2 products) within consecutive groups."""
    logits = 2 * products - 2
    filled = lengths[lengths > 0]
    starts = np.cumsum(filled) - filled
    if len(starts):
        logits -= np.repeat(np.maximum.reduceat(logits, starts), filled)
        np.exp(logits, out=logits)
        logits /= np.repeat(np.add.reduceat(logits, starts, dtype=np.float64).astype(np.float32), filled)
    return logits
