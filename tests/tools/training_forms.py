# SPDX-License-Identifier: MIT
"""Forms of a training step that tools/bench.py measures against each other, and their targets.

SM-SGE over prefix trees, Hi-MPC with few transformed rows, CAGE with stacked axes. Each function takes a size,
and returns the rows of its races.
"""

import time
from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

from tests.systems.hi_mpc import by_head
from tests.systems.sm_sge import by_sub_sequence
from tests.tools import race
from tfskel import skeletons
from tfskel.systems.cage import model as cage_models
from tfskel.systems.cage import trainer as cage_training
from tfskel.systems.hi_mpc import model as hi_mpc_models
from tfskel.systems.hi_mpc import trainer as hi_mpc_training
from tfskel.systems.sm_sge import model as sm_sge_models
from tfskel.systems.sm_sge import prefix_tree
from tfskel.systems.sm_sge import trainer as sm_sge_training
from tfskel.training import determinism

F, LEARNING_RATE = 6, 5e-4
# Seeds of draws of 6 frames: trees of 15 and 11 nodes. Without a tree it is 21 steps; the mean over draws is 14.8.
MEAN_DRAW, LUCKY_DRAW = 25, 40
# size -> batch, frames, units, draws, turns
SM_SGE = {
    "tiny": (3, 2, 4, [MEAN_DRAW], 1),
    "default": (64, 6, 256, [MEAN_DRAW], 5),
    "full": (64, 6, 256, [MEAN_DRAW, LUCKY_DRAW], 15),
}
# size -> batch, units, heads, prototypes, turns
HI_MPC = {"tiny": (4, 8, 2, 5, 1), "default": (256, 256, 8, 100, 5), "full": (256, 256, 8, 100, 15)}

# size -> batch, frames, units, turns
CAGE = {"tiny": (4, 2, 4, 1), "default": (128, F, 256, 5), "full": (128, F, 256, 15)}
TEMPERATURE = 0.1
# Form -> axes of each of its trainers.
CAGE_AXES = {"stacked": [[0, 1, 2]], "whole matrices": [[0]], "axis by axis": [[0], [1], [2]], "term by term": [[0]]}


class KerasLoops:
    """Stand-in for `LSTMEncoder`: Keras layers, each a while loop over time, with the same initial weights."""

    def __init__(self, encoder):
        self.layers = [keras.layers.LSTM(encoder.units, return_sequences=True) for _ in encoder.layers]
        for layer, ours in zip(self.layers, encoder.layers, strict=True):
            weights = [ours.kernel, ours.recurrent_kernel, ours.bias]
            layer.build((None, None, ours.kernel.shape[0]))
            layer.set_weights([weight.numpy() for weight in weights])

    @property
    def trainable_variables(self) -> list:
        """Of all layers."""
        return [variable for layer in self.layers for variable in layer.trainable_variables]

    def __call__(self, inputs: tf.Tensor) -> tf.Tensor:
        for layer in self.layers:
            inputs = layer(inputs)
        return inputs


def sm_sge_steps(batch: int, frames: int, units: int, drawn: list[list[int]]) -> dict[str, Callable[[], tf.Tensor]]:
    """Name of each form -> function that does one step and returns the loss before it; all begin with equal weights."""
    joints = np.random.default_rng(0).normal(size=(batch, frames, 20, 3)).astype(np.float32) * 0.3
    steps = {}
    naive, tree = by_sub_sequence.Trainer, sm_sge_training.PretrainTrainer
    for name, kind in (("Keras loops", naive), ("unrolled", naive), ("prefix tree", tree)):
        model = sm_sge_models.SMSGE("kinect_v1", frames, units=units, seed=0)
        if name == "Keras loops":
            for scale in skeletons.SCALES:
                model.encoders[scale] = KerasLoops(model.encoders[scale])
        trainer = kind(model, LEARNING_RATE, drawn)
        steps[name] = lambda trainer=trainer: trainer.step(joints)["total"].numpy()
    return steps


def sm_sge(size: str) -> list[dict]:
    """A whole pre-training step: prefix tree against one run per sub-sequence length."""
    batch, frames, units, draws, turns = SM_SGE[size]
    found = []
    for seed in draws:
        drawn = sm_sge_training.draw_sub_sequences(frames, np.random.RandomState(seed))
        nodes = sum(map(len, prefix_tree.tree(drawn).frames))
        steps = sm_sge_steps(batch, frames, units, drawn)
        rows = [
            race.Row(f"SM-SGE step, {nodes} nodes", "Keras loops", "prefix tree", least_ratio=2.3),
            race.Row(f"SM-SGE step, {nodes} nodes", "unrolled", "prefix tree"),
        ]
        forms = [race.Form(name, step) for name, step in steps.items()]
        found += race.race(rows, forms, "step", turns, tolerance=1e-4)
    return found


