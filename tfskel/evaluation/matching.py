# SPDX-License-Identifier: MIT
"""Matching by the nearest gallery row alone: the rule of CAGE's program for walking conditions."""

import numpy as np
from scipy.spatial import distance


def match(probe: np.ndarray, gallery: np.ndarray, same_set: bool = False, block_bytes: int = 64 << 20) -> np.ndarray:
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
    probe, gallery = _checked(probe, "probe"), _checked(gallery, "gallery")
    place = int(same_set)
    if probe.shape[1] != gallery.shape[1]:
        raise ValueError(f"probe and gallery must have one width; received {probe.shape} and {gallery.shape}.")
    if len(gallery) <= place:
        raise ValueError(f"a match inside one set needs at least 2 gallery rows; received {len(gallery)}.")
    step = max(1, block_bytes // (8 * len(gallery)))
    blocks = (distance.cdist(probe[first : first + step], gallery) for first in range(0, len(probe), step))
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


def _checked(values: np.ndarray, what: str) -> np.ndarray:
    values = np.asarray(values, np.float64)
    if values.ndim != 2 or not values.size or not np.isfinite(values).all():
        raise ValueError(
            f"{what} must be a finite matrix with at least one row; received shape {values.shape} with "
            f"{np.sum(~np.isfinite(values))} values that are not finite."
        )
    return values
