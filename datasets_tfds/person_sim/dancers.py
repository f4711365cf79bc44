# SPDX-License-Identifier: MIT
"""Dancing persons: those of a video dance the same choreography before the same camera."""

from datasets_tfds.gait_sim import simulator
from datasets_tfds.person_sim import camera, dance, look, occluder, randomness, scene
from datasets_tfds.person_sim.options import Options

INTERVAL = 1 / 3  # seconds between frames
EXPOSURE_SD = 0.05  # natural logarithm, of a person's pictures
FIRST_CAMERA = 1000  # cameras of videos are not those of walkers


def picture(options: Options, person: int, video: int, frame: int) -> scene.Picture:
    """One picture: a pure function of its arguments.

    Args:
        options: see there. person, video, frame: from 0.
    """
    danced = dance.choreography(options.seed, video)
    own = randomness.stream(options.seed, "dancer", person)
    body, _ = simulator.traits(options.seed, person)
    posed = dance.pose(body, danced, frame * INTERVAL, own)
    rng = randomness.stream(options.seed, "picture", person, video, frame)
    hidden, before = rng.uniform() < options.occlusion, occluder.box(rng)
    shown = scene.Scene(
        points=posed,
        look=look.draw(options.seed, person),
        turn=danced.turn(frame * INTERVAL),
        camera=camera.make(options.seed, FIRST_CAMERA + video, options.height, options.colour),
        exposure=EXPOSURE_SD * float(own.standard_normal()),
        occluder=before if hidden else None,
        frame=0,
    )
    return scene.render(shown, options.height, rng)
