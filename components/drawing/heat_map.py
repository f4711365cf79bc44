# SPDX-License-Identifier: MIT
"""A matrix as a heat map: one colour, more opaque for larger values, so that any background is right."""

from collections.abc import Sequence

import numpy as np

COLOUR = "#2f7ed8"
FAINTEST = 0.06  # opacity of the smallest value, so that cells can be told from the page


def draw(
    axes,
    matrix: np.ndarray,
    limits: tuple[float, float] | None = None,
    faintest: float = FAINTEST,
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
):
    """Draws a matrix.

    Args:
        axes: of matplotlib.
        matrix: (R, C) finite.
        limits: values of the faintest and of the strongest cell; None: the smallest and the largest. Equal ones are
            drawn strong.
        faintest: opacity of the faintest cell, in [0, 1].
        rows, columns: R and C names; numbers when empty.

    Returns:
        matplotlib's image, for a colour bar.
    """
    from matplotlib import colors

    low, high = limits or (matrix.min(), matrix.max())
    shades = colors.LinearSegmentedColormap.from_list("shades", [(COLOUR, faintest), (COLOUR, 1.0)])
    image = axes.imshow(matrix, cmap=shades, vmin=low if low < high else high - 1, vmax=high, interpolation="none")
    axes.grid(False)
    if len(rows):
        axes.set_yticks(range(len(rows)), rows)
    if len(columns):
        axes.set_xticks(range(len(columns)), columns, rotation=90)
    return image


def pixels(matrix: np.ndarray, title: str, rows: Sequence[str] = (), columns: Sequence[str] = ()) -> np.ndarray:
    """A heat map with a title and a colour bar for TensorBoard: (height, width, 4) uint8, red green blue alpha."""
    from matplotlib.backends import backend_agg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 5.5), dpi=100, layout="constrained")
    canvas = backend_agg.FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    figure.colorbar(draw(axes, matrix, rows=rows, columns=columns), ax=axes)
    axes.set_title(title)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba()).copy()
