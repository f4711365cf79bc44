# SPDX-License-Identifier: MIT
"""ST-ReIDNet as a whole: a re-ID network that learns from images alone, or together with a generator that is judged."""

import functools
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import tensorflow as tf

from tfskel import choices
from tfskel.data import eraser, heat_overlay, pose_maps, split
from tfskel.layers import convolution
from tfskel.systems import base, image_system, two_stage
from tfskel.systems import fit as fits
from tfskel.systems.st_reidnet import (
    attention,
    baseline,
    epochs,
    gan,
    generator,
    inputs,
    pictures,
    pose_discriminator,
    reid_network,
    resnet,
    sampling,
    schedules,
    start_weights,
    video_neighbours,
)
from tfskel.training import phase as phases
from tfskel.training import selection

GAN, BASELINE = "gan", "baseline"
NORMS = ("batch", "instance")
SMOOTHING = 0.1
JUDGE_DEPTH, JUDGE_STRIDE = 18, 2  # of the identity discriminator
OF_BASELINE = {"training.optimizer": baseline.OPTIMIZERS, "training.sampling": epochs.SAMPLINGS}


class STReIDNetSystem(image_system.ImageSystem):
    """Networks and training of the baseline or of the GAN; at test time both take images alone.

    Args:
        recipe: sections dataset, network, training, selection of configs/st_reidnet.py.
        classes: number of train identities.
        seed: decides initial weights and every draw.
    """

    CHOICES = {
        "network.depth": resnet.DEPTHS,
        "network.last_stride": (1, 2),
        "network.embedding": reid_network.EMBEDDINGS,
        "network.joints": pose_maps.BODIES,
        "network.fuse": generator.FUSES,
        "network.norm": NORMS,
        "training.program": (GAN, BASELINE),
        "training.stage": gan.STAGES,
        "training.eraser": eraser.PLACES,
        "training.frame_order": sampling.ORDERS,
        "training.neighbours": video_neighbours.NEIGHBOURS,
        "training.pose_augmentation": inputs.POSE_AUGMENTATIONS,
    }

    @classmethod
    def check(cls, recipe: Mapping) -> None:
        """As System.

        Raises:
            ValueError: settings of the baseline's training; of the GAN's, an image size that the generator does not
                make, or epochs whose rates are 0.
        """
        super().check(recipe)
        choices.check(recipe, OF_BASELINE)
        size, settings = recipe["dataset"].image_size, recipe["training"]
        if settings.program != GAN:
            return
        if not schedules.linear(0, settings.epochs, settings.decay_epochs):
            raise ValueError(
                f"by the original's rule, the rates of {settings.epochs} epoch and {settings.decay_epochs} with falling"
                " ones are 0. Set --config.training.epochs=2 or more, or --config.training.decay_epochs=1."
            )
        if size != generator.HEIGHT:
            raise ValueError(
                f"the generator makes images {generator.HEIGHT} pixels high, and config.dataset.image_size is {size}. "
                f"Set --config.dataset.image_size={generator.HEIGHT}, or train the baseline with part=baseline."
            )

    def __init__(self, recipe: Mapping, classes: int, seed: int):
        super().__init__(recipe, classes, seed)
        self.program = recipe["training"].program
        self.PHASES, self.EMBEDDING = (self.program,), self.program
        network, seeds = recipe["network"], convolution.seeds(seed, len(gan.NETWORKS))
        shared = ("depth", "width", "last_stride", "use_bn", "test_bn", "embedding")
        of_encoder = {name: network[name] for name in shared}
        self.encoder = reid_network.ReIDNetwork(**of_encoder, classes=classes, seed=next(seeds), name=gan.ENCODER)
        networks = {gan.ENCODER: self.encoder}
        if self.program == GAN:
            self.joints = network.joints
            networks |= judged(network, self.encoder.features, seeds)
        self.models = {self.program: networks}

    def represent(self, batch: tf.Tensor, portable: bool = False) -> dict[str, tf.Tensor]:
        """As System: (N, h, w, 3) float32 -> features (N, D), not normalised; where `test_bn`, those of the neck."""
        return {base.MAIN: self.encoder(batch, training=False)}

    def overlays(self, batch: np.ndarray, pictures: np.ndarray) -> dict[str, np.ndarray]:
        """As System: places that win the maximum pooling."""
        return {"maximum pooling": heat_overlay.overlays(pictures, attention.maps(self.encoder, batch))}

    def generated(self, data: split.Split) -> dict[str, np.ndarray]:
        """As System: the original's ten pictures of some people."""
        return pictures.examples(self.models[GAN], data) if self.program == GAN else {}

    def reconstruct(self, raw: tf.Tensor, pose: tf.Tensor) -> tf.Tensor:
        """As System; the poses may be other persons'."""
        if self.program != GAN:
            return super().reconstruct(raw, pose)
        maps = pictures.maps(pose, tf.shape(raw)[1:3], self.size)
        return pictures.shown(pictures.generate(self.models[GAN], self.prepare(raw), maps))

    def selections(self, phase: str, fit: fits.Fit) -> selection.Selections:
        """As System: the original keeps the epoch with the best mAP on the probe."""
        if fit.validation == "held_out":
            return selection.Selections({selection.HELD_OUT: selection.Best("held_out/mAP")})
        rules = {selection.PROBE_BEST: selection.Best("probe/mAP"), selection.LAST: selection.Last()}
        if phase in fit.chosen:
            rules[selection.HELD_OUT] = selection.At(fit.chosen[phase])
        return selection.Selections(rules)

    def phase(self, name: str, fit: fits.Fit) -> phases.Phase:
        """As System: the one training."""
        self.start()
        settings, learnt = self.recipe["training"], self.epochs(fit.train)
        trainer = self.gan_trainer() if name == GAN else self.baseline_trainer()
        return phases.Phase(
            name=name,
            epochs=settings.epochs + (settings.decay_epochs if name == GAN else 0),
            steps=learnt.steps,
            batches=learnt.gan if name == GAN else learnt.baseline,
            step=trainer.step,
            start_epoch=trainer.start_epoch,
            score=self.score(fit),
            models=self.models[name],
            trackables=trainer.trackables(),
            selections=self.selections(name, fit),
        )

    def start(self) -> None:
        """Takes the weights that the recipe starts from; says of each network where they come from."""
        settings = self.recipe["training"]
        files = {name: settings[f"start_{name}"] for name in self.models[self.program]}
        if self.program == GAN:
            needed = {1: (gan.ENCODER,), 2: gan.NETWORKS}.get(settings.stage, ())
            missing = [f"--config.training.start_{name}" for name in needed if not files[name]]
            if missing:
                raise ValueError(
                    f"stage {settings.stage} goes on from trained networks; give {' and '.join(missing)}: weights that "
                    "a run has kept (seed_1/model/*.weights.h5), or the original's."
                )
        for name, path in files.items():
            start_weights.load(self.models[self.program][name], path)

    def epochs(self, train: split.Split) -> epochs.Epochs:
        """What the training learns from.

        Raises:
            ValueError: the GAN's images have no poses, or poses of other joints than the networks.
        """
        settings = self.recipe["training"]
        if self.program == GAN:
            given = len(train.poses(np.array([0]))[0])
            if given not in (0, self.joints):
                raise ValueError(
                    f"poses have {given} joints, the networks {self.joints}; set --config.network.joints={given}."
                )
            return epochs.Epochs(train, settings, self.seed, epochs.VIDEO)
        pairs = self.encoder.embedding == "siamese"
        return epochs.Epochs(train, settings, self.seed, epochs.PAIRS if pairs else settings.sampling)

    def baseline_trainer(self) -> baseline.Trainer:
        """The training step of the baseline with the recipe's settings."""
        settings = self.recipe["training"]
        return baseline.Trainer(
            self.encoder,
            settings.optimizer,
            settings.learning_rate,
            settings.decay_epochs,
            settings.weight_decay,
            None if settings.soft_margin else settings.margin,
            SMOOTHING if settings.label_smoothing else 0.0,
            settings.triplet_weight,
            settings.classification_weight,
            settings.momentum,
        )

    def gan_trainer(self) -> gan.Trainer:
        """The training step of the GAN with the recipe's settings."""
        settings = self.recipe["training"]
        objective = gan.Objective(
            margin=None if settings.soft_margin else settings.margin,
            smoothing=SMOOTHING if settings.label_smoothing else 0.0,
            masked=settings.mask,
            generator_loss_once=settings.generator_loss_once,
            **{name: settings[f"{name}_weight"]
               for name in ("triplet", "classification", "reconstruction", "identity", "pose")},
        )  # fmt: skip
        rates = {gan.ENCODER: settings.learning_rate, gan.GENERATOR: settings.generator_rate}
        rates |= dict.fromkeys(gan.DISCRIMINATORS, settings.discriminator_rate)
        factor = functools.partial(
            schedules.linear, constant=settings.epochs, decay=settings.decay_epochs, lag=settings.late_schedule
        )
        return gan.Trainer(self.models[GAN], settings.stage, rates, objective, factor)

    def score(self, fit: fits.Fit) -> Callable[[int], dict[str, float]]:
        """Retrieval in the epochs in which it is due: the GAN's epochs are counted from 1, the baseline's from 0."""
        every, counted = self.recipe["selection"].every, 1 if self.program == GAN else 0

        def represented(data: split.Split) -> dict:
            return self.features(data, (base.MAIN,), pool=fit.protocol.pool)

        return lambda epoch: {} if (epoch + counted) % every else two_stage.retrieval(fit, represented)


def judged(network: Mapping, features: int, seeds: Iterator[int]) -> dict:
    """The GAN's networks beside the encoder, by name.

    Args:
        network: the recipe's section.
        features: length of the encoder's features.
    """
    joints, width = network.joints, network.generator_width
    of_generator = {name: network[name] for name in ("pose_features", "fuse", "skips", "norm", "dropout")}
    return {
        gan.GENERATOR: generator.Generator(joints, features, width, **of_generator, seed=next(seeds)),
        gan.IDENTITY: reid_network.ReIDNetwork(
            JUDGE_DEPTH, network.width, JUDGE_STRIDE, 1, seed=next(seeds), name=gan.IDENTITY
        ),
        gan.POSE: pose_discriminator.PoseDiscriminator(joints, width, seed=next(seeds)),
    }
