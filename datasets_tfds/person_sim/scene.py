# SPDX-License-Identifier: MIT
"""One picture from what is in it: background, dressed body, what stands before it, and the camera."""

import dataclasses

import numpy as np

from datasets_tfds.person_sim import background, occluder, parts, points, rendering, view
from datasets_tfds.person_sim.camera import Camera
from datasets_tfds.person_sim.look import Look


@dataclasses.dataclass(frozen=True)
class Scene:
    """What a picture shows.

    Args:
        points: (30, 3) metres, the simulator's points of the body. look: clothes. turn: degrees of the body before
            the camera. camera: who photographs. exposure: natural logarithm. occluder: before the person, or None.
        frame: number in the tracklet.
    """

    points: np.ndarray
    look: Look
    turn: float
    camera: Camera
    exposure: float
    occluder: occluder.Occluder | None
    frame: int


@dataclasses.dataclass(frozen=True)
class Picture:
    """A rendered picture.

    Args:
        pixels: (H, W, 3) uint8 RGB. joints: (17, 2) float32 pixels (x, y), order points.COCO.
    """

    pixels: np.ndarray
    joints: np.ndarray


def render(scene: Scene, height: int, rng: np.random.Generator) -> Picture:
    """The picture of a scene.

    Args:
        scene: see there. height: rows; the picture is half as wide. rng: generator of the picture.
    """
    camera, places = scene.camera, points.with_head(scene.points)
    projected = view.project(places, scene.turn, camera.pitch)
    crop = view.crop(projected, height, rng)
    canvas = background.window(camera.canvas, height, rng)
    rendering.draw(canvas, parts.dressed(places, scene.look, scene.turn, camera.pitch), crop, camera.light)
    if scene.occluder:
        scene.occluder.draw(canvas, scene.frame)
    joints = crop.pixels(projected[[points.AT[name] for name in points.COCO], :2])
    return Picture(camera.photograph(canvas, scene.exposure, rng), joints.astype(np.float32))
