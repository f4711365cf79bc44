# SPDX-License-Identifier: MIT
"""Walking persons: one tracklet per person and camera."""

import dataclasses
import functools

import numpy as np

from datasets_tfds.gait_sim import contact, gait, simulator
from datasets_tfds.person_sim import camera, look, occluder, randomness, scene
from datasets_tfds.person_sim.options import Options

FIRST_VIEW, NEXT_VIEW, VIEW_JITTER = 20.0, -85.0, 12.0  # degrees: of camera 0, from camera to camera, of a tracklet
DRIFT, DRIFT_FRAMES = 5.0, 16  # degrees within a tracklet, to and fro in as many frames
TURNED = 0.3  # share of tracklets that walk away
EXPOSURE_SD = 0.12  # natural logarithm, of a tracklet
INTERVAL, BLOCK = 0.2, 8  # seconds between frames; frames cut from one walk
SUBSTEPS, PADDING = 24, 60  # per frame; before and after what is shown


@dataclasses.dataclass(frozen=True)
class Tracklet:
    """What stays the same in a tracklet: view in degrees, its drift's phase, exposure, occluder."""

    view: float
    phase: float
    exposure: float
    occluder: occluder.Occluder | None


def picture(options: Options, person: int, number: int, frame: int) -> scene.Picture:
    """One picture: a pure function of its arguments.

    Args:
        options: see there. person, number (of the camera), frame: from 0.
    """
    walked = _walk(options.seed, person, number, frame // BLOCK)
    tracklet = _tracklet(options.seed, person, number, options.occlusion)
    drift = DRIFT * np.sin(2 * np.pi * frame / DRIFT_FRAMES + tracklet.phase)
    shown = scene.Scene(
        points=walked[frame % BLOCK],
        look=look.draw(options.seed, person),
        turn=tracklet.view + drift,
        camera=camera.make(options.seed, number, options.height, options.colour),
        exposure=tracklet.exposure,
        occluder=tracklet.occluder,
        frame=frame,
    )
    return scene.render(shown, options.height, randomness.stream(options.seed, "picture", person, number, frame))


@functools.lru_cache(maxsize=4)
def _walk(seed: int, person: int, number: int, block: int) -> np.ndarray:
    """(BLOCK, 30, 3) metres of a walk; further frames of a tracklet are another walk of the same person."""
    segments, habit = simulator.traits(seed, person)
    rng = randomness.stream(seed, "walk", person, number, block)
    style = gait.vary(habit, rng, gait.RECORDING_SHARE, gait.PACE_SD)
    seconds = np.arange(BLOCK * SUBSTEPS + 2 * PADDING) * INTERVAL / SUBSTEPS
    return contact.walk(segments, style, seconds, rng)[PADDING:-PADDING:SUBSTEPS]


@functools.lru_cache(maxsize=4)
def _tracklet(seed: int, person: int, number: int, occlusion: float) -> Tracklet:
    rng = randomness.stream(seed, "tracklet", person, number)
    view, phase, turned, hidden = rng.uniform(size=4)
    exposure = EXPOSURE_SD * float(rng.standard_normal())
    before = occluder.pole_or_barrier(rng)
    around = FIRST_VIEW + NEXT_VIEW * number + VIEW_JITTER * (2 * view - 1) + 180 * (turned < TURNED)
    return Tracklet(around, 2 * np.pi * phase, exposure, before if hidden < occlusion else None)
