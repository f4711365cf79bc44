# SPDX-License-Identifier: MIT
"""CAGE as a whole: encoder-decoders of pretext tasks, then a recognition network on their context vectors."""

import functools
import pathlib
from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from tfskel.data import order, split
from tfskel.evaluation import matching
from tfskel.systems import base, frozen_features, recognition, two_stage
from tfskel.systems import fit as fits
from tfskel.systems.cage import losses, person_order, pretext, recognition_stage, scaling, streams
from tfskel.systems.cage import model as cage
from tfskel.systems.cage import trainer as training
from tfskel.training import phase as phases
from tfskel.training import selection

SHARED = ("learning_rate", "temperature", "l2", "clip", "teacher_forcing", "frozen_head")


class CAGESystem(two_stage.TwoStageSystem):
    """Models and phases of CAGE.

    Args:
        recipe: sections dataset, network, training, recognition, selection of configs/cage.py.
        classes: number of identities the recognition network tells apart.
        seed: decides initial weights, shuffled frames and the order of rows.

    Raises:
        ValueError: a setting that is none of its CHOICES, or not one kind of attention for each task.
    """

    DEPTH = "a third of its encoders see the axis of depth alone and learn nothing"
    CHOICES = {
        "training.tasks": pretext.TASKS,
        "training.attention": training.ATTENTION,
        "training.scaling": scaling.SCALINGS,
        "training.sorting_order": streams.ORDERS,
        "training.remainder": order.REMAINDERS,
        "recognition.manner": ("ap", "sc"),
        "recognition.features": ("context", "projection"),
        "recognition.person_remainder": order.REMAINDERS,
        "recognition.probe_remainder": order.REMAINDERS,
    }

    def __init__(self, recipe: Mapping, classes: int, seed: int):
        super().__init__(recipe, classes, seed)
        stage = recipe["recognition"]
        self.streams = streams.Streams(recipe["training"])
        self.encoder = cage.CAGE(
            self.skeleton.num_joints, self.length, streams=len(self.streams), seed=seed, **recipe["network"]
        )
        self.scaling = scaling.Scaling(self.length, self.skeleton.num_joints, recipe["training"].scaling)
        self.models = {two_stage.PRETRAINING: {"encoder": self.encoder, **self.scaling.models}}
        if stage.epochs:
            width = self.rows(tf.zeros((1, self.length, self.skeleton.num_joints, 3))).shape[-1]
            self.recognition = recognition.Recognition(width, classes, seed=seed, units=recipe["network"].units)
            self.models[two_stage.RECOGNITION] = {"classifier": self.recognition}
        self.PHASES = tuple(self.models)
        self.CLASSIFIER = two_stage.RECOGNITION if stage.epochs else ""
        self.TIES = stage.latest_best

    def represent(self, batch: tf.Tensor, portable: bool = False) -> dict[str, tf.Tensor]:
        """As System: the means of the context vectors over frames (N, 3 * blocks * units), the frames side by side and
        the means of each axis; or the projections."""
        vectors = self._features(batch)  # (3, blocks, N, f, H)
        if self.recipe["recognition"].features == "projection":
            return {base.MAIN: self._arranged(vectors)[:, 0]}
        mean = {
            f"axis {axis}": tf.reduce_mean(streams.by_frame(vectors[k : k + 1]), axis=1)
            for k, axis in enumerate(streams.AXES)
        }
        main = tf.reduce_mean(streams.by_frame(vectors), axis=1)
        return {base.MAIN: main, "frames": streams.by_sequence(vectors)[:, 0]} | mean

    def _features(self, joints: tf.Tensor, training_role: bool = False) -> tf.Tensor:
        return self.streams.features(self.encoder, self.scaling.source(joints), last_shuffled=training_role)

    def rows(self, joints: tf.Tensor, training_role: bool = False) -> tf.Tensor:
        """What the recognition network names: (N, f, J, 3) -> (N, rows of a sequence, D)."""
        return self._arranged(self._features(joints, training_role))

    def _arranged(self, found: tf.Tensor) -> tf.Tensor:
        stage = self.recipe["recognition"]
        if stage.features == "projection":
            return streams.projected(self.encoder, found[:, :1] if self.streams.repeated else found)
        return streams.by_frame(found) if stage.manner == "ap" else streams.by_sequence(found)

    def scores(self, batch: tf.Tensor, portable: bool = False) -> tf.Tensor:
        """As System, means over the rows of a sequence."""
        return recognition_stage.average(self.recognition(self.rows(batch)))

    def pictures(self, batch: np.ndarray) -> dict[str, np.ndarray]:
        """Alignments (decoder step, frame) averaged over sequences, and the target that LA draws them to."""
        decoded = self.encoder(self.streams.sources(self.scaling.source(tf.constant(batch))))
        found = {f"attention/{name}": matrix for name, matrix in zip(
            self.streams.names, np.asarray(decoded.alignments).mean(axis=1), strict=True)}  # fmt: skip
        return found | {"attention/locality target": losses.locality_target(self.length)}

    def reconstruction(self, batch: np.ndarray) -> np.ndarray | None:
        """What the first task's streams decode, frames turned back; None when they decode another sequence."""
        if self.streams.tasks[0] == "prediction" or self.recipe["training"].scaling:
            return None
        decoded = self.encoder(self.streams.sources(tf.constant(batch))).reconstruction[:3]
        frames = np.moveaxis(np.asarray(decoded), 0, -1)  # (N, f, J, 3)
        return frames[:, ::-1] if self.streams.tasks[0] == "rev_rec" else frames

    def scored_rows(self, probe: split.Split) -> np.ndarray:
        """As TwoStageSystem: person by person in complete batches, then the complete batches of their rows."""
        return recognition_stage.scored_rows(
            probe.labels, self.recipe, self._rows_per_sequence(), self.streams.repeated
        )

    def match(self, probe: Mapping, gallery: Mapping, same_set: bool) -> dict | None:
        """As System: rank-1 of the matching by walking condition; None for recipes with a recognition network.

        The gallery is taken as training sequences are, with copies for persons with few, the probe without.
        """
        if self.CLASSIFIER:
            return None
        stage, size = self.recipe["recognition"], self.recipe["training"].batch_size
        sides = []
        for features, padded in ((probe, False), (gallery, True)):
            matched = features.get("frames", features[base.MAIN])
            _, labels = np.unique(matched.identities, return_inverse=True)
            rows, _ = person_order.of_labels(labels, size, stage.person_remainder, padded)
            sides.append((matched.vectors[rows], matched.identities[rows]))
        (asked, who), (searched, owners) = sides
        found = matching.match(asked, searched, same_set)
        return {"scored": len(found), "rank1": matching.rank1(found, who, owners)}

    def pretraining(self, fit: fits.Fit) -> phases.Phase:
        """As TwoStageSystem."""
        settings, count = self.recipe["training"], len(fit.train)
        used = pretext.without_last_third(count) if settings.drop_last_third else count
        borrowed = pathlib.Path(settings.encoder_from) if settings.encoder_from else None
        if borrowed and not self.load(borrowed, two_stage.PRETRAINING, selection.LAST):
            raise ValueError(f"training.encoder_from={borrowed} holds no encoder weights; give a run's model folder.")
        if not borrowed:
            self.scaling.fit(fit.train.read, count)
        cuts = order.slices(used, settings.batch_size, settings.remainder)
        trainer = training.Trainer(
            self.encoder,
            attention=self.streams.attention,
            names=self.streams.names,
            **{name: settings[name] for name in SHARED},
        )
        draws = self._draws(fit.train)

        def pairs(epoch: int):
            for cut in cuts:
                rows = np.arange(cut.start, cut.stop)
                parts = [pretext.TASKS[task](draws, rows) for task in self.streams.tasks]
                yield tuple(tf.constant(np.concatenate(side)) for side in zip(*parts, strict=True))

        return phases.Phase(
            name=two_stage.PRETRAINING,
            epochs=0 if borrowed else settings.epochs,
            steps=len(cuts),
            batches=pairs,
            step=trainer.step,
            score=self.retrieval_score(fit),
            models=self.models[two_stage.PRETRAINING],
            trackables=trainer.trackables() | self.scaling.models,
            selections=self.selections(two_stage.PRETRAINING, fit),
            headline=("total", f"{fit.validation}/rank1", f"{fit.validation}/mAP"),
        )

    def _draws(self, train: split.Split) -> pretext.Draws:
        """Shuffled orders for the whole split, drawn once before the training, where a task needs them."""
        shuffles = set(self.streams.tasks) & set(pretext.SHUFFLES)
        rng = np.random.RandomState([self.seed, 2])
        orders = pretext.draw_orders(len(train), self.length, rng) if shuffles else None
        return pretext.Draws(lambda rows: self.scaling.apply(train.read(rows)), len(train), orders)

    def _rows_per_sequence(self) -> int:
        stage = self.recipe["recognition"]
        return self.length if stage.manner == "ap" and stage.features == "context" else 1

    def recognising(self, fit: fits.Fit) -> phases.Phase:
        """As TwoStageSystem."""
        roles = [self.compiled(functools.partial(self.rows, training_role=role)) for role in (True, False)]
        frozen = [frozen_features.Frozen(encode, fit.folder) for encode in roles]
        stage = recognition_stage.Stage(self.recognition, self.recipe, self._rows_per_sequence(), self.seed)
        score = stage.score(fit, frozen[1], self.scored_rows(fit.probe)) if fit.closed_set else None
        selections = self.selections(two_stage.RECOGNITION, fit)
        return stage.phase(fit, frozen[0], selections, score or self.open_set_score(fit))
