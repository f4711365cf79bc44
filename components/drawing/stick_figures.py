# SPDX-License-Identifier: MIT
"""Stick figures of skeleton sequences as small inline SVG pictures."""

import html
from collections.abc import Sequence

import numpy as np

from tfskel.data import order

FRAMES_DRAWN = 6
VIEW_DEGREES = 35  # turned about the vertical, so that legs that swing towards the sensor can be seen
MARGIN = 0.08  # metres


def draw(sequences: Sequence[np.ndarray], texts: Sequence[str], parents: Sequence[int]) -> list[str]:
    """Sequences in one scale.

    Args:
        sequences: (..., f, J, 3) in metres, y up.
        texts: what each shows.
        parents: (J,) parent of each joint, -1 at the root.

    Returns:
        SVG text of each.
    """
    flat, box = _in_one_scale([sequence.reshape(-1, *sequence.shape[-2:]) for sequence in sequences])
    return [_svg(points, parents, box, text) for points, text in zip(flat, texts, strict=True)]


def _in_one_scale(sequences: list[np.ndarray]) -> tuple[list[np.ndarray], tuple[float, ...]]:
    """Flat views of sequences and the box (left, top, width, height) that holds them all."""
    flat = [view(sequence) for sequence in sequences]
    low = np.min([points.reshape(-1, 2).min(axis=0) for points in flat], axis=0) - MARGIN
    high = np.max([points.reshape(-1, 2).max(axis=0) for points in flat], axis=0) + MARGIN
    return flat, (*low, *(high - low))


def view(sequence: np.ndarray) -> np.ndarray:
    """Half from the side: (f, J, 3) -> (frames drawn, J, 2), y down as on a screen; missing joints at the origin."""
    sequence = np.nan_to_num(np.asarray(sequence, np.float64))
    chosen = order.evenly(len(sequence), min(len(sequence), FRAMES_DRAWN))
    angle = np.radians(VIEW_DEGREES)
    x, y, z = np.moveaxis(sequence[chosen], -1, 0)
    return np.stack([np.cos(angle) * x + np.sin(angle) * z, -y], axis=-1)


def _svg(frames: np.ndarray, parents: Sequence[int], box: tuple, text: str) -> str:
    """Frames over each other, earlier ones fainter."""
    bones = [(joint, parent) for joint, parent in enumerate(parents) if parent >= 0]
    paths = []
    for place, points in enumerate(frames, start=1):
        lines = "".join(f"M{_point(points[parent])}L{_point(points[joint])}" for joint, parent in bones)
        strength = 1.0 if place == len(frames) else 0.12 + 0.25 * place / len(frames)
        paths.append(f'<path d="{lines}" stroke-opacity="{strength:.2f}"/>')
    view = " ".join(f"{value:.3f}" for value in box)
    dots = "".join(f"M{_point(point)}h0" for point in frames[-1])
    return (
        f'<svg class="skeleton" viewBox="{view}" role="img" aria-label="{html.escape(text, quote=True)}">'
        f'<g class="bones">{"".join(paths)}</g><path class="joints" d="{dots}"/></svg>'
    )


def _point(point: np.ndarray) -> str:
    return f"{point[0]:.3f} {point[1]:.3f}"
