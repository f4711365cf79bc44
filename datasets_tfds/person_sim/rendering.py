# SPDX-License-Identifier: MIT
"""Draws body parts over a picture, with edges one pixel soft and the light of the camera."""

import dataclasses
from collections.abc import Iterable

import numpy as np

from datasets_tfds.person_sim import paint
from datasets_tfds.person_sim.parts import Part
from datasets_tfds.person_sim.view import Crop


@dataclasses.dataclass(frozen=True)
class Light:
    """Where light comes from.

    Args:
        ambient: share in [0, 1] that reaches every side. side: radians from the camera, positive from the right.
    """

    ambient: float
    side: float


def draw(picture: np.ndarray, drawn: Iterable[Part], crop: Crop, light: Light) -> None:
    """Draws parts in the order given over a picture (H, W, 3), RGB in [0, 1], in place."""
    for part in drawn:
        _draw(picture, part, crop.pixels(part.ends), np.array(part.radii) * crop.scale, light)


def _draw(picture: np.ndarray, part: Part, ends: np.ndarray, radii: np.ndarray, light: Light) -> None:
    reach = radii.max() + 1
    left, top = np.maximum(np.floor(ends.min(axis=0) - reach), 0).astype(int)
    right, bottom = np.ceil(ends.max(axis=0) + reach).astype(int)
    window = picture[top : max(bottom, 0), left : max(right, 0)]
    if not window.size:
        return
    across = np.arange(window.shape[1]) + left + 0.5 - ends[0, 0]
    down = (np.arange(window.shape[0]) + top + 0.5 - ends[0, 1])[:, None]
    axis = ends[1] - ends[0]
    length = max(float(np.hypot(*axis)), 1e-6)
    x, y = axis / length if length > 1e-6 else (0.0, 1.0)
    along, offset = across * x + down * y, across * y - down * x
    share = np.clip(along / length, 0, 1)
    radius = radii[0] + share * (radii[1] - radii[0])
    if part.rounded:
        inside = radius - np.hypot(along - share * length, offset)
    else:
        inside = np.minimum(radius - np.abs(offset), np.minimum(along, length - along))
    turned = np.arcsin(np.clip(offset / radius, -1, 1))
    angle = (turned - part.facing + np.pi) % (2 * np.pi) - np.pi
    colours = part.paint.colours(paint.Surface(share, share * part.length, angle))
    shade = light.ambient + (1 - light.ambient) * np.maximum(np.cos(turned - light.side), 0)
    window += np.clip(inside + 0.5, 0, 1)[..., None] * (colours * shade[..., None] - window)
