# SPDX-License-Identifier: MIT
"""Matching by the nearest gallery row alone: the rule of CAGE's program for walking conditions."""

import numpy as np
from scipy.spatial import distance

from tfskel.evaluation import matrices


def match(
    probe: np.ndarray, gallery: np.ndarray, same_set: bool = False, block_bytes: int = matrices.BLOCK_BYTES
) -> np.ndarray:
    """The gallery row that each probe row is matched with.

    Args:
        probe: (P, D) float. gallery: (G, D) float.
        same_set: both are the same sequences, so the nearest row is presumably the searched one and the second nearest
            is taken; a copy of it in the gallery is a legitimate match.
        block_bytes: size of the block of distances held at a time.

    Returns:
        (P,) int64 indices into the gallery; the first of equally near rows.

    Raises:
        ValueError: widths disagree, values are not finite, or the gallery has too few rows.

    Source: original program: Euclidean distances in float64, no exclusion of the same recording or view.
    """
    probe, gallery = (values.astype(np.float64) for values in matrices.pair(probe, gallery))
    place = int(same_set)
    if len(gallery) <= place:
        raise ValueError(f"a match inside one set needs at least 2 gallery rows; received {len(gallery)}.")
    parts = matrices.row_blocks(len(probe), len(gallery), block_bytes)
    blocks = (distance.cdist(probe[part], gallery) for part in parts)
    return np.concatenate([np.argsort(block, axis=1, kind="stable")[:, place] for block in blocks])


def rank1(matched: np.ndarray, probe_ids: np.ndarray, gallery_ids: np.ndarray) -> float:
    """Share of probe rows whose match has their identity.

    Args:
        matched: (P,) int from `match`.
        probe_ids: (P,) and gallery_ids: (G,) identities (text or int).

    Raises:
        ValueError: the sizes of matches and probe disagree.
    """
    if np.shape(matched) != np.shape(probe_ids):
        raise ValueError(f"every probe has one match; received {np.shape(matched)} for {np.shape(probe_ids)}.")
    return float(np.mean(np.asarray(gallery_ids)[matched] == np.asarray(probe_ids)))
