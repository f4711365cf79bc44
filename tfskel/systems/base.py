# SPDX-License-Identifier: MIT
"""What every system is to the stages of a run: models by phase, features, scores, signatures, selection tracks."""

import pathlib
from collections.abc import Callable, Collection, Mapping

import numpy as np
import tensorflow as tf

from tfskel import choices, skeletons
from tfskel.data import skeleton_split as sequences
from tfskel.training import phase as phases


class System:
    """Base of all systems. A subclass builds `models`, embeds, makes its phases and their tracks.

    Args:
        recipe: sections of the system's base recipe.
        classes: number of train identities.
        seed: decides initial weights and every draw.

    Raises:
        ValueError: a setting that is none of its CHOICES.

    Attributes:
        PHASES: names of the trainings, in order.
        EMBEDDING: phase whose tracks decide the features.
        CLASSIFIER: phase whose tracks decide the recognition network; "" for systems without one.
        CHOICES: settings with a closed set of values, see `choices.check`.
        models: phase -> name -> keras.Model.
        scored_batch: sequences per batch when retrieval leaves out the incomplete last batch of probe and gallery,
            as some originals do; 0 when all are scored.
    """

    PHASES: tuple[str, ...] = ()
    EMBEDDING = ""
    CLASSIFIER = ""
    CHOICES: Mapping[str, Collection] = {}
    scored_batch = 0

    def __init__(self, recipe: Mapping, classes: int, seed: int):
        choices.check(recipe, self.CHOICES)
        self.recipe, self.classes, self.seed = recipe, classes, seed
        self.skeleton = skeletons.get(recipe["dataset"].skeleton)
        self.length = recipe["dataset"].length
        self.models = {}

    def joints_spec(self) -> tf.TensorSpec:
        """What the compiled functions take: (N, f, J, 3) float32."""
        return tf.TensorSpec((None, self.length, self.skeleton.num_joints, 3), tf.float32)

    def placed(self, joints: tf.Tensor) -> tf.Tensor:
        """Joints as captured -> as the recipe places them: centred on the root, or as they are."""
        root = self.skeleton.root
        return joints - joints[:, :, root : root + 1] if self.recipe["dataset"].centred else joints

    def embeddings(self, track: str) -> dict[str, Callable]:
        """What a track is evaluated with: name of a representation, "" for the main one, -> function like `embed`."""
        return {"": self.embed}

    def load(self, folder: pathlib.Path, name: str, track: str) -> bool:
        """Loads the weights that a track kept; False when the track kept none. See `phases.load_weights`."""
        return phases.load_weights(self.models[name], folder, name, track)

    def pictures(self, joints: np.ndarray) -> dict[str, np.ndarray]:
        """Matrices worth a look, averaged over sequences: name -> (R, C)."""
        return {}

    def reconstruction(self, joints: np.ndarray) -> np.ndarray | None:
        """Sequences as the system gives them back, (N, f, J, 3) in the frames' own order; None when it does not."""
        return None

    def match(self, probe: sequences.Sequences, gallery: sequences.Sequences, same_set: bool) -> dict | None:
        """Metrics of the original's own matching of probe and gallery; None when it has none."""
        return None
