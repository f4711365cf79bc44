# SPDX-License-Identifier: MIT
"""SM-SGE as a whole: self-supervised pre-training, then a recognition network on the frozen features."""

import pathlib
from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf
from absl import logging

from tfskel import features, skeletons
from tfskel.data import batches
from tfskel.evaluation import auc, ranking, selection
from tfskel.models import recognition, sm_sge
from tfskel.training import fit_data, recognition_features
from tfskel.training import phase as phases
from tfskel.training import recognition as recognition_training
from tfskel.training import sm_sge as pretraining


class SMSGESystem:
    """Models and phases of SM-SGE.

    Args:
        recipe: sections dataset, network, training, recognition, selection of configs/sm_sge.py.
        classes: number of identities the recognition network tells apart.
        seed: decides initial weights, resampling and sub-sequences.
    """

    PHASES = ("pretraining", "recognition")
    EMBEDDING = "pretraining"  # phase whose tracks decide the features
    CLASSIFIER = "recognition"  # phase whose tracks decide the recognition network; "" for systems without one
    scored_batch = 0  # retrieval is scored on all sequences, not on complete batches only

    def __init__(self, recipe: Mapping, classes: int, seed: int):
        self.recipe, self.seed = recipe, seed
        self.skeleton = skeletons.get(recipe["dataset"].skeleton)
        self.length = recipe["dataset"].length
        self.encoder = sm_sge.SMSGE(skeleton=self.skeleton.name, length=self.length, seed=seed, **recipe["network"])
        self.recognition = recognition.Recognition(4 * recipe["network"].units, classes, seed=seed)
        self.models = {"pretraining": {"encoder": self.encoder}, "recognition": {"classifier": self.recognition}}
        self._embed = tf.function(self.encoder.features, input_signature=[self._joints_spec()])

    def _joints_spec(self) -> tf.TensorSpec:
        return tf.TensorSpec((None, self.length, self.skeleton.num_joints, 3), tf.float32)

    def embed(self, joints: np.ndarray) -> np.ndarray:
        """Features for retrieval: (N, f, J, 3) float32 root-centred -> (N, 4 * units) float32."""
        return self._embed(joints).numpy()

    def embeddings(self, track: str) -> dict[str, Callable]:
        """What a track is evaluated with: name of a representation, "" for the only one, -> function like `embed`."""
        return {"": self.embed}

    def scores(self, joints: tf.Tensor) -> tf.Tensor:
        """Class scores of the recognition network: (N, f, J, 3) root-centred -> (N, classes)."""
        settings = self.recipe["recognition"]
        prefixes = self._prefixes(joints)
        return self.recognition.scores(prefixes, last_prefix_only=settings.last_prefix_only)

    def _prefixes(self, joints: tf.Tensor) -> tf.Tensor:
        zero_frame, margin = self.recipe["recognition"].zero_frame, self.recipe["training"].margin
        return self.encoder.prefix_features(joints, zero_frame=zero_frame, margin=margin)

    def serving(self) -> dict[str, Callable]:
        """Signatures to export: name -> function of raw joints in metres that returns named outputs."""

        def centred(joints: tf.Tensor) -> tf.Tensor:
            return joints - joints[:, :, self.skeleton.root : self.skeleton.root + 1]

        return {
            "embed": lambda joints: {"features": self.encoder.features(centred(joints))},
            "classify": lambda joints: {"scores": self.scores(centred(joints))},
        }

    def load(self, folder: pathlib.Path, name: str, track: str) -> bool:
        """Loads the weights that a track kept; False when the track kept none. See `phases.load_weights`."""
        return phases.load_weights(self.models[name], folder, name, track)

    def pictures(self, joints: np.ndarray) -> dict[str, np.ndarray]:
        """Attention and relation matrices, averaged over frames and heads: name -> (nodes, nodes)."""
        relations = self.encoder.relations(tf.constant(joints))
        return {name: np.asarray(value).mean(axis=tuple(range(value.ndim - 2))) for name, value in relations.items()}

    def phase(self, name: str, data: fit_data.FitData, tracks: selection.Tracks, folder: pathlib.Path) -> phases.Phase:
        """One of PHASES, ready for the loop; earlier phases must have been trained.

        Args:
            name: which.
            data: what it sees.
            tracks: which epochs it keeps.
            folder: for features that do not fit into memory.
        """
        build = {"pretraining": self._pretraining, "recognition": self._recognition}[name]
        return build(data, tracks, folder)

    def tracks(self, name: str, judge: str, chosen: int | None) -> selection.Tracks:
        """Selection rules of a phase.

        Args:
            name: phase.
            judge: see FitData.
            chosen: epoch chosen by the fit on kept-out identities, or None.
        """
        settings = self.recipe["recognition"]
        last_phase = name == "recognition"
        if judge == "held_out":
            patience = selection.Patience(settings.patience, "held_out/mAP") if last_phase else None
            return selection.Tracks({selection.HELD_OUT: selection.Best("held_out/mAP")}, patience)
        score = "probe/accuracy" if last_phase else "probe/rank1"
        first = settings.first_saved_epoch if last_phase else 0
        rules = {selection.PROBE_BEST: selection.Best(score, first), selection.LAST: selection.Last()}
        if chosen is not None:
            rules[selection.HELD_OUT] = selection.At(chosen)
        patience = selection.Patience(settings.patience, score, "probe/loss") if last_phase else None
        return selection.Tracks(rules, patience)

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

    def _retrieval(self, data: fit_data.FitData, embed: Callable) -> dict[str, float]:
        probe, gallery = (features.extract(embed, part, 256) for part in (data.probe, data.gallery))
        result = ranking.retrieve(probe, gallery)
        return {f"{data.judge}/rank1": result.rank(1), f"{data.judge}/mAP": result.mAP}

    def _pretraining(self, data: fit_data.FitData, tracks: selection.Tracks, folder: pathlib.Path) -> phases.Phase:
        settings, every = self.recipe["training"], self.recipe["selection"].every
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

        def score(epoch: int) -> dict[str, float]:
            due = (epoch + 1) % every == 0 or epoch + 1 == settings.epochs
            return self._retrieval(data, self.embed) if due else {}

        return phases.Phase(
            name="pretraining",
            epochs=settings.epochs,
            steps=len(cuts),
            batches=lambda epoch: ((tf.constant(data.train.take(rows[cut])),) for cut in cuts),
            step=trainer.step,
            score=score,
            models=self.models["pretraining"],
            trackables=trainer.trackables(),
            tracks=tracks,
        )

    def _recognition(self, data: fit_data.FitData, tracks: selection.Tracks, folder: pathlib.Path) -> phases.Phase:
        settings = self.recipe["recognition"]
        trainer = recognition_training.RecognitionTrainer(
            self.recognition, settings.learning_rate, last_prefix_only=settings.last_prefix_only
        )
        rows = self._rows(data)
        cuts = batches.slices(len(rows), settings.batch_size, self.recipe["training"].remainder)
        frozen = recognition_features.Frozen(tf.function(self._prefixes, input_signature=[self._joints_spec()]), folder)
        known, labels = frozen.of(data.train, rows), data.train.labels[rows]
        score = self._closed_set_score(data, trainer, frozen) if data.closed_set else self._open_set_score(data)

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
        enrolled = np.flatnonzero(data.probe.labels >= 0)
        if not len(enrolled):
            raise ValueError(
                f"no identity of the probe is in train, so a recognition network cannot be scored: train has "
                f"{data.train.classes[:5]}, the probe {sorted(set(data.probe.identity))[:5]}."
            )
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

    def _open_set_score(self, data: fit_data.FitData) -> Callable[[int], dict[str, float]]:
        """Retrieval of kept-out identities by the recognition network's scores, its only output they can share."""
        embed = tf.function(self.scores, input_signature=[self._joints_spec()])
        return lambda epoch: self._retrieval(data, lambda joints: embed(joints).numpy())
