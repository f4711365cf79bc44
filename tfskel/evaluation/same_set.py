# SPDX-License-Identifier: MIT
"""Retrieval inside one set, by the rule of the original Hi-MPC program for equal probe and gallery conditions."""

import dataclasses
from collections.abc import Iterator

import numpy as np
from scipy.spatial import distance

from tfskel.evaluation import matches, matrices


def retrieve(features, max_rank: int = 20, block_bytes: int = matrices.BLOCK_BYTES, top: int = 0) -> matches.Retrieval:
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
    vectors = matrices.finite(features.vectors, "the set").astype(np.float64)
    if len(vectors) < 2:
        raise ValueError("a search inside one set needs at least 2 rows; received 1.")
    layout = matches.Layout(features.identities, features.identities)
    gallery = vectors[layout.order]

    def blocks(with_nearest: bool) -> Iterator[np.ndarray]:
        for part in matrices.row_blocks(len(vectors), len(vectors), block_bytes):
            block = distance.cdist(vectors[part], gallery)
            for row in () if with_nearest else block:
                tied = np.flatnonzero(row == row.min())
                row[tied[np.argmin(layout.order[tied])]] = np.inf
            yield block

    whole = matches.rank_blocks(blocks(with_nearest=True), layout, max_rank, 0)
    ranked = matches.rank_blocks(blocks(with_nearest=False), layout, max_rank, top)
    fields = ("average_precision", "inverse_penalty", "trapezoid_precision")
    values = {name: getattr(whole, name) for name in fields}
    for value in values.values():
        value[0] = np.nan
    return dataclasses.replace(ranked, **values)
