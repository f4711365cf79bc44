# SPDX-License-Identifier: MIT
"""What every system is to the stages of a run. A missing member fails when the system is made."""

import abc
import functools
import pathlib
from collections.abc import Callable, Collection, Iterator, Mapping

import numpy as np
import tensorflow as tf

from tfskel import choices, features
from tfskel.data import draws, split
from tfskel.systems import fit as fits
from tfskel.training import phase as phases
from tfskel.training import precision, selection

MAIN = "features"
"""Name of the representation that a system is used with; others are parts of it that are worth a look."""
BATCH = 256


class System(abc.ABC):
    """Base of all systems. A subclass builds `models`, represents items, and makes its phases.

    Systems of skeletons and of images have a base of their own on this one: skeleton_system, image_system.

    Args:
        recipe: sections of the system's base recipe.
        classes: number of train identities.
        seed: decides initial weights and every draw.

    Raises:
        ValueError: a setting that is none of its CHOICES.

    Attributes:
        PHASES: names of the trainings, in order.
        EMBEDDING: phase whose selections decide the features.
        CLASSIFIER: phase whose selections decide the recognition network; "" for systems without one.
        SELECTIONS: those that every training is to keep an epoch for.
        UNTRAINED: whether features by the initial weights are a row without learning; not where these are zero.
        INPUT: name of the argument of an exported model.
        CHOICES: settings with a closed set of values, see `choices.check`.
        joints: of a pose that `reconstruct` takes; 0 where the system makes no images.
        models: phase -> name -> keras.Model.
        REFITS: whether `stranger_searches` fits anew without the strangers.
        scored_batch: items per batch when retrieval leaves out the incomplete last batch of probe and gallery, as some
            originals do; 0 when all are scored.
    """

    PHASES: tuple[str, ...] = ()
    EMBEDDING = ""
    CLASSIFIER = ""
    SELECTIONS: tuple[str, ...] = (selection.PROBE_BEST, selection.LAST)
    UNTRAINED = True
    REFITS = False
    INPUT = ""
    CHOICES: Mapping[str, Collection] = {}
    joints = 0
    scored_batch = 0

    def __init__(self, recipe: Mapping, classes: int, seed: int):
        self.check(recipe)
        self.recipe, self.classes, self.seed = recipe, classes, seed
        self.models: dict[str, dict] = {}

    @classmethod
    def check(cls, recipe: Mapping) -> None:
        """Refuses, before any work, settings that are none of CHOICES or do not fit together.

        Raises:
            ValueError: what does not fit, and what it may be.
        """
        choices.check(recipe, cls.CHOICES)

    @abc.abstractmethod
    def represent(self, batch: tf.Tensor, portable: bool = False) -> dict[str, tf.Tensor]:
        """All representations in one pass: what `Split.read` gives -> name -> (N, D), MAIN among them.

        Args:
            batch: as `input_spec`.
            portable: use only operations that every runtime of an exported model has; equal but for rounding.
        """

    @abc.abstractmethod
    def phase(self, name: str, fit: fits.Fit) -> phases.Phase:
        """The training called `name`, ready for the loop; earlier phases must have been trained."""

    @abc.abstractmethod
    def selections(self, phase: str, fit: fits.Fit) -> selection.Selections:
        """Which epochs of a phase are kept, and when it stops."""

    def phases(self, fit: fits.Fit) -> Iterator[phases.Phase]:
        """Phases in their order; each is made when the one before has been trained."""
        return (self.phase(name, fit) for name in self.PHASES)

    def scores(self, batch: tf.Tensor, portable: bool = False) -> tf.Tensor:
        """Class scores (N, classes) of the recognition network; arguments as `represent`.

        Raises:
            TypeError: the system has none.
        """
        raise TypeError(f"{type(self).__name__} has no recognition network (CLASSIFIER is {self.CLASSIFIER!r}).")

    @property
    @abc.abstractmethod
    def input_spec(self) -> tf.TensorSpec:
        """What `represent` and the compiled functions take."""

    @property
    def raw_spec(self) -> tf.TensorSpec:
        """What an exported model takes: items as captured."""
        return self.input_spec

    @abc.abstractmethod
    def prepare(self, raw: tf.Tensor) -> tf.Tensor:
        """Items as captured (`Split.raw`) -> as they are read (`Split.read`); part of the export."""

    def compiled(self, function: Callable) -> Callable:
        """A function of a batch as one graph without Python branches on tensors; 16 bits in its result become 32."""
        return tf.function(precision.in_float32(function), input_signature=[self.input_spec], autograph=False)

    @functools.cached_property
    def _represent(self) -> Callable:
        return self.compiled(self.represent)

    def stranger_searches(
        self, train: split.Split, number: int, seed: int, batch: int = BATCH, pool: Callable | None = None
    ) -> Iterator[tuple[features.Features, features.Features]]:
        """Features of probe and gallery of draws from the train split, a third of whose identities are strangers: they
        are in the probe alone. Here by the present weights, which learnt from all of train.

        Args:
            train: the train split.
            number: of draws; those without enough identities are left out.
            seed: decides them.
            batch, pool: as for `features`.
        """
        items = self.features(train.apart(), (MAIN,), batch, pool)[MAIN]
        for probe, gallery in draws.searches(items, number, seed):
            yield items.part(probe), items.part(gallery)

    def features(
        self, data: split.Split, names: Collection[str] = (), batch: int = BATCH, pool: Callable | None = None
    ) -> dict[str, features.Features]:
        """Features of a split by the present weights, each different item embedded once.

        Args:
            data: the split.
            names: representations to keep; empty for all.
            batch: items embedded at a time.
            pool: makes items of frames, see `features.extract`.
        """
        return features.extract(lambda rows: self._represent(data.read(rows)), data, batch, names, pool=pool)

    def reported(self, kept: str) -> Callable[[str], bool]:
        """Which representations a selection is evaluated with: name -> bool."""
        return lambda representation: True

    def load(self, folder: pathlib.Path, name: str, kept: str) -> bool:
        """Loads the weights that a selection kept; False when it kept none. See `phases.load_weights`."""
        return phases.load_weights(self.models[name], folder, name, kept)

    def pictures(self, batch: np.ndarray) -> dict[str, np.ndarray]:
        """Matrices worth a look, averaged over items: name -> (R, C)."""
        return {}

    def overlays(self, batch: np.ndarray, pictures: np.ndarray) -> dict[str, np.ndarray]:
        """What is looked at in each image, drawn over it: name -> (n, h, w, 3) uint8; empty where nothing is drawn.

        Args:
            batch: as `input_spec`.
            pictures: `Split.picture` of the same items.
        """
        return {}

    def reconstruction(self, batch: np.ndarray) -> np.ndarray | None:
        """Sequences as the system gives them back, (N, f, J, 3) in the frames' own order; None when it does not."""
        return None

    def generated(self, data: split.Split) -> dict[str, np.ndarray]:
        """Images that the system makes of some items, beside what they are made of: name -> (n, h, w, 3) uint8.

        Empty for a system that makes none, and where the split lacks what it needs.
        """
        return {}

    def reconstruct(self, raw: tf.Tensor, pose: tf.Tensor) -> tf.Tensor:
        """The persons of some images in the poses given; part of the export.

        Args:
            raw: as `raw_spec`.
            pose: (N, joints, 2) float32, x and y in pixels of these images; negative where missing.

        Returns:
            (N, h, w, 3) uint8.

        Raises:
            TypeError: the system makes no images.
        """
        raise TypeError(f"{type(self).__name__} makes no images (joints is {self.joints}).")

    def feature_files(self, folder: pathlib.Path, probe: split.Split, gallery: split.Split, settings: Mapping) -> list:
        """Writes features for other programs, if the settings of the recipe's evaluation ask for them: their paths.

        Args:
            folder: of the results; the weights of the last epoch are loaded.
            probe, gallery: what they are of.
            settings: the recipe's section evaluation.
        """
        return []

    def match(self, probe: Mapping, gallery: Mapping, same_set: bool) -> dict | None:
        """Metrics of the original's own matching; None when it has none.

        Args:
            probe, gallery: what `features` returned for them.
            same_set: both are the same items.
        """
        return None
