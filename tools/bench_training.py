# SPDX-License-Identifier: MIT
"""Benchmarks of training steps: SM-SGE over a prefix tree, Hi-MPC with twice transformed prototypes."""

from collections.abc import Callable

import bench_race
import keras
import numpy as np
import tensorflow as tf

from tfskel import skeletons
from tfskel.models import hi_mpc as hi_mpc_models
from tfskel.models import sm_sge as sm_sge_models
from tfskel.training import hi_mpc as hi_mpc_training
from tfskel.training import prefix_tree
from tfskel.training import sm_sge as sm_sge_training

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
    for name, plain in (("Keras loops", True), ("unrolled", True), ("prefix tree", False)):
        model = sm_sge_models.SMSGE("kinect_v1", frames, units=units, seed=0)
        if name == "Keras loops":
            for scale in skeletons.SCALES:
                model.encoders[scale] = KerasLoops(model.encoders[scale])
        trainer = sm_sge_training.PretrainTrainer(model, LEARNING_RATE, drawn, plain=plain)
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
            bench_race.Row(f"SM-SGE step, {nodes} nodes", "Keras loops", "prefix tree", least_ratio=2.3),
            bench_race.Row(f"SM-SGE step, {nodes} nodes", "unrolled", "prefix tree"),
        ]
        forms = [bench_race.Form(name, step) for name, step in steps.items()]
        found += bench_race.race(rows, forms, "step", turns, tolerance=1e-4)
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
    for name, plain in (("loop over heads", True), ("centres twice", False)):
        model = hi_mpc_models.HiMPC("kinect_v1", F, units=units, heads=heads, seed=0)
        trainer = hi_mpc_training.Trainer(model, LEARNING_RATE, plain=plain)

        def step(trainer=trainer) -> np.ndarray:
            return trainer.step(joints, labels, *centres)["total"].numpy()

        forms.append(bench_race.Form(name, step))
    rows = [bench_race.Row("Hi-MPC step", "loop over heads", "centres twice", least_ratio=2.2)]
    return bench_race.race(rows, forms, "step", turns, tolerance=1e-4)
