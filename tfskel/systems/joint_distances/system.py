# SPDX-License-Identifier: MIT
"""Joint distances as a system: one fit in closed form, of the train split pooled with simulated people."""

from collections.abc import Callable, Collection, Iterator, Mapping

import numpy as np
import tensorflow as tf

from tfskel import features
from tfskel.data import draws, split
from tfskel.systems import base, skeleton_system
from tfskel.systems import fit as fits
from tfskel.systems.joint_distances import model, settings, simulated, statistics
from tfskel.training import execution, selection
from tfskel.training import phase as phases

PHASE = "discriminant"
BLOCK = 1024
PICTURE = "joint pairs that tell people apart"
CLASSES = ("recording", "identity")
TRAIN, GALLERY = "train", "gallery"


class JointDistancesSystem(skeleton_system.SkeletonSystem):
    """Model and fit.

    Args:
        recipe: sections dataset, network, training, selection of configs/joint_distances.py.
        classes: number of train identities; the model does not depend on it.
        seed: decides the draws that choose settings, where the recipe asks for them.
    """

    PHASES = (PHASE,)
    EMBEDDING = PHASE
    SELECTIONS = (selection.LAST,)
    UNTRAINED = False
    REFITS = True
    DEPTH = "distances in a picture change with the view, those of the simulated people it also learns from do not"
    CHOICES = {"training.classes": CLASSES, "training.learn_from": (TRAIN, GALLERY)} | execution.CLOSED_FORM

    def __init__(self, recipe: Mapping, classes: int, seed: int):
        super().__init__(recipe, classes, seed)
        training, network = recipe["training"], recipe["network"]
        self.settings = settings.Settings(training.real_share, training.shrinkage, training.dimensions)
        dimensions = training.dimensions
        if recipe["selection"].draws:  # what is not chosen stays zero, which no distance notices
            dimensions = max(dimensions, *settings.DIMENSIONS)
        self.model = model.JointDistances(self.skeleton.name, self.length, dimensions, **network)
        self.models = {PHASE: {"model": self.model}}

    def represent(self, batch: tf.Tensor, portable: bool = False) -> dict[str, tf.Tensor]:
        """As System: (N, f, J, 3) float32 -> (N, dimensions)."""
        return {base.MAIN: self.model(batch)}

    def selections(self, phase: str, fit: fits.Fit) -> selection.Selections:
        """As System: there is one result, and it never sees the probe."""
        return selection.Selections({selection.LAST: selection.Last()})

    def phase(self, name: str, fit: fits.Fit) -> phases.Phase:
        """As System: the one fit."""
        return phases.Phase(
            name=PHASE,
            fit=lambda: self.fit(self.learnt_from(fit)),
            models=self.models[PHASE],
            trackables={"model": self.model},
            selections=self.selections(PHASE, fit),
        )

    def learnt_from(self, fit: fits.Fit) -> split.Split:
        """The sequences that the recipe learns from.

        Raises:
            ValueError: they are the probe's.
        """
        if self.recipe["training"].learn_from == TRAIN:
            return fit.train
        if fit.protocol.one_set:
            raise ValueError(
                "training.learn_from='gallery' would learn from the probe, which is the gallery of this protocol; "
                "learn from 'train', or choose another --config.dataset.probe."
            )
        return fit.gallery.dense()

    def fit(self, train: split.Split) -> dict[str, float]:
        """Sets the weights; returns the settings and how well the first direction separates."""
        prior = self.prior()
        chosen = self.chosen(train, prior)
        pooled = self.pooled(train, prior, chosen.real_share)
        found = statistics.solve(pooled, chosen.shrinkage, chosen.dimensions)
        unused = self.model.dimensions - chosen.dimensions
        self.model.embedding.kernel.assign(np.pad(found.kernel, ((0, 0), (0, unused))))
        self.model.embedding.centre.assign(found.centre)
        return {**vars(chosen), "largest separation": float(found.eigenvalues[0])}

    def stranger_searches(
        self, train: split.Split, number: int, seed: int, batch: int = base.BATCH, pool: Callable | None = None
    ) -> Iterator[tuple[features.Features, features.Features]]:
        """As System, but fitted in each draw to what is neither probe nor gallery nor a stranger's; where the recipe
        learns from the gallery, to that of the draw."""
        rng = np.random.default_rng([seed, 12])
        for parts in draws.draws(train, number, seed):
            strangers = draws.strangers(parts["probe"].identity, parts["gallery"].identity, rng)
            if strangers:
                learnt = parts[TRAIN] if self.recipe["training"].learn_from == TRAIN else parts[GALLERY].dense()
                other = type(self)(self.recipe, self.classes, self.seed)
                other.fit(_without(learnt, strangers))
                searched = parts["probe"], _without(parts[GALLERY], strangers)
                probe, gallery = (other.features(part, batch=batch)[base.MAIN] for part in searched)
                yield probe, gallery

    def prior(self) -> statistics.Statistics:
        """Statistics of simulated people."""
        return simulated.read(self.skeleton.name, self.model.scale_free, self.model.pose)

    def chosen(self, train: split.Split, prior: statistics.Statistics) -> settings.Settings:
        """The recipe's settings, or those that draws from the train split find better."""
        number = self.recipe["selection"].draws
        if not number:
            return self.settings

        def describe(part: split.Split) -> np.ndarray:
            return np.concatenate([*self.descriptors(part)])

        return settings.choose(train, number, self.seed, self.settings, prior, self.measured, describe)

    def pooled(self, train: split.Split, prior: statistics.Statistics, share: float) -> statistics.Statistics:
        """Statistics of the train split with the weight `share`, and of simulated people; with 0 nothing is read."""
        return statistics.pool(self.measured(train), prior, share) if share else prior

    def measured(self, train: split.Split) -> statistics.Statistics:
        """Statistics of a split, each different sequence once."""
        distinct = train.distinct()
        identities, recordings = np.char.asarray(distinct.identity), np.char.asarray(distinct.recording)
        by_recording = self.recipe["training"].classes == "recording"
        return statistics.measure(
            self.descriptors(distinct), np.asarray(identities + "\n" + recordings if by_recording else identities)
        )

    def descriptors(self, data: split.Split) -> Iterator[np.ndarray]:
        """Descriptors of a split, block by block: (n, D) float32."""
        describe = self.compiled(self.model.descriptor)
        for first in range(0, len(data), BLOCK):
            yield describe(tf.constant(data.read(slice(first, first + BLOCK)))).numpy()

    def pictures(self, batch: np.ndarray) -> dict[str, np.ndarray]:
        """As System: how far the embedding moves when a distance differs as it does between people.

        The same whatever the batch. Distances that go together share what they tell.
        """
        moved = np.linalg.norm(self.model.embedding.kernel.numpy(), axis=1) * np.sqrt(np.diagonal(self.prior().between))
        matrix, places = np.zeros((self.skeleton.num_joints,) * 2), model.pairs(self.skeleton.num_joints)
        matrix[places] = moved[: len(places[0])]
        return {PICTURE: matrix + matrix.T}


def _without(part: split.Split, identities: Collection[str]) -> split.Split:
    return part.subset(np.flatnonzero(np.isin(part.identity, list(identities), invert=True)))
