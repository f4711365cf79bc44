# SPDX-License-Identifier: MIT
"""Search of many queries in a faiss index list by list: what they ask of one list is one matrix product."""

from collections.abc import Iterator

import numpy as np

PRODUCTS = 1 << 18  # inner products computed at a time stay in the processor's cache


def search(index, queries: np.ndarray, k: int) -> np.ndarray:
    """The k nearest rows of each query in the lists that it probes, as `index.search` finds them up to rounding.

    The more queries at once, the larger the products. A query holds at most 60 bytes for each of k rows of each list.

    Args:
        index: faiss.IndexIVFFlat of Euclidean distances, filled, on the CPU.
        queries: (Q, D) float32, contiguous.
        k: int >= 1.

    Returns:
        (Q, k) int64 row numbers, nearest first; -1 for none.
    """
    import threadpoolctl

    probed = index.quantizer.search(queries, min(index.nprobe, index.nlist))[1]  # (Q, lists), nearest first
    limit, kept = np.full(len(queries), np.finfo(np.float32).max), []
    with threadpoolctl.threadpool_limits(1, "blas"):  # threads that share small products cost more than they save
        for columns in (slice(0, 1), slice(1, None)):  # the nearest list sets a limit that few rows of the others pass
            for asking, numbers, centre, held, norms in _asked(index, probed[:, columns]):
                moved = queries[asking] - centre
                squares = (-2 * moved) @ held.T  # (q, n)
                squares += norms
                squares += np.einsum("qd,qd->q", moved, moved)[:, None]
                near = squares <= limit[asking, None]
                many = np.flatnonzero(np.count_nonzero(near, axis=1) > k)
                if len(many):
                    limit[asking[many]] = np.partition(squares[many], k - 1, axis=1)[:, k - 1]
                    near[many] = squares[many] <= limit[asking[many], None]
                query, member = np.divmod(np.flatnonzero(near), len(numbers))
                kept.append((asking[query], numbers[member], squares[query, member]))
    query, row, square = map(np.concatenate, zip(*kept, strict=True))
    order = np.lexsort((square, query))
    query, row = query[order], row[order]
    place = np.arange(len(query)) - np.searchsorted(query, np.arange(len(queries)))[query]
    rows = np.full((len(queries), k), -1)
    rows[query[place < k], place[place < k]] = row[place < k]
    return rows


def _asked(index, probed: np.ndarray) -> Iterator[tuple[np.ndarray, ...]]:
    """Queries (q,) that probe a list, its row numbers (n,), centre (D,), rows less the centre (n, D), their norms."""
    import faiss

    pairs = np.argsort(probed, axis=None, kind="stable")
    lists, begins = np.unique(probed.ravel()[pairs], return_index=True)
    for number, asking in zip(lists.tolist(), np.split(pairs // probed.shape[1], begins)[1:], strict=True):
        size = index.invlists.list_size(number)
        if not size:
            continue
        centre = index.quantizer.reconstruct(number)  # far from the origin, squares of norms would cancel
        codes = faiss.rev_swig_ptr(index.invlists.get_codes(number), size * index.code_size)
        held = codes.view(np.float32).reshape(size, index.d) - centre
        numbers = faiss.rev_swig_ptr(index.invlists.get_ids(number), size)
        norms, step = np.einsum("nd,nd->n", held, held), max(1, PRODUCTS // size)
        for begin in range(0, len(asking), step):
            yield asking[begin : begin + step], numbers, centre, held, norms
