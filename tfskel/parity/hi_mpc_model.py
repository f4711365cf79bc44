# SPDX-License-Identifier: MIT
"""Parity of Hi-MPC: features, logits, importance, losses, gradients and weights after training steps."""

import pathlib
import re
from collections.abc import Iterator

import numpy as np

from tfskel.checkpoints import assign
from tfskel.checkpoints import hi_mpc as names
from tfskel.losses import prototypes as contrast
from tfskel.models import hi_mpc
from tfskel.parity import golden, rows
from tfskel.training import hi_mpc as training

FEATURES = rows.Tolerance(1e-5)
LOGITS = rows.Tolerance(1e-4, 1e-5)
IMPORTANCE = rows.Tolerance(1e-5)
LOSS = rows.Tolerance(0.0, 1e-5)
GRADIENT = rows.Tolerance(1e-5, 1e-4)
WEIGHTS = rows.Tolerance(5e-6)
_FOCUS = re.compile(r"_focus(-?\d+)$")


def step(path: pathlib.Path, arrays: dict) -> Iterator[rows.Row]:
    """Everything of one training step and of the next ones on the same batch, in both orders of operations."""
    focus = _FOCUS.search(path.stem)
    inputs = golden.load(path.with_name(_FOCUS.sub("", path.stem) + ".npz")) if focus else arrays
    case = _Case(path.stem, arrays, inputs, int(focus[1]) if focus else 1)
    if "ftr/msmr" in arrays:
        yield from _features(case)
    for plain in (False, True):
        yield from _forward(case, plain)
        yield from _gradients(case, plain)
        if "loss/trace5" in arrays:
            yield from _steps(case, plain)


class _Case:
    """Inputs and weights of one recording."""

    def __init__(self, name: str, arrays: dict, inputs: dict, focus: int):
        self.name, self.arrays, self.focus = name, arrays, focus
        self.weights = prefixed(inputs, "w/")
        self.length = int(inputs["meta/H_M_B_f_J"][3])
        self.learning_rate = float(inputs["meta/lr"])
        letters = [hi_mpc.LETTERS[level] for level in hi_mpc.LEVELS]
        self.levels = {level: inputs[f"in/{letter}"] for level, letter in hi_mpc.LETTERS.items()}
        self.joints = inputs["in/J"].reshape(-1, self.length, *inputs["in/J"].shape[1:])
        self.labels = np.stack([inputs[f"in/labels_{letter}"] for letter in letters], axis=1).astype(np.int32)
        self.prototypes = [inputs[f"in/centroids_{letter}"] for letter in letters]

    def trainer(self, plain: bool, average_joint_loss: bool = False) -> training.Trainer:
        model = new_model(self.weights, self.length)
        return training.Trainer(model, self.learning_rate, self.focus, average_joint_loss, plain)


def new_model(weights: dict, length: int) -> hi_mpc.HiMPC:
    """A model with original weights."""
    settings = names.hyperparameters({name: value.shape for name, value in weights.items()})
    model = hi_mpc.HiMPC(length=length, **settings)
    names.load(model, weights)
    return model


def to_original(model: hi_mpc.HiMPC, values=None) -> dict[str, np.ndarray]:
    """A model's weights, or values of its trainable variables, under their original names."""
    variables = model.trainable_variables
    values = variables if values is None else values
    ours = {assign.weight_name(v): np.asarray(x) for v, x in zip(variables, values, strict=True)}
    return names.to_original(ours, names.table(model.num_heads))


def prefixed(arrays: dict, prefix: str) -> dict:
    """The entries whose name begins with `prefix`, without it."""
    return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}


def _features(case: _Case) -> Iterator[rows.Row]:
    model = case.trainer(plain=False).model
    ours = model.levels(case.joints)
    frames = model.encode(case.levels)
    sequences = model.representations(case.joints)
    for level, letter in hi_mpc.LETTERS.items():
        yield rows.compare(case.name, f"level/{letter}", ours[level], case.levels[level], FEATURES)
        yield rows.compare(case.name, f"frames/{letter}", frames[level], case.arrays[f"ftr/frames_{letter}"], FEATURES)
        want = case.arrays[f"ftr/seq_{letter}"]
        yield rows.compare(case.name, f"sequence/{letter}", sequences[level], want, FEATURES)
    yield rows.compare(case.name, "msmr", sequences["features"], case.arrays["ftr/msmr"], FEATURES)


def _forward(case: _Case, plain: bool) -> Iterator[rows.Row]:
    trainer, mark = case.trainer(plain), "plain_" if plain else ""
    frames = trainer.model.encode(case.levels)
    for number, (level, letter) in enumerate(hi_mpc.LETTERS.items()):
        logits, of_sequences = trainer.logits(level, frames[level], case.prototypes[number])
        predicted = np.asarray(contrast.predictions(of_sequences))
        scores = contrast.scores(logits, predicted)
        correct = predicted == case.labels[:, number, None]
        weights = contrast.importance(scores, correct, case.focus)
        found = {
            "logits": (np.transpose(logits, (2, 0, 1, 3)), LOGITS),
            "pred": (predicted.T, rows.EXACT),
            "score": (np.transpose(scores, (2, 0, 1)), LOGITS),
            "imp": (np.transpose(weights, (2, 0, 1)), IMPORTANCE),
        }
        for kind, (got, tolerance) in found.items():
            if f"{kind}/{letter}" in case.arrays:
                want = case.arrays[f"{kind}/{letter}"]
                yield rows.compare(case.name, f"{mark}{kind}/{letter}", got, want, tolerance)


def _gradients(case: _Case, plain: bool) -> Iterator[rows.Row]:
    trainer, mark = case.trainer(plain), "plain_" if plain else ""
    losses, gradients = trainer.gradients(case.joints, case.labels, *case.prototypes)
    for key, value in losses.items():
        yield rows.compare(case.name, f"{mark}loss/{key}", value, case.arrays[f"loss/{key}"], LOSS)
    averaged, _ = case.trainer(plain, average_joint_loss=True).gradients(case.joints, case.labels, *case.prototypes)
    want = case.arrays["loss/J"] / trainer.model.num_heads
    yield rows.compare(case.name, f"{mark}loss/J_averaged", averaged["J"], want, LOSS)
    got = to_original(trainer.model, gradients)
    for prefix, tolerance in (("g/", GRADIENT), ("gnorm/", GRADIENT)):
        recorded = prefixed(case.arrays, prefix)
        if recorded:
            ours = got if prefix == "g/" else {name: np.linalg.norm(value) for name, value in got.items()}
            pairs = [(name, ours[name], value) for name, value in recorded.items()]
            yield rows.compare_all(case.name, f"{mark}{prefix.rstrip('/')}", pairs, tolerance)
            yield rows.compare_names(case.name, f"{mark}{prefix.rstrip('/')}_set", ours, recorded)


def _steps(case: _Case, plain: bool) -> Iterator[rows.Row]:
    trainer, mark = case.trainer(plain), "plain_" if plain else ""
    trace = []
    for number in range(1, len(case.arrays["loss/trace5"]) + 1):
        losses = trainer.step(case.joints, case.labels, *case.prototypes)
        trace.append([float(losses[key]) for key in ("total", "J", "P", "B")])
        recorded = prefixed(case.arrays, f"a{number}/")
        if recorded:
            got = to_original(trainer.model)
            pairs = [(name, got[name], value) for name, value in recorded.items() if name in got]
            yield rows.compare_all(case.name, f"{mark}after{number}", pairs, WEIGHTS)
    yield rows.compare(case.name, f"{mark}loss_trace", trace, case.arrays["loss/trace5"], LOSS)
