# SPDX-License-Identifier: MIT
"""Retrieval inside one set, by the rule of the original Hi-MPC program for equal probe and gallery conditions."""

import dataclasses
from collections.abc import Iterator

import numpy as np
from scipy.spatial import distance

from tfskel.evaluation import matches


def retrieve(features, max_rank: int = 20, block_bytes: int = 64 << 20, top: int = 0) -> matches.Retrieval:
    """Searches every row of a set in the set itself.

    Ranks leave out the nearest row, presumably the searched one. mAP and mINP keep it, which raises them, and leave
    out the first row of the set as a probe instead.

    Args:
        features: features.Features, or anything with `vectors` (N, D) and `identities` (N,), N >= 2.
        max_rank, block_bytes, top: as for `ranking.retrieve`; the lists leave out the nearest row too.

    Returns:
        matches.Retrieval. Distances are roots of summed squared differences, so that equal rows tie exactly.

    Raises:
        ValueError: fewer than two rows, values not finite, or nobody has another row.

    Source: original program, kept for parity.
    """
    vectors = np.asarray(features.vectors)
    if vectors.ndim != 2 or len(vectors) < 2 or not np.isfinite(vectors).all():
        raise ValueError(
            f"a search inside one set needs (N, D) finite features, N >= 2; received shape {vectors.shape} with "
            f"{np.sum(~np.isfinite(vectors))} values that are not finite."
        )
    layout = matches.Layout(features.identities, features.identities)
    with_nearest = matches.rank_blocks(_blocks(vectors, layout, block_bytes), layout, None, max_rank, 0)

    def leave_out_nearest(block: np.ndarray, first: int) -> None:
        for row in block:
            tied = np.flatnonzero(row == row.min())
            row[tied[np.argmin(layout.order[tied])]] = np.inf

    without = matches.rank_blocks(_blocks(vectors, layout, block_bytes), layout, leave_out_nearest, max_rank, top)
    precision, penalty = with_nearest.average_precision, with_nearest.inverse_penalty
    precision[0] = penalty[0] = np.nan
    return dataclasses.replace(without, average_precision=precision, inverse_penalty=penalty)


def _blocks(vectors: np.ndarray, layout: matches.Layout, block_bytes: int) -> Iterator[np.ndarray]:
    """Distances of a few rows to all, columns in the layout's order."""
    vectors = vectors.astype(np.float64)
    gallery = vectors[layout.order]
    step = max(1, block_bytes // (8 * len(vectors)))
    for first in range(0, len(vectors), step):
        yield distance.cdist(vectors[first : first + step], gallery)
