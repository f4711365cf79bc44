# SPDX-License-Identifier: MIT
"""Matrices of a system (attention, relations) as small heat maps in one row and one scale."""

import html
from collections.abc import Sequence

import numpy as np

from components import figures

CELL, GAP, HEAD = 14.0, 26.0, 16.0  # drawing units
SCALE = 1.3  # pixels of a drawing unit where the page is wide enough
LARGEST = 210.0  # widest matrix drawn
SHADES = 0.06  # opacity of the smallest value, so that cells can be told from the page


def groups(matrices: dict[str, np.ndarray]) -> list[figures.Figure]:
    """One figure for each first part of the names, e.g. "attention/x" and "attention/y" beside each other.

    Args:
        matrices: name -> (R, C) finite; rows are what asks (decoder step, node), columns what is looked at.
    """
    found: dict[str, dict] = {}
    for name, matrix in matrices.items():
        group, _, own = name.partition("/")
        found.setdefault(group, {})[own or group] = np.asarray(matrix, np.float64)
    return [_figure(group, own) for group, own in found.items()]


def _figure(group: str, matrices: dict[str, np.ndarray]) -> figures.Figure:
    low = min(matrix.min() for matrix in matrices.values())
    high = max(matrix.max() for matrix in matrices.values())
    parts, left, bottom = [], 0.0, 0.0
    for name, matrix in matrices.items():
        cell = min(CELL, LARGEST / max(matrix.shape))
        width = max(cell * matrix.shape[1], 7.0 * len(name))
        parts.append(f'<g transform="translate({left:.1f} {HEAD})">{_cells(matrix, cell, low, high)}</g>')
        parts.append(
            f'<text x="{left:.1f}" y="{HEAD - 5}" font-size="11" fill="currentColor">{html.escape(name)}</text>'
        )
        left, bottom = left + width + GAP, max(bottom, HEAD + cell * matrix.shape[0])
    text = f"{group}: heat maps of {', '.join(matrices)}, from {low:.3g} to {high:.3g}."
    svg = (
        f'<svg class="figure maps" role="img" aria-label="{html.escape(text, quote=True)}" '
        f'style="max-width: {SCALE * (left - GAP):.0f}px" '
        f'viewBox="0 0 {left - GAP:.1f} {bottom + 1:.1f}">{"".join(parts)}</svg>'
    )
    caption = f"{group}: {low:.2g} (faint) to {high:.2g} (strong); rows ask, columns are looked at"
    return figures.Figure(svg, caption)


def _cells(matrix: np.ndarray, cell: float, low: float, high: float) -> str:
    share = (matrix - low) / (high - low) if high > low else np.ones_like(matrix)
    return "".join(_cell(row, column, cell, value) for (row, column), value in np.ndenumerate(share))


def _cell(row: int, column: int, cell: float, share: float) -> str:
    place: Sequence[float] = (column * cell, row * cell, cell - 1, cell - 1)
    x, y, width, height = (f"{value:.1f}" for value in place)
    opacity = SHADES + (1 - SHADES) * share
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{figures.COLOURS[0]}" '
        f'fill-opacity="{opacity:.2f}"/>'
    )
