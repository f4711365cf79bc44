# SPDX-License-Identifier: MIT
"""Matrices as pixels for TensorBoard: attention, relations, confusion."""

from collections.abc import Sequence

import numpy as np


def pixels(matrix: np.ndarray, title: str, rows: Sequence[str] = (), columns: Sequence[str] = ()) -> np.ndarray:
    """A heat map with a colour bar.

    Args:
        matrix: (R, C) finite.
        title: above the picture.
        rows, columns: R and C names; numbers when empty.

    Returns:
        (height, width, 4) uint8, red green blue alpha.
    """
    from matplotlib.backends import backend_agg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 5.5), dpi=100, layout="constrained")
    canvas = backend_agg.FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    figure.colorbar(axes.imshow(matrix, cmap="viridis"), ax=axes)
    axes.set_title(title)
    if len(rows):
        axes.set_yticks(range(len(rows)), rows)
    if len(columns):
        axes.set_xticks(range(len(columns)), columns, rotation=90)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba()).copy()
