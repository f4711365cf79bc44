# SPDX-License-Identifier: MIT
"""Forms of a training step of ST-ReIDNet's GAN that tools/bench.py measures against each other."""

import time

import numpy as np
import tensorflow as tf

from tests.systems.st_reidnet import one_by_one
from tests.tools import race
from tfskel.systems.st_reidnet import gan, generator, pose_discriminator, reid_network, smooth_labels

# size -> depth and width of the encoder, width of the generator, triplets, turns
SIZES = {"tiny": (18, 2, 2, 2, 1), "default": (50, 8, 4, 8, 3), "full": (50, 64, 64, 8, 3)}
JOINTS, CLASSES = 17, 10
FORMS = {"call by call": one_by_one.Trainer, "shared calls": gan.Trainer}
# Losses that a step of the other networks does not turn round.
COMPARED = ("reconstruction", "adversarial_pose", gan.IDENTITY, gan.POSE)


def trainers(size: str) -> dict[str, gan.Trainer]:
    """Form -> trainer; all begin with equal weights."""
    depth, width, narrow, *_ = SIZES[size]
    made = {}
    for name, kind in FORMS.items():
        encoder = reid_network.ReIDNetwork(depth, width, 1, CLASSES, seed=1)
        networks = (
            encoder,
            generator.Generator(JOINTS, encoder.features, narrow, dropout=0.0, seed=2),
            reid_network.ReIDNetwork(18, width, 2, 1, seed=3),
            pose_discriminator.PoseDiscriminator(JOINTS, narrow, seed=4),
        )
        made[name] = kind(dict(zip(gan.NETWORKS, networks, strict=True)), 0, dict.fromkeys(gan.NETWORKS, 1e-6))
    made["call by call"]._update = tf.function(made["call by call"]._update_step, autograph=False)
    return made


def batch(size: str) -> tuple:
    """Arguments of the compiled step."""
    triplets, rng = SIZES[size][3], np.random.default_rng(0)
    shape = triplets, 3, generator.HEIGHT, generator.WIDTH
    drawn = [rng.normal(size=(*shape, 3)) for _ in range(2)]
    drawn += [rng.random((*shape, JOINTS)), rng.random((*shape, 1)) > 0.6]
    identities = np.array([[number, number, (number + 1) % CLASSES] for number in range(triplets)], np.int32)
    return *(tf.constant(values, tf.float32) for values in drawn), tf.constant(identities), smooth_labels.HARD


def gan_step(size: str) -> list[dict]:
    """A step, and the first one with its tracing: networks called once for many passes or once for each."""
    made, given, first = trainers(size), batch(size), {}

    def step(name: str) -> np.ndarray:
        found = made[name]._update(*given)
        return np.array([found[loss] for loss in COMPARED])

    for name in reversed(FORMS):  # ours is the first and also pays what is paid once in a process
        begin = time.process_time()
        losses = step(name)
        first[name] = time.process_time() - begin, losses
    seconds, losses = zip(*(first[name] for name in FORMS), strict=True)
    row = race.Row("GAN first step", *FORMS, least_ratio=1.3)
    difference = race.largest_difference(losses[:1], losses[1:])
    found = [race.report(row, "step", seconds, (None, None), difference, 1e-3)]
    forms = [race.Form(name, lambda name=name: step(name)) for name in FORMS]
    return found + race.race([race.Row("GAN step", *FORMS)], forms, "step", SIZES[size][-1], tolerance=1e-2)
