# SPDX-License-Identifier: MIT
"""SM-SGE as a whole: self-supervised pre-training, then a recognition network on the frozen features."""

import pathlib
from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf
from absl import logging

from tfskel.data import order as batches
from tfskel.evaluation import auc
from tfskel.systems import fit as fit_data
from tfskel.systems import frozen_features as recognition_features
from tfskel.systems import recognition, two_stage
from tfskel.systems.sm_sge import losses as reconstruction
from tfskel.systems.sm_sge import model as sm_sge
from tfskel.systems.sm_sge import trainer as pretraining
from tfskel.training import phase as phases
from tfskel.training import selection


class SMSGESystem(two_stage.TwoStageSystem):
    """Models and phases of SM-SGE.

    Args:
        recipe: sections dataset, network, training, recognition, selection of configs/sm_sge.py.
        classes: number of identities the recognition network tells apart.
        seed: decides initial weights, resampling and sub-sequences.
    """

    CHOICES = {
        "training.loss": reconstruction.LOSSES,
        "training.remainder": batches.REMAINDERS,
        "recognition.probe_remainder": batches.REMAINDERS,
    }

    def __init__(self, recipe: Mapping, classes: int, seed: int):
        super().__init__(recipe, classes, seed)
        self.encoder = sm_sge.SMSGE(skeleton=self.skeleton.name, length=self.length, seed=seed, **recipe["network"])
        self.recognition = recognition.Recognition(4 * recipe["network"].units, classes, seed=seed)
        self.models = {"pretraining": {"encoder": self.encoder}, "recognition": {"classifier": self.recognition}}
        self._embed = tf.function(self.encoder.features, input_signature=[self.joints_spec()])

    def embed(self, joints: np.ndarray) -> np.ndarray:
        """Features for retrieval: (N, f, J, 3) float32 root-centred -> (N, 4 * units) float32."""
        return self._embed(joints).numpy()

    def scores(self, joints: tf.Tensor, portable: bool = False) -> tf.Tensor:
        """Class scores of the recognition network: (N, f, J, 3) root-centred -> (N, classes)."""
        settings = self.recipe["recognition"]
        prefixes = self._prefixes(joints, portable)
        return self.recognition.scores(prefixes, last_prefix_only=settings.last_prefix_only)

    def _prefixes(self, joints: tf.Tensor, portable: bool = False) -> tf.Tensor:
        zero_frame, margin = self.recipe["recognition"].zero_frame, self.recipe["training"].margin
        return self.encoder.prefix_features(joints, zero_frame=zero_frame, margin=margin, portable=portable)

    def serving(self) -> dict[str, Callable]:
        """Signatures to export: name -> function of raw joints in metres that returns named outputs."""
        return {
            "embed": lambda joints: {"features": self.encoder.features(self.placed(joints), portable=True)},
            "classify": lambda joints: {"scores": self.scores(self.placed(joints), portable=True)},
        }

    def pictures(self, joints: np.ndarray) -> dict[str, np.ndarray]:
        """Attention and relation matrices, averaged over frames and heads: name -> (nodes, nodes)."""
        relations = self.encoder.relations(tf.constant(joints))
        return {name: np.asarray(value).mean(axis=tuple(range(value.ndim - 2))) for name, value in relations.items()}

    def _rows(self, data: fit_data.FitData) -> np.ndarray:
        """Indices of the training sequences in training order, drawn once."""
        settings = self.recipe["training"]
        if not settings.resample:
            return np.arange(len(data.train))
        return batches.class_balanced(data.train.labels, settings.batch_size, np.random.RandomState([self.seed, 0]))

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

    def pretraining(self, data: fit_data.FitData, tracks: selection.Tracks, folder: pathlib.Path) -> phases.Phase:
        """The first phase; arguments as `phase`."""
        settings = self.recipe["training"]
        trainer = pretraining.PretrainTrainer(
            self.encoder,
            settings.learning_rate,
            self._sub_sequences(0),
            loss=settings.loss,
            margin=settings.margin,
            redraw=self._sub_sequences if settings.redraw else None,
        )
        rows = self._rows(data)
        cuts = batches.slices(len(rows), settings.batch_size, settings.remainder)

        return phases.Phase(
            name="pretraining",
            epochs=settings.epochs,
            steps=len(cuts),
            batches=lambda epoch: ((tf.constant(data.train.take(rows[cut])),) for cut in cuts),
            step=trainer.step,
            score=self.retrieval_score(data),
            models=self.models["pretraining"],
            trackables=trainer.trackables(),
            tracks=tracks,
        )

    def recognising(self, data: fit_data.FitData, tracks: selection.Tracks, folder: pathlib.Path) -> phases.Phase:
        """The second phase; arguments as `phase`."""
        settings = self.recipe["recognition"]
        trainer = recognition.RecognitionTrainer(
            self.recognition, settings.learning_rate, last_prefix_only=settings.last_prefix_only
        )
        rows = self._rows(data)
        cuts = batches.slices(len(rows), settings.batch_size, self.recipe["training"].remainder)
        frozen = recognition_features.Frozen(tf.function(self._prefixes, input_signature=[self.joints_spec()]), folder)
        known, labels = frozen.of(data.train, rows), data.train.labels[rows]
        score = self._closed_set_score(data, trainer, frozen) if data.closed_set else self.open_set_score(data)

        return phases.Phase(
            name="recognition",
            epochs=settings.epochs,
            steps=len(cuts),
            batches=lambda epoch: ((known[cut], labels[cut]) for cut in cuts),
            step=trainer.step,
            score=score,
            models=self.models["recognition"],
            trackables=trainer.trackables(),
            tracks=tracks,
        )

    def _closed_set_score(self, data: fit_data.FitData, trainer, frozen) -> Callable[[int], dict[str, float]]:
        """Accuracy, loss and nAUC on the probe sequences whose identity is a class, as the original selects."""
        settings = self.recipe["recognition"]
        enrolled = two_stage.enrolled(data)
        asked, labels = frozen.of(data.probe, enrolled), data.probe.labels[enrolled]
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
