# SPDX-License-Identifier: MIT
"""SM-SGE as a whole: self-supervised pre-training, then a recognition network on the frozen features."""

from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf
from absl import logging

from tfskel.data import order
from tfskel.evaluation import auc
from tfskel.systems import base, frozen_features, recognition, two_stage
from tfskel.systems import fit as fits
from tfskel.systems.sm_sge import losses as reconstruction
from tfskel.systems.sm_sge import model as sm_sge
from tfskel.systems.sm_sge import trainer as pretraining
from tfskel.training import phase as phases


class SMSGESystem(two_stage.TwoStageSystem):
    """Models and phases of SM-SGE.

    Args:
        recipe: sections dataset, network, training, recognition, selection of configs/sm_sge.py.
        classes: number of identities the recognition network tells apart.
        seed: decides initial weights, resampling and sub-sequences.
    """

    CHOICES = {
        "training.loss": reconstruction.LOSSES,
        "training.remainder": order.REMAINDERS,
        "recognition.probe_remainder": order.REMAINDERS,
    }

    def __init__(self, recipe: Mapping, classes: int, seed: int):
        super().__init__(recipe, classes, seed)
        self.encoder = sm_sge.SMSGE(skeleton=self.skeleton.name, length=self.length, seed=seed, **recipe["network"])
        self.recognition = recognition.Recognition(4 * recipe["network"].units, classes, seed=seed)
        self.models = {"pretraining": {"encoder": self.encoder}, "recognition": {"classifier": self.recognition}}

    def represent(self, batch: tf.Tensor, portable: bool = False) -> dict[str, tf.Tensor]:
        """As System: (N, f, J, 3) float32 -> (N, 4 * units)."""
        return {base.MAIN: self.encoder(batch, portable=portable)}

    def scores(self, batch: tf.Tensor, portable: bool = False) -> tf.Tensor:
        """As System, from the sum over prefixes or the longest one."""
        settings = self.recipe["recognition"]
        prefixes = self._prefixes(batch, portable)
        return self.recognition.scores(prefixes, last_prefix_only=settings.last_prefix_only)

    def _prefixes(self, batch: tf.Tensor, portable: bool = False) -> tf.Tensor:
        zero_frame, margin = self.recipe["recognition"].zero_frame, self.recipe["training"].margin
        return self.encoder.prefix_features(batch, zero_frame=zero_frame, margin=margin, portable=portable)

    def pictures(self, batch: np.ndarray) -> dict[str, np.ndarray]:
        """Attention and relation matrices, averaged over frames and heads: name -> (nodes, nodes)."""
        relations = self.encoder.relations(tf.constant(batch))
        return {name: np.asarray(value).mean(axis=tuple(range(value.ndim - 2))) for name, value in relations.items()}

    def _rows(self, fit: fits.Fit) -> np.ndarray:
        """Indices of the training sequences in training order, drawn once."""
        settings = self.recipe["training"]
        if not settings.resample:
            return np.arange(len(fit.train))
        return order.class_balanced(fit.train.labels, settings.batch_size, np.random.RandomState([self.seed, 0]))

    def _sub_sequences(self, step: int) -> list[list[int]]:
        """Frames that a step reconstructs; the original draws them once, for step 0."""
        settings = self.recipe["training"]
        return pretraining.draw_sub_sequences(
            self.length,
            np.random.RandomState([self.seed, 1, step]),
            settings.margin,
            settings.rounds,
            settings.ordered,
            settings.first_only,
        )

    def pretraining(self, fit: fits.Fit) -> phases.Phase:
        """As TwoStageSystem."""
        settings = self.recipe["training"]
        trainer = pretraining.PretrainTrainer(
            self.encoder,
            settings.learning_rate,
            self._sub_sequences(0),
            loss=settings.loss,
            margin=settings.margin,
            redraw=self._sub_sequences if settings.redraw else None,
        )
        rows = self._rows(fit)
        cuts = order.slices(len(rows), settings.batch_size, settings.remainder)

        return phases.Phase(
            name="pretraining",
            epochs=settings.epochs,
            steps=len(cuts),
            batches=lambda epoch: ((tf.constant(fit.train.read(rows[cut])),) for cut in cuts),
            step=trainer.step,
            score=self.retrieval_score(fit),
            models=self.models["pretraining"],
            trackables=trainer.trackables(),
            selections=self.selections("pretraining", fit),
        )

    def recognising(self, fit: fits.Fit) -> phases.Phase:
        """As TwoStageSystem."""
        settings = self.recipe["recognition"]
        trainer = recognition.RecognitionTrainer(
            self.recognition, settings.learning_rate, last_prefix_only=settings.last_prefix_only
        )
        rows = self._rows(fit)
        cuts = order.slices(len(rows), settings.batch_size, self.recipe["training"].remainder)
        frozen = frozen_features.Frozen(self.compiled(self._prefixes), fit.folder)
        known, labels = frozen.of(fit.train, rows), fit.train.labels[rows]
        score = self._closed_set_score(fit, trainer, frozen) if fit.closed_set else self.open_set_score(fit)

        return phases.Phase(
            name="recognition",
            epochs=settings.epochs,
            steps=len(cuts),
            batches=lambda epoch: ((known[cut], labels[cut]) for cut in cuts),
            step=trainer.step,
            score=score,
            models=self.models["recognition"],
            trackables=trainer.trackables(),
            selections=self.selections("recognition", fit),
        )

    def _closed_set_score(self, fit: fits.Fit, trainer, frozen) -> Callable[[int], dict[str, float]]:
        """Accuracy, loss and nAUC on the probe sequences whose identity is a class, as the original selects."""
        settings = self.recipe["recognition"]
        enrolled = two_stage.enrolled(fit)
        asked, labels = frozen.of(fit.probe, enrolled), fit.probe.labels[enrolled]
        remainder = settings.probe_remainder
        if len(enrolled) < settings.batch_size and remainder == "drop":
            logging.warning(
                "the probe has %d sequences, no complete batch of %d: epochs are scored on all of them",
                len(enrolled), settings.batch_size,
            )  # fmt: skip
            remainder = "keep"

        def score(epoch: int) -> dict[str, float]:
            result, scores, truth = trainer.score(asked, labels, settings.batch_size, remainder)
            return {f"probe/{key}": value for key, value in result.items()} | {
                "probe/nAUC": auc.micro_nauc(scores, truth)
            }

        return score
