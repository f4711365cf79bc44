# SPDX-License-Identifier: MIT
"""Family B: retrieval of a person in a gallery (CMC, mAP, mINP, ranked lists), exact, memory bounded."""

from collections.abc import Iterator

import numpy as np

from tfskel.evaluation import matches

# Smallest squared distance, as in the originals: equal rows are then equally far, whatever the rounding.
SMALLEST_SQUARE = 1e-12
EXCLUDABLE = {"camera": "cameras", "recording": "recordings"}


def distances(probe: np.ndarray, gallery: np.ndarray, dtype: str = "float64") -> np.ndarray:
    """Euclidean distances.

    Args:
        probe: (P, D) float. gallery: (G, D) float.
        dtype: type of the arithmetic; float32 is twice as fast and moves mAP by up to about 1e-7.

    Returns:
        (P, G) of `dtype`; squares below 1e-12 count as 1e-12.

    Raises:
        ValueError: the widths disagree, an array is empty or holds a value that is not finite.
    """
    probe, gallery = _checked(probe, "probe"), _checked(gallery, "gallery")
    if probe.shape[1] != gallery.shape[1]:
        raise ValueError(
            f"probe and gallery features must have the same width; received {probe.shape} and "
            f"{gallery.shape}. Extract both with the same model."
        )
    probe, gallery = _centred(dtype, gallery, probe, gallery)
    return _block(probe, gallery, np.einsum("gd,gd->g", gallery, gallery))


def retrieve(
    probe,
    gallery,
    *,
    exclude_same: str | None = None,
    max_rank: int = 20,
    block_bytes: int = 64 << 20,
    top: int = 0,
    dtype: str = "float64",
) -> matches.Retrieval:
    """Ranks the gallery for every probe by Euclidean distance.

    Args:
        probe: features.Features, or anything with `vectors` (P, D) and `identities`, `cameras`,
            `recordings` (P,).
        gallery: the same for the gallery, G rows.
        exclude_same: None, "camera" or "recording": gallery rows of the probe's identity **and** its camera
            (recording) are taken out of that probe's gallery, as usual in re-identification.
        max_rank: length of the CMC curve.
        block_bytes: size of the distance block held at a time; a few such blocks are the extra memory.
        top: number of nearest gallery rows to list for every probe.
        dtype: "float64" (exact) or "float32", type of the distances.

    Returns:
        matches.Retrieval.

    Raises:
        ValueError: sizes disagree, values are not finite, or no probe has any match.

    Source: average precision as sklearn.metrics.average_precision_score (equal distances share one
        threshold); mINP: Ye et al., 2020, https://arxiv.org/abs/2001.04193, section 4.
    """
    if exclude_same and exclude_same not in EXCLUDABLE:
        raise ValueError(f"exclude_same must be empty or one of {sorted(EXCLUDABLE)}; received {exclude_same!r}.")
    distances(probe.vectors[:1], gallery.vectors[:1])  # widths, before any work
    layout = matches.Layout(probe.identities, gallery.identities)
    known = _checked(gallery.vectors, "gallery")
    vectors, rows = _centred(dtype, known, _checked(probe.vectors, "probe"), known[layout.order])
    squares = np.einsum("gd,gd->g", rows, rows)
    same = None
    if exclude_same:
        here = np.asarray(getattr(probe, EXCLUDABLE[exclude_same]))
        there = np.asarray(getattr(gallery, EXCLUDABLE[exclude_same]))[layout.order]

        def same(block: np.ndarray, first: int) -> None:
            for i, (lo, hi) in enumerate(layout.slices[first : first + len(block)]):
                block[i, lo:hi][there[lo:hi] == here[first + i]] = np.inf

    def blocks() -> Iterator[np.ndarray]:
        for part in _row_slices(len(vectors), len(rows), block_bytes):
            yield _block(vectors[part], rows, squares)

    return matches.rank_blocks(blocks(), layout, same, max_rank, top)


def evaluate(
    distances: np.ndarray,
    probe_ids: np.ndarray,
    gallery_ids: np.ndarray,
    exclude: np.ndarray | None = None,
    max_rank: int = 20,
    top: int = 0,
    block_bytes: int = 64 << 20,
) -> matches.Retrieval:
    """The same metrics from a given distance matrix.

    Args:
        distances: (P, G) finite; smaller means more alike.
        probe_ids: (P,) and gallery_ids: (G,) identities (text or int).
        exclude: (P, G) bool; True takes the gallery row out of that probe's gallery.
        max_rank, top, block_bytes: as in `retrieve`.

    Raises:
        ValueError: sizes disagree, a distance is not finite, or no probe has any match.
    """
    distances = np.asarray(distances)
    expected = (len(probe_ids), len(gallery_ids))
    if distances.shape != expected:
        raise ValueError(
            f"distances must be (probes, gallery) = {expected}; received {distances.shape}. "
            "Compute them with ranking.distances(probe, gallery)."
        )
    if exclude is not None and np.shape(exclude) != expected:
        raise ValueError(f"exclude must be (probes, gallery) = {expected}; received {np.shape(exclude)}.")
    _checked(distances, "distances")
    layout = matches.Layout(probe_ids, gallery_ids)

    def given(block: np.ndarray, first: int) -> None:
        block[np.asarray(exclude)[first : first + len(block)][:, layout.order]] = np.inf

    parts = _row_slices(*expected, block_bytes)
    blocks = (distances[part][:, layout.order].astype(np.float64, copy=False) for part in parts)
    return matches.rank_blocks(blocks, layout, None if exclude is None else given, max_rank, top)


def _centred(dtype: str, gallery: np.ndarray, *values: np.ndarray) -> list[np.ndarray]:
    """The values without an offset that the gallery has in common, which would take the digits of the squares.

    The offset is a multiple of a power of two near the gallery's spread: whole numbers stay whole, so that equal
    distances stay equal, and values without an offset stay as they are.
    """
    mean = gallery.mean(axis=0, dtype=np.float64)
    spread = np.sqrt(np.mean((gallery[:: max(1, len(gallery) // 1000)] - mean) ** 2))  # of a thousand rows
    step = 2.0 ** np.floor(np.log2(spread)) if spread > 0 else 1.0
    return [np.subtract(rows, step * np.round(mean / step), dtype=np.float64).astype(dtype) for rows in values]


def _block(probe: np.ndarray, gallery: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """Distances of a few probes to the whole gallery, computed in one buffer."""
    block = probe @ gallery.T  # (p, G)
    block *= -2
    block += squares
    block += np.einsum("pd,pd->p", probe, probe)[:, None]
    np.maximum(block, SMALLEST_SQUARE, out=block)
    return np.sqrt(block, out=block)


def _row_slices(rows: int, columns: int, block_bytes: int) -> list[slice]:
    step = max(1, block_bytes // (8 * columns))
    return [slice(first, min(first + step, rows)) for first in range(0, rows, step)]


def _checked(values: np.ndarray, what: str) -> np.ndarray:
    values = np.asarray(values)
    if values.ndim != 2 or not values.size:
        raise ValueError(f"{what} must be a matrix with at least one row; received shape {values.shape}.")
    good = np.isfinite(values).all(axis=1)
    if not good.all():
        row = int(np.argmin(good))
        raise ValueError(f"{what} holds NaN or infinite values in {np.sum(~good)} rows, the first is row {row}.")
    return values
