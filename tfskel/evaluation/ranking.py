# SPDX-License-Identifier: MIT
"""Family B: retrieval of a person in a gallery (CMC, mAP, mINP, ranked lists), exact, memory bounded."""

from collections.abc import Collection, Iterator

import numpy as np

from tfskel.evaluation import cmc, matches, matrices

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
    probe, gallery = matrices.pair(probe, gallery)
    probe, gallery = _centred(dtype, gallery, probe, gallery)
    return _block(probe, gallery, np.einsum("gd,gd->g", gallery, gallery))


def retrieve(
    probe,
    gallery,
    *,
    exclude_same: str | None = None,
    junk: str = "",
    max_rank: int = 20,
    block_bytes: int = matrices.BLOCK_BYTES,
    top: int = 0,
    dtype: str = "float64",
    curves: Collection[str] = (),
    seed: int = 0,
) -> matches.Retrieval:
    """Ranks the gallery for every probe by Euclidean distance.

    Args:
        probe: features.Features, or anything with `vectors` (P, D) and `identities`, `cameras`,
            `recordings` (P,).
        gallery: the same for the gallery, G rows.
        exclude_same: None, "camera" or "recording": gallery rows of the probe's identity **and** its camera
            (recording) are taken out of that probe's gallery, as usual in re-identification.
        junk: identity of gallery rows that no probe is searched in; "" for none.
        max_rank: length of the CMC curve.
        block_bytes: size of the distance block held at a time; a few such blocks are the extra memory.
        top: number of nearest gallery rows to list for every probe.
        dtype: "float64" (exact) or "float32", type of the distances.
        curves: further forms of the CMC, of `cmc.FORMS`.
        seed: of what these draw.

    Returns:
        matches.Retrieval.

    Raises:
        ValueError: sizes disagree, values are not finite, or no probe has any match.

    Source: average precision as sklearn.metrics.average_precision_score (equal distances share one
        threshold); mINP: Ye et al., 2020, https://arxiv.org/abs/2001.04193, section 4.
    """
    settings = {"exclude_same": exclude_same, "junk": junk, "block_bytes": block_bytes, "dtype": dtype}
    layout, blocks = searched(probe, gallery, **settings)
    forms = cmc.Curves(curves, layout, (probe.cameras, gallery.cameras), max_rank, seed) if curves else None
    return matches.rank_blocks(blocks, layout, max_rank, top, forms)


def searched(
    probe,
    gallery,
    *,
    exclude_same: str | None = None,
    junk: str = "",
    block_bytes: int = matrices.BLOCK_BYTES,
    dtype: str = "float64",
) -> tuple[matches.Layout, Iterator[np.ndarray]]:
    """The order in which the gallery is searched, and distances (p, G) of a few probes at a time in that order.

    What is not searched is infinitely far. Arguments and errors as for `retrieve`.
    """
    if exclude_same and exclude_same not in EXCLUDABLE:
        raise ValueError(f"exclude_same must be empty or one of {sorted(EXCLUDABLE)}; received {exclude_same!r}.")
    vectors, known = matrices.pair(probe.vectors, gallery.vectors)
    layout = matches.Layout(probe.identities, gallery.identities)
    vectors, rows = _centred(dtype, known, vectors, known[layout.order])
    squares = np.einsum("gd,gd->g", rows, rows)
    parts = matrices.row_blocks(len(vectors), len(rows), block_bytes)
    blocks = (_block(vectors[part], rows, squares) for part in parts)
    return layout, without_unsearched(blocks, probe, gallery, layout, exclude_same, junk)


def without_unsearched(
    blocks: Iterator[np.ndarray], probe, gallery, layout: matches.Layout, exclude_same: str | None, junk: str
) -> Iterator[np.ndarray]:
    """Blocks of distances, in the layout's order, in which what is not searched is infinitely far."""
    left_out = np.asarray(gallery.identities)[layout.order] == junk if junk else slice(0)
    if exclude_same:
        here, there = (np.asarray(getattr(side, EXCLUDABLE[exclude_same])) for side in (probe, gallery))
        there = there[layout.order]
    begin = 0
    for block in blocks:
        part = slice(begin, begin + len(block))
        block[:, left_out] = np.inf
        if exclude_same:
            for row, (lo, hi), tag in zip(block, layout.slices[part], here[part], strict=True):
                row[lo:hi][there[lo:hi] == tag] = np.inf
        begin = part.stop
        yield block


def _centred(dtype: str, gallery: np.ndarray, *values: np.ndarray) -> list[np.ndarray]:
    """The values without an offset that the gallery has in common, which would take the digits of the squares.

    The offset is a multiple of a power of two near the gallery's spread: whole numbers stay whole, so that equal
    distances stay equal, and values without an offset stay as they are.
    """
    mean = gallery.mean(axis=0, dtype=np.float64)
    spread = np.sqrt(np.mean((gallery[:: max(1, len(gallery) // 1000)] - mean) ** 2))  # of a thousand rows
    step = 2.0 ** np.floor(np.log2(spread)) if spread > 0 else 1.0
    return [
        np.subtract(rows, step * np.round(mean / step), dtype=np.float64).astype(dtype, copy=False) for rows in values
    ]


def _block(probe: np.ndarray, gallery: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """Distances of a few probes to the whole gallery, computed in one buffer."""
    block = probe @ gallery.T  # (p, G)
    block *= -2
    block += squares
    block += np.einsum("pd,pd->p", probe, probe)[:, None]
    np.maximum(block, SMALLEST_SQUARE, out=block)
    return np.sqrt(block, out=block)
