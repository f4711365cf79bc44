# SPDX-License-Identifier: MIT
"""Checks of the matrices that are compared, and the blocks of rows in which they are."""

import numpy as np

BLOCK_BYTES = 16 << 20
"""Of distances held at a time: above 32 MB the allocator gives every block new pages, which doubles the time."""


def finite(values: np.ndarray, what: str) -> np.ndarray:
    """The values, (N, D), N and D >= 1.

    Raises:
        ValueError: another shape, or values that are not finite; `what` and the first such row are in the message.
    """
    values = np.asarray(values)
    if values.ndim != 2 or not values.size:
        raise ValueError(f"{what} must be a matrix with at least one row; received shape {values.shape}.")
    good = np.isfinite(values).all(axis=1)
    if not good.all():
        row = int(np.argmin(good))
        raise ValueError(f"{what} holds NaN or infinite values in {np.sum(~good)} rows, the first is row {row}.")
    return values


def pair(probe: np.ndarray, gallery: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Probe (P, D) and gallery (G, D).

    Raises:
        ValueError: as `finite`, or the widths disagree.
    """
    probe, gallery = finite(probe, "probe"), finite(gallery, "gallery")
    if probe.shape[1] != gallery.shape[1]:
        raise ValueError(
            f"probe and gallery features must have the same width; received {probe.shape} and "
            f"{gallery.shape}. Extract both with the same model."
        )
    return probe, gallery


def row_blocks(rows: int, columns: int, block_bytes: int) -> list[slice]:
    """Slices of the rows whose float64 blocks of `columns` take at most `block_bytes`, or hold one row."""
    step = max(1, block_bytes // (8 * columns))
    return [slice(first, min(first + step, rows)) for first in range(0, rows, step)]
