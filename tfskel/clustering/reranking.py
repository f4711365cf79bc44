# SPDX-License-Identifier: MIT
"""k-reciprocal re-ranking: distances to a gallery that also count whom two items have near them, probes included."""

from collections.abc import Iterator

import numpy as np
from scipy import sparse

from tfskel.clustering import jaccard, mutual, neighbours

BLOCK_BYTES = 64 << 20


class Reranked:
    """Distances of probe and gallery to each other, each a sum of the Jaccard distance of their mutual neighbours among
    all items and of the squared Euclidean distance.

    Args:
        probe: (P, D) float, finite. gallery: (G, D) float, finite.
        k1: mutual neighbours are of this many nearest items and the item itself; fewer where there are fewer.
        k2: nearest items, itself included, over which the weights are averaged.
        share: of the Euclidean distance, in [0, 1].

    Raises:
        ValueError: widths disagree, or values are not finite.

    Source: Zhong et al., 2017, Re-ranking person re-identification with k-reciprocal encoding,
        https://arxiv.org/abs/1701.08398. Squared distances are divided by the largest one of a row.
    """

    def __init__(self, probe: np.ndarray, gallery: np.ndarray, k1: int = 20, k2: int = 6, share: float = 0.3):
        vectors = np.concatenate([neighbours.finite_rows(part, "features") for part in (probe, gallery)])
        self.vectors, self.probes, self.share = vectors - vectors.mean(axis=0), len(probe), share
        k1 = min(k1, len(vectors) - 1)
        self.farthest = np.concatenate([block.max(axis=1) for block in self._squares(slice(None), slice(None))])
        self.farthest = np.maximum(self.farthest, np.float32(1e-12))
        rank = neighbours.neighbours(self.vectors, self.vectors, k1 + 1)
        weights = mutual.weights(self.vectors, rank, min(k2, k1 + 1), self.farthest, half=round(k1 / 2) + 1)
        self.overlap = _between(weights, self.probes)  # (P, G), one minus the Jaccard distance

    def distances(self, reverse: bool = False) -> Iterator[np.ndarray]:
        """Blocks (p, G) float32 of the probes' distances to the gallery; `reverse`: (g, P) of the gallery's to them."""
        probes, gallery = slice(0, self.probes), slice(self.probes, None)
        rows, columns = (gallery, probes) if reverse else (probes, gallery)
        overlap = (self.overlap.T if reverse else self.overlap).tocsr()
        begin, farthest = 0, self.farthest[rows]
        for squares in self._squares(rows, columns):
            part = slice(begin, begin + len(squares))
            jaccard_distances = 1 - overlap[part].toarray()
            yield (1 - self.share) * jaccard_distances + self.share * squares / farthest[part, None]
            begin = part.stop

    def _squares(self, rows: slice, columns: slice) -> Iterator[np.ndarray]:
        """Blocks of squared distances."""
        queries, base = self.vectors[rows], self.vectors[columns]
        of_base, step = np.einsum("nd,nd->n", base, base), max(1, BLOCK_BYTES // (4 * len(base)))
        for begin in range(0, len(queries), step):
            part = queries[begin : begin + step]
            squares = np.einsum("nd,nd->n", part, part)[:, None] + of_base - 2 * part @ base.T
            yield np.maximum(squares, 0)


def _between(weights: sparse.csc_array, probes: int) -> sparse.csr_array:
    """One minus the Jaccard distance of the first rows to the others, (probes, rest), from all that overlap."""
    rows, columns, values = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)], [np.zeros(0, np.float32)]
    for i, j, distance in jaccard.distances(weights):
        wanted = (i < probes) & (j >= probes)
        rows.append(i[wanted])
        columns.append(j[wanted] - probes)
        values.append(1 - distance[wanted])
    shape = (probes, weights.shape[0] - probes)
    places = (np.concatenate(rows), np.concatenate(columns))
    return sparse.csr_array((np.concatenate(values), places), shape=shape)
