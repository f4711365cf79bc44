# SPDX-License-Identifier: MIT
"""Ranked lists as one picture of pixels, for TensorBoard: a row for each probe item, nearest gallery items first."""

from collections.abc import Mapping, Sequence

import numpy as np

from components.drawing import stick_figures

CELL = 1.3  # inches
PROBE, RIGHT, WRONG = "#1f5fb4", "#1c7a4c", "#b23a2e"


def pixels(stored: Mapping[str, np.ndarray], parents: Sequence[int] = ()) -> np.ndarray:
    """Lists as the evaluation stores them, see `cards.ranked_lists`.

    Args:
        stored: probe (n, k, ...), probe_identity (n,), gallery (n, m, k, ...), identity and distance (n, m); pictures
            are (h, w, 3) uint8, or (f, J, 3) joints in metres.
        parents: (J,) parent of each joint; empty for images.

    Returns:
        (height, width, 4) uint8, red green blue alpha; frames are green where the person is the probe's, else red.
    """
    from matplotlib.backends import backend_agg
    from matplotlib.figure import Figure

    rows, columns = len(stored["probe"]), 1 + stored["gallery"].shape[1]
    figure = Figure(figsize=(CELL * columns, (CELL + 0.2) * rows), dpi=100, layout="constrained")
    canvas = backend_agg.FigureCanvasAgg(figure)
    for cells, row in zip(figure.subplots(rows, columns, squeeze=False), range(rows), strict=True):
        person, near = stored["probe_identity"][row], np.isfinite(stored["distance"][row])
        found = stored["identity"][row]
        colours = [PROBE, *np.where(found == person, RIGHT, WRONG)]
        names = [f"probe {person}", *(f"{rank}: {name}" for rank, name in enumerate(found, start=1))]
        pictures = [stored["probe"][row], *stored["gallery"][row]]
        for axes, *what, shown in zip(cells, pictures, names, colours, [True, *near], strict=True):
            _cell(axes, *what, parents) if shown else axes.set_axis_off()
    canvas.draw()
    return np.asarray(canvas.buffer_rgba()).copy()


def _cell(axes, picture: np.ndarray, name: str, colour: str, parents: Sequence[int]) -> None:
    if picture.dtype == np.uint8:
        axes.imshow(np.concatenate(list(picture), axis=1))
    else:
        for place, points in enumerate(frames := stick_figures.view(picture.reshape(-1, *picture.shape[-2:])), start=1):
            bones = [(joint, parent) for joint, parent in enumerate(parents) if parent >= 0]
            lines = np.stack([points[list(bone)].T for bone in bones])  # (bones, 2, 2): x and y of both ends
            axes.plot(lines[:, 0].T, -lines[:, 1].T, color="black", alpha=place / len(frames), linewidth=1)
        axes.set_aspect("equal", adjustable="datalim")
    axes.set_title(name, fontsize=7, color=colour)
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set(color=colour, linewidth=2)
