# SPDX-License-Identifier: MIT
"""CAGE as a whole: encoder-decoders of pretext tasks, then a recognition network on their context vectors."""

import pathlib
from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf

from tfskel import features
from tfskel.data import order as batches
from tfskel.data import skeleton_split as sequences
from tfskel.evaluation import matching
from tfskel.systems import fit as fit_data
from tfskel.systems import frozen_features as recognition_features
from tfskel.systems import recognition, two_stage
from tfskel.systems.cage import losses, person_order, pretext
from tfskel.systems.cage import model as cage
from tfskel.systems.cage import recognition_stage as cage_recognition
from tfskel.systems.cage import scaling as cage_scaling
from tfskel.systems.cage import streams as cage_streams
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

    CHOICES = {
        "training.tasks": pretext.TASKS,
        "training.attention": training.ATTENTION,
        "training.scaling": cage_scaling.SCALINGS,
        "training.sorting_order": cage_streams.ORDERS,
        "training.remainder": batches.REMAINDERS,
        "recognition.manner": ("ap", "sc"),
        "recognition.features": ("context", "projection"),
        "recognition.person_remainder": batches.REMAINDERS,
        "recognition.probe_remainder": batches.REMAINDERS,
    }

    def __init__(self, recipe: Mapping, classes: int, seed: int):
        super().__init__(recipe, classes, seed)
        stage = recipe["recognition"]
        self.streams = cage_streams.Streams(recipe["training"])
        self.encoder = cage.CAGE(
            self.skeleton.num_joints, self.length, streams=len(self.streams), seed=seed, **recipe["network"]
        )
        self.scaling = cage_scaling.Scaling(self.length, self.skeleton.num_joints, recipe["training"].scaling)
        self.models = {two_stage.PRETRAINING: {"encoder": self.encoder, **self.scaling.models}}
        if stage.epochs:
            width = self.rows(tf.zeros((1, self.length, self.skeleton.num_joints, 3))).shape[-1]
            self.recognition = recognition.Recognition(width, classes, seed=seed, units=recipe["network"].units)
            self.models[two_stage.RECOGNITION] = {"classifier": self.recognition}
        self.PHASES = tuple(self.models)
        self.CLASSIFIER = two_stage.RECOGNITION if stage.epochs else ""
        self.TIES = stage.latest_best
        self._forms = self._representations()
        self._compiled = tf.function(self._features, input_signature=[self.joints_spec()])

    def embed(self, joints: np.ndarray) -> np.ndarray:
        """Features for retrieval: (N, f, J, 3) float32 as the recipe places them -> (N, 3 * blocks * units), means of
        the context vectors over frames, or the projections."""
        return self.embeddings("")[""](joints)

    def embeddings(self, track: str) -> dict[str, Callable]:
        """As System: the means over frames, the frames side by side, and the means of each axis."""
        return {
            name: lambda joints, form=form: form(self._compiled(joints)).numpy() for name, form in self._forms.items()
        }

    def _representations(self) -> dict[str, Callable]:
        """Representation -> function of the features (3, blocks, N, f, H), so that one network gives them all."""
        if self.recipe["recognition"].features == "projection":
            return {"": lambda found: self._arranged(found)[:, 0]}
        forms = {"": lambda found: tf.reduce_mean(cage_streams.by_frame(found), axis=1)}
        forms["frames"] = lambda found: cage_streams.by_sequence(found)[:, 0]
        for number, axis in enumerate(cage_streams.AXES):
            forms[f"axis {axis}"] = lambda found, k=number: forms[""](found[k : k + 1])
        return forms

    def _features(self, joints: tf.Tensor, training_role: bool = False) -> tf.Tensor:
        return self.streams.features(self.encoder, self.scaling.source(joints), last_shuffled=training_role)

    def rows(self, joints: tf.Tensor, training_role: bool = False) -> tf.Tensor:
        """What the recognition network names: (N, f, J, 3) -> (N, rows of a sequence, D)."""
        return self._arranged(self._features(joints, training_role))

    def _arranged(self, found: tf.Tensor) -> tf.Tensor:
        stage = self.recipe["recognition"]
        if stage.features == "projection":
            return cage_streams.projected(self.encoder, found[:, :1] if self.streams.repeated else found)
        return cage_streams.by_frame(found) if stage.manner == "ap" else cage_streams.by_sequence(found)

    def scores(self, joints: tf.Tensor) -> tf.Tensor:
        """Class scores: (N, f, J, 3) as the recipe places them -> (N, classes), means over the rows of a sequence."""
        return cage_recognition.average(self.recognition(self.rows(joints)))

    def serving(self) -> dict[str, Callable]:
        """Signatures to export: name -> function of raw joints in metres that returns named outputs."""

        def embed(joints: tf.Tensor) -> dict[str, tf.Tensor]:
            found = self._features(self.placed(joints))
            return {name.replace(" ", "_") or "features": form(found) for name, form in self._forms.items()}

        found = {"embed": embed}
        if self.CLASSIFIER:
            found["classify"] = lambda joints: {"scores": self.scores(self.placed(joints))}
        return found

    def pictures(self, joints: np.ndarray) -> dict[str, np.ndarray]:
        """Alignments (decoder step, frame) averaged over sequences, and the target that LA draws them to."""
        decoded = self.encoder(self.streams.sources(self.scaling.source(tf.constant(joints))))
        found = {f"attention/{name}": matrix for name, matrix in zip(
            self.streams.names, np.asarray(decoded.alignments).mean(axis=1), strict=True)}  # fmt: skip
        return found | {"attention/locality target": losses.locality_target(self.length)}

    def reconstruction(self, joints: np.ndarray) -> np.ndarray | None:
        """What the first task's streams decode, frames turned back; None when they decode another sequence."""
        if self.streams.tasks[0] == "prediction" or self.recipe["training"].scaling:
            return None
        decoded = self.encoder(self.streams.sources(tf.constant(joints))).reconstruction[:3]
        frames = np.moveaxis(np.asarray(decoded), 0, -1)  # (N, f, J, 3)
        return frames[:, ::-1] if self.streams.tasks[0] == "rev_rec" else frames

    def scored_rows(self, part: sequences.Sequences) -> np.ndarray:
        """As TwoStageSystem: person by person in complete batches, then the complete batches of their rows."""
        return cage_recognition.scored_rows(part.labels, self.recipe, self._rows_per_sequence(), self.streams.repeated)

    def match(self, probe: sequences.Sequences, gallery: sequences.Sequences, same_set: bool) -> dict | None:
        """Rank-1 of the original's matching by walking condition; None for recipes with a recognition network.

        The gallery is extracted as training sequences are, with copies for persons with few, the probe without.
        """
        if self.CLASSIFIER:
            return None
        stage, size = self.recipe["recognition"], self.recipe["training"].batch_size
        sides = []
        for part, padded in ((probe, False), (gallery, True)):
            _, labels = np.unique(part.identity, return_inverse=True)
            rows, _ = person_order.of_labels(labels, size, stage.person_remainder, padded)
            found = features.extract(self.embeddings("").get("frames", self.embed), part, two_stage.BATCH)
            sides.append((found.vectors[rows], part.identity[rows]))
        (asked, who), (searched, owners) = sides
        matched = matching.match(asked, searched, same_set)
        return {"scored": len(matched), "rank1": matching.rank1(matched, who, owners)}

    def pretraining(self, data: fit_data.FitData, tracks: selection.Tracks, folder: pathlib.Path) -> phases.Phase:
        """The encoders; arguments as `phase`."""
        settings, count = self.recipe["training"], len(data.train)
        used = pretext.without_last_third(count) if settings.drop_last_third else count
        borrowed = pathlib.Path(settings.encoder_from) if settings.encoder_from else None
        if borrowed and not self.load(borrowed, two_stage.PRETRAINING, selection.LAST):
            raise ValueError(f"training.encoder_from={borrowed} holds no encoder weights; give a run's model folder.")
        if not borrowed:
            self.scaling.fit(data.train.take, count)
        cuts = batches.slices(used, settings.batch_size, settings.remainder)
        trainer = training.Trainer(
            self.encoder,
            attention=self.streams.attention,
            names=self.streams.names,
            **{name: settings[name] for name in SHARED},
        )
        draws = self._draws(data.train)

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
            score=self.retrieval_score(data),
            models=self.models[two_stage.PRETRAINING],
            trackables=trainer.trackables() | self.scaling.models,
            tracks=tracks,
            headline=("total", f"{data.judge}/rank1", f"{data.judge}/mAP"),
        )

    def _draws(self, train: sequences.Sequences) -> pretext.Draws:
        """Shuffled orders for the whole split, drawn once before the training, where a task needs them."""
        shuffles = set(self.streams.tasks) & set(pretext.SHUFFLES)
        rng = np.random.RandomState([self.seed, 2])
        orders = pretext.draw_orders(len(train), self.length, rng) if shuffles else None
        return pretext.Draws(lambda rows: self.scaling.apply(train.take(rows)), len(train), orders)

    def _rows_per_sequence(self) -> int:
        stage = self.recipe["recognition"]
        return self.length if stage.manner == "ap" and stage.features == "context" else 1

    def recognising(self, data: fit_data.FitData, tracks: selection.Tracks, folder: pathlib.Path) -> phases.Phase:
        """The recognition network; arguments as `phase`."""
        spec = [self.joints_spec()]
        roles = [tf.function(lambda joints, role=role: self.rows(joints, role), input_signature=spec)
                 for role in (True, False)]  # fmt: skip
        frozen = [recognition_features.Frozen(encode, folder) for encode in roles]
        stage = cage_recognition.Stage(self.recognition, self.recipe, self._rows_per_sequence(), self.seed)
        score = stage.score(data, frozen[1], self.scored_rows(data.probe)) if data.closed_set else None
        return stage.phase(data, frozen[0], tracks, score or self.open_set_score(data))
