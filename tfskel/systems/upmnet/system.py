# SPDX-License-Identifier: MIT
"""uPMnet as a whole: one network for each relation, trained one after the other; their features are joined."""

import functools
import pathlib
from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf

from tfskel import features
from tfskel.data import heat_overlay, split
from tfskel.evaluation import tracklets
from tfskel.systems import base, image_system
from tfskel.systems import fit as fits
from tfskel.systems.upmnet import extraction, grad_cam, sampling, schedules, start_weights
from tfskel.systems.upmnet import losses as association
from tfskel.systems.upmnet import model as upmnet
from tfskel.systems.upmnet import trainer as training
from tfskel.systems.upmnet.anchors import Anchors
from tfskel.training import phase as phases
from tfskel.training import selection

BOTH = "both"
STRIDE = 32  # of the backbones' last maps


class UPMNetSystem(image_system.ImageSystem):
    """Networks and trainings of uPMnet.

    Args:
        recipe: sections dataset, network, training, selection of configs/upmnet.py.
        classes: number of train identities, which nothing is told.
        seed: decides initial weights and batches.
    """

    SELECTIONS = (selection.LAST,)
    CHOICES = {
        "network.backbone": upmnet.BACKBONES,
        "network.relation": (*upmnet.RELATIONS, BOTH),
        "training.optimizer": training.OPTIMIZERS,
        "training.matched_negative": association.MATCHED_NEGATIVES,
    }

    @classmethod
    def check(cls, recipe: Mapping) -> None:
        """As System.

        Raises:
            ValueError: images that are too small for the parts, too.
        """
        super().check(recipe)
        size, parts = recipe["dataset"].image_size, recipe["network"].parts
        if -(-size // STRIDE) < parts:
            raise ValueError(
                f"an image {size} pixels high gives a map of {-(-size // STRIDE)} rows, fewer than the {parts} parts. "
                f"Set --config.dataset.image_size={STRIDE * parts}, or fewer parts with --config.network.parts."
            )

    def __init__(self, recipe: Mapping, classes: int, seed: int):
        super().__init__(recipe, classes, seed)
        arguments = dict(recipe["network"])
        relation = arguments.pop("relation")
        relations = upmnet.RELATIONS if relation == BOTH else (relation,)
        self.PHASES, self.EMBEDDING = relations, relations[-1]
        self.networks = {name: upmnet.PartNetwork(relation=name, seed=seed, **arguments) for name in relations}
        self.models = {name: {"network": network} for name, network in self.networks.items()}

    def represent(self, batch: tf.Tensor, portable: bool = False) -> dict[str, tf.Tensor]:
        """As System: (N, h, w, 3) float32 -> descriptors of frames, of length 1.

        Features of all networks joined part by part (N, P * sum of D), and where there are two each alone.
        """
        found = {name: network(batch, training=False) for name, network in self.networks.items()}
        joined = {base.MAIN: descriptors(tf.concat(list(found.values()), axis=-1))}
        return joined | ({name: descriptors(values) for name, values in found.items()} if len(found) > 1 else {})

    def load(self, folder: pathlib.Path, name: str, kept: str) -> bool:
        """As System; the features are of all networks, so all are loaded, whichever is named."""
        return all([phases.load_weights(models, folder, phase, kept) for phase, models in self.models.items()])

    def overlays(self, batch: np.ndarray, pictures: np.ndarray) -> dict[str, np.ndarray]:
        """As System: Grad-CAM of each network."""
        maps = {name: grad_cam.maps(network, batch) for name, network in self.networks.items()}
        return {name: heat_overlay.overlays(pictures, of_network) for name, of_network in maps.items()}

    def selections(self, phase: str, fit: fits.Fit) -> selection.Selections:
        """As System: the original tests the weights at the end."""
        if fit.validation == "held_out":
            return selection.Selections({selection.HELD_OUT: selection.Best("held_out/mAP")})
        chosen = {selection.HELD_OUT: selection.At(fit.chosen[phase])} if phase in fit.chosen else {}
        return selection.Selections({selection.LAST: selection.Last()} | chosen)

    def phase(self, name: str, fit: fits.Fit) -> phases.Phase:
        """As System: the training of one network; an epoch is `interval` steps, the last one what is left."""
        settings = self.recipe["training"]
        frames = sampling.Frames(fit.train, settings.batch_size, self.seed)
        trainer = self.trainer(name, frames)
        interval = settings.interval or len(fit.train) // settings.batch_size
        return phases.Phase(
            name=name,
            epochs=-(-settings.steps // interval),
            steps=interval,
            batches=lambda epoch: frames.batches(epoch * interval, min((epoch + 1) * interval, settings.steps)),
            step=trainer.step,
            score=self.score(name, fit),
            models=self.models[name],
            trackables=trainer.trackables(),
            selections=self.selections(name, fit),
        )

    def trainer(self, name: str, frames: sampling.Frames) -> training.Trainer:
        """The training step of a network with the recipe's settings, from the recipe's start weights."""
        settings, network = self.recipe["training"], self.networks[name]
        start_weights.load(network, settings.start_weights, settings.start_statistics)
        samples, batch_size = len(frames.train), settings.batch_size
        stepwise = functools.partial(schedules.stepwise, samples=samples, batch_size=batch_size)
        rates = {
            "rmsprop": lambda: stepwise(settings.learning_rate, settings.decay_factor, settings.decay_epochs),
            "sgd": lambda: schedules.halves(settings.learning_rate, settings.steps),
        }
        return training.Trainer(
            network,
            Anchors(frames.tracklets, network.parts, network.features),
            settings.optimizer,
            rates[settings.optimizer](),
            schedules.warm_up(settings.warm_up_epochs, samples, batch_size),
            settings.weight_decay,
            settings.margin,
            settings.eta,
            settings.matched_negative,
            settings.clip,
            settings.average,
        )

    def feature_files(self, folder: pathlib.Path, probe: split.Split, gallery: split.Split, settings: Mapping) -> list:
        """As System: files in the original's form, in the folder `original`."""
        if not settings["mat_files"]:
            return []
        networks = {name: self.compiled(network.__call__) for name, network in self.networks.items()}
        return extraction.write(folder / "original", networks, probe, gallery, settings["mat_files"])

    def score(self, name: str, fit: fits.Fit) -> Callable[[int], dict[str, float]]:
        """Retrieval of kept-out identities by one network's features; the protocol's own probe is not looked at."""
        if fit.validation != "held_out":
            return lambda epoch: {}
        represent = self.compiled(lambda batch: descriptors(self.networks[name](batch, training=False)))
        pool = functools.partial(tracklets.Pool, pooling="max")

        def vectors(data: split.Split) -> features.Features:
            of_rows = lambda rows: {base.MAIN: represent(data.read(rows))}  # noqa: E731
            return features.extract(of_rows, data, base.BATCH, pool=pool)[base.MAIN]

        def scored(epoch: int) -> dict[str, float]:
            found = fit.protocol.retrieve(vectors(fit.probe), vectors(fit.gallery))
            return {f"held_out/{metric}": found.metrics()[metric] for metric in ("rank1", "mAP")}

        return scored


def descriptors(part_features: tf.Tensor) -> tf.Tensor:
    """One vector of length 1 for each frame: (N, P, D) -> (N, P * D), as `tracklets.frame_descriptors`."""
    _, parts, width = part_features.shape
    # Squares of what a network without training gives may be too small for float32.
    scaled = tf.math.divide_no_nan(part_features, tf.reduce_max(tf.abs(part_features), axis=-1, keepdims=True))
    unit = tf.math.divide_no_nan(scaled, tf.norm(scaled, axis=-1, keepdims=True))
    return tf.reshape(unit / float(parts) ** 0.5, (-1, parts * width))
