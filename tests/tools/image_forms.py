# SPDX-License-Identifier: MIT
"""Forms of uPMnet's training step and extraction that tools/bench.py measures against each other."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from tests.tools import association_forms, race
from tfskel.systems.upmnet import anchors, model, trainer

# size -> width, image height, batch, parts, tracklets of each of two cameras, turns
UPMNET = {
    "tiny": (0.1, 64, 4, 2, 3, 1),
    "default": (0.25, 128, 32, 4, 40, 5),
    "full": (1.0, 256, 64, 8, 89, 5),
}
FORMS = ("sample by sample", "all at once")


class SampleBySample(trainer.Trainer):
    """The association written as it is defined."""

    def losses(self, features, rows):
        """As Trainer."""
        state = self.anchors
        given = features, state.intra, state.cross, rows, tf.constant(state.cameras), self.margin
        intra, cross = tf.unstack(tf.reduce_mean(association_forms.part_losses(*given), axis=1))
        squares = tf.add_n([tf.nn.l2_loss(weight.value) for weight in self.trained.decayed])
        found = {"intra": intra, "cross": cross, "association": intra + cross}
        return found | {"total": found["association"] + self.weight_decay * squares}

    def move_anchors(self, features, rows):
        """As Trainer."""
        state, started = self.anchors, self.optimizer.iterations.value >= self.warm_up
        given = features, state.intra.value(), state.cross.value(), rows, tf.constant(state.cameras), started
        intra, cross = association_forms.updated(*given, self.rate)
        state.intra.assign(intra)
        state.cross.assign(cross)
        return tf.zeros(())


def trainers(size: str) -> dict[str, trainer.Trainer]:
    """Form -> trainer; all begin with equal weights and anchors."""
    width, _, _, parts, tracklets, _ = UPMNET[size]
    made = {}
    for name, kind in zip(FORMS, (SampleBySample, trainer.Trainer), strict=True):
        network = model.PartNetwork(parts=parts, width=width, decay=0.9, seed=0)
        state = anchors.Anchors((tracklets, tracklets), parts, network.features)
        state.intra.assign(np.random.default_rng(1).uniform(0, 1, state.intra.shape))
        made[name] = kind(network, state, "rmsprop", 1e-4, warm_up=0)
    return made


def batch(size: str) -> tuple:
    """Arguments of a step."""
    _, height, samples, _, tracklets, _ = UPMNET[size]
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (samples, height, height // 2, 3)).astype(np.float32)
    return images, *(rng.integers(0, high, samples).astype(np.int32) for high in (tracklets, 2))


def association(own: trainer.Trainer, size: str) -> Callable[[], np.ndarray]:
    """Loss, gradient and new anchors of features that stay, as one graph."""
    _, tracklets, cameras = batch(size)
    rows, parts = own.anchors.rows(tracklets, cameras), own.model.parts
    drawn = np.random.default_rng(2).normal(size=(parts, len(rows), own.model.features))
    features = tf.constant(drawn / np.linalg.norm(drawn, axis=-1, keepdims=True), tf.float32)

    @tf.function
    def work():
        with tf.GradientTape() as tape:
            tape.watch(features)
            loss = own.losses(features, rows)["association"]
        gradient = tape.gradient(loss, features)
        own.move_anchors(features, rows)
        return loss, tf.norm(gradient), tf.norm(own.anchors.cross)

    return lambda: np.array(work())


def upmnet(size: str) -> list[dict]:
    """The association alone, and a whole step of training: sample by sample or all at once."""
    samples, turns = UPMNET[size][2], UPMNET[size][-1]
    forms = [race.Form(name, association(own, size), samples) for name, own in trainers(size).items()]
    found = race.race([race.Row("uPMnet association", *FORMS, least_ratio=5)], forms, "frame", turns, 1e-4)
    images, tracklets, cameras = batch(size)

    def step(own: trainer.Trainer) -> Callable[[], np.ndarray]:
        return lambda: own.step(images, tracklets, cameras)["association"].numpy()

    forms = [race.Form(name, step(own), samples) for name, own in trainers(size).items()]
    return found + race.race([race.Row("uPMnet step", *FORMS, least_ratio=1)], forms, "frame", turns, 1e-3)


def extraction(size: str) -> list[dict]:
    """Part features of frames: one by one, as the original extracts them, or in batches."""
    width, _, _, parts, _, turns = UPMNET[size]
    images, network = batch(size)[0], model.PartNetwork(parts=parts, width=width, seed=0)
    extract = tf.function(network)
    forms = [
        race.Form("frame by frame", lambda: np.concatenate([extract(image[None]) for image in images]), len(images)),
        race.Form("batches", lambda: extract(images), len(images)),
    ]
    rows = [race.Row("uPMnet extraction", "frame by frame", "batches", least_ratio=1)]
    return race.race(rows, forms, "frame", turns, tolerance=1e-4)