def hi_mpc(size: str) -> list[dict]:
    """A whole training step: centres transformed twice against loops over heads that transform frames."""
    batch, units, heads, prototypes, turns = HI_MPC[size]
    rng = np.random.default_rng(0)
    joints = rng.normal(size=(batch, F, 20, 3)).astype(np.float32) * 0.3
    labels = rng.integers(prototypes, size=(batch, len(hi_mpc_models.LEVELS))).astype(np.int32)
    # Small, so that logits of matrices that are not scaled stay moderate, as those of encoded frames do.
    centres = rng.normal(size=(len(hi_mpc_models.LEVELS), prototypes, units)).astype(np.float32) * 0.05
    forms = []
    for name in ("loop over heads", "centres twice"):
        model = hi_mpc_models.HiMPC("kinect_v1", F, units=units, heads=heads, seed=0)
        model = by_head.looping(model) if name == "loop over heads" else model
        trainer = hi_mpc_training.Trainer(model, LEARNING_RATE)

        def step(trainer=trainer) -> np.ndarray:
            return trainer.step(joints, labels, *centres)["total"].numpy()

        forms.append(race.Form(name, step))
    rows = [race.Row("Hi-MPC step", "loop over heads", "centres twice", least_ratio=2.2)]
    return race.race(rows, forms, "step", turns, tolerance=1e-4)


class FedZeros(cage_models.CAGE):
    """Stand-in for `CAGE` whose decoder multiplies the zero frames that it is fed."""

    def call(self, sources, previous=None):
        return super().call(sources, tf.zeros_like(sources) if previous is None else previous)


class TermByTerm(cage_training.Trainer):
    """Trainer whose contrast is the sum of its definition: 2 (N - 1) rows, a graph of its own for each."""

    rows = 0  # N cannot be read from the traced tensors

    def contrast(self, projections) -> tf.Tensor:
        return tf.stack([self._of_stream(vectors) for vectors in tf.unstack(projections)])

    def _of_stream(self, vectors: tf.Tensor) -> tf.Tensor:
        listed = tf.concat([vectors[1:], vectors[:-1]], axis=0)  # (2 (N - 1), units)
        lengths = tf.norm(listed, axis=1, keepdims=True)
        products = tf.matmul(listed, listed, transpose_b=True) / tf.matmul(lengths, lengths, transpose_b=True)
        similar = tf.exp(products / self.temperature)
        pairs, terms = self.rows - 1, []
        for row in range(2 * pairs):
            others = tf.reduce_sum(similar[row]) - similar[row][row]
            terms.append(-tf.math.log(similar[row][(row + pairs) % (2 * pairs)] / others))
        return determinism.total(terms) / (2 * pairs)


def cage_steps(batch: int, frames: int, units: int) -> dict[str, Callable[[], np.ndarray]]:
    """Name of each form -> function that does one step and returns the contrast of each axis before it.

    All begin with equal weights. The contrast depends on all weights but the output layer's; the total would hide it
    behind an L2 term that is a thousand times as large.
    """
    sources = np.random.default_rng(0).normal(size=(3, batch, frames, 20)).astype(np.float32) * 0.3
    targets = sources[:, :, ::-1].copy()
    initial = cage_models.CAGE(20, frames, units, seed=0)

    def trainer(name: str, axes: Sequence[int]) -> cage_training.Trainer:
        network = FedZeros if name == "term by term" else cage_models.CAGE
        model = network(20, frames, units, len(axes))
        for ours, theirs in zip(model.trainable_variables, initial.trainable_variables, strict=True):
            ours.assign(theirs.numpy()[axes])
        kind = TermByTerm if name == "term by term" else cage_training.Trainer
        made = kind(model, LEARNING_RATE, TEMPERATURE, ["LA"] * len(axes))
        made.rows = batch
        return made

    def form(name: str) -> Callable[[], np.ndarray]:
        trainers = [(trainer(name, axes), sources[axes], targets[axes]) for axes in CAGE_AXES[name]]

        def step() -> np.ndarray:
            found = [one.step(*pair) for one, *pair in trainers]
            return np.array([loss[key] for loss in found for key in loss if key.startswith("contrast/")])

        return step

    return {name: form(name) for name in CAGE_AXES}


def cage(size: str) -> list[dict]:
    """A training step and the first one with its tracing: the contrast as matrices or term by term, axes stacked."""
    batch, frames, units, turns = CAGE[size]
    steps, first = cage_steps(batch, frames, units), {}
    axes = {name: sum(map(len, trainers)) for name, trainers in CAGE_AXES.items()}
    for name, step in steps.items():  # ours is the first and also pays what is paid once in a process
        begin = time.process_time()
        contrast = step()
        first[name] = (time.process_time() - begin) / axes[name], contrast[:1]
    found = []
    for reference, least in (("term by term", 2), ("axis by axis", 1)):
        seconds, contrasts = zip(first[reference], first["stacked"], strict=True)
        row = race.Row("CAGE first step", reference, "stacked", least_ratio=least)
        difference = race.largest_difference(contrasts[:1], contrasts[1:])
        found.append(race.report(row, "axis", seconds, (None, None), difference, 1e-4))
    rows = [
        race.Row("CAGE step, one axis", "term by term", "whole matrices", least_ratio=1),
        race.Row("CAGE step, three axes", "axis by axis", "stacked", least_ratio=0.95),
    ]
    forms = [race.Form(name, step, axes[name]) for name, step in steps.items()]
    return found + race.race(rows, forms, "axis", turns, tolerance=1e-4)
