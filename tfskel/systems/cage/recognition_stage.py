# SPDX-License-Identifier: MIT
"""Recognition stage of CAGE: rows of frames or sequences, person by person, shuffled once."""

from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf

from tfskel.data import order
from tfskel.evaluation import auc, sequence_scores
from tfskel.systems import fit as fits
from tfskel.systems import frozen_features, recognition, two_stage
from tfskel.systems.cage import person_order
from tfskel.training import phase as phases
from tfskel.training import precision, selection

BATCHES_PER_CALL = 32


def scored_rows(labels: np.ndarray, recipe: Mapping, rows_per_sequence: int, padded: bool = False) -> np.ndarray:
    """Probe sequences that the original scores, in its order.

    Args:
        labels: (N,) int, class of each sequence, -1 for unknown ones.
        recipe: sections training and recognition of configs/cage.py.
        rows_per_sequence: f when frames are named, 1 when sequences are.
        padded: keep the copies of persons with few sequences, as its program of three tasks does.
    """
    stage = recipe["recognition"]
    rows, _ = person_order.of_labels(labels, recipe["training"].batch_size, stage.person_remainder, padded=padded)
    if stage.probe_remainder == "keep":
        return rows
    return rows[: sequence_scores.scored(len(rows), rows_per_sequence, stage.batch_size)]


class Stage:
    """Trains a recognition network on rows of frozen features.

    Args:
        model: recognition network.
        recipe: sections training and recognition of configs/cage.py.
        rows_per_sequence: see `scored_rows`.
        seed: decides the order of the rows.

    Source: original program.
    """

    def __init__(self, model: recognition.Recognition, recipe: Mapping, rows_per_sequence: int, seed: int):
        self.recipe, self.settings, self.per, self.seed = recipe, recipe["recognition"], rows_per_sequence, seed
        self.trainer = recognition.RecognitionTrainer(model, self.settings.learning_rate)
        self._score = tf.function(precision.in_float32(model), reduce_retracing=True, autograph=False)

    def phase(self, fit: fits.Fit, frozen, selections: selection.Selections, score: Callable) -> phases.Phase:
        """The stage, ready for the loop.

        Args:
            fit: what it sees.
            frozen: in the training role.
            selections: which epochs it keeps.
            score: epoch -> scores.
        """
        size, person_batch = self.settings.batch_size, self.recipe["training"].batch_size
        visited, labels = person_order.of_labels(fit.train.labels, person_batch, self.settings.person_remainder)
        known = frozen.of(fit.train, visited)
        shuffled = np.random.RandomState([self.seed, 3]).permutation(len(visited) * self.per)
        count = order.slices(len(shuffled), size, "drop")[-1].stop // size
        block = max(k for k in range(1, BATCHES_PER_CALL + 1) if count % k == 0)

        def blocks(epoch: int):
            for rows in np.split(shuffled[: count * size], count // block):
                sequence, place = np.divmod(rows.reshape(block, size), self.per)
                yield tf.constant(known.distinct[known.index[sequence], place]), tf.constant(labels[sequence], tf.int32)

        return phases.Phase(
            name=two_stage.RECOGNITION,
            epochs=self.settings.epochs,
            steps=count // block,
            batches=blocks,
            step=self.trainer.steps,
            score=score,
            models={"classifier": self.trainer.model},
            trackables=self.trainer.trackables(),
            selections=selections,
        )

    def score(self, fit: fits.Fit, frozen: frozen_features.Frozen, scored: np.ndarray) -> Callable:
        """Function of the epoch that scores the probe: the original's sequences and, where those are fewer, all."""
        two_stage.enrolled(fit)
        parts = {"probe": scored}
        everyone = two_stage.enrolled_rows(fit.probe)
        if not np.array_equal(np.sort(scored), everyone):
            parts["all probe"] = everyone
        stored = {name: (frozen.of(fit.probe, rows), fit.probe.labels[rows]) for name, rows in parts.items()}
        chunk = max(1, 8192 // self.per)

        def score(epoch: int) -> dict[str, float]:
            values = {}
            for name, (known, labels) in stored.items():
                starts = range(0, len(labels), chunk)
                rows = np.concatenate([self._score(tf.constant(known[s : s + chunk])).numpy() for s in starts])
                values |= {f"{name}/{key}": value for key, value in metrics(rows, labels).items()}
            return values

        return score


def average(rows):
    """Scores of sequences: (N, rows of a sequence, C) float logits -> (N, C) tensor.

    Source: original program ("average prediction"): raw scores are averaged, not probabilities.
    """
    return tf.reduce_mean(rows, axis=1)


def metrics(rows: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Loss of the rows; accuracy and nAUC of the sequences' averages.

    Args:
        rows: (N, rows of a sequence, C) float, logits.
        labels: (N,) int, class of each sequence.
    """
    repeated, means = np.repeat(labels, rows.shape[1]), average(rows).numpy()
    return {
        "loss": float(recognition.cross_entropy(rows.reshape(len(repeated), -1), repeated)),
        "accuracy": float(recognition.accuracy(means, labels)),
        "nAUC": auc.micro_nauc(means, labels),
    }
