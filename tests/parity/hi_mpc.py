# SPDX-License-Identifier: MIT
"""Hi-MPC beside its recordings: forward pass, losses, gradients and weights of one batch; features of checkpoints."""

import pathlib
import re
from collections.abc import Callable, Iterator

import numpy as np

from tests.parity import hi_mpc_data, hi_mpc_trace, reading, rows
from tests.parity.hi_mpc_trace import original
from tests.parity.reading import prefixed
from tfskel.checkpoints import tf1
from tfskel.systems.hi_mpc import losses as contrast
from tfskel.systems.hi_mpc import model as hi_mpc
from tfskel.systems.hi_mpc import original as names
from tfskel.systems.hi_mpc import trainer as training

CHECKPOINT_FEATURES = "features.npz"
_FOCUS = re.compile(r"_focus(-?\d+)$")


def claims(path: pathlib.Path) -> bool:
    """Whether a file or folder looks like a recording of this system, or like the data sets its loaders read."""
    if path.is_dir():
        return (path / CHECKPOINT_FEATURES).is_file() and bool(list(path.glob("*.index")))
    if path.suffix == ".npy":
        return hi_mpc_data.SMALL_SETS in path.parts
    return path.suffix == ".npz" and path.stem.partition("_")[0] in OF_FILE


def compare(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Rows of one file or checkpoint folder; data sets are read with the loader's file."""
    if path.is_dir():
        yield from _checkpoints(path)
    elif path.suffix != ".npy":
        yield from OF_FILE[path.stem.partition("_")[0]](path, reading.load(path))


def _model(weights: dict, length: int) -> hi_mpc.HiMPC:
    """A model with original weights."""
    settings = names.hyperparameters({name: value.shape for name, value in weights.items()})
    model = hi_mpc.HiMPC(length=length, **settings)
    names.load(model, weights)
    return model


def _step(path: pathlib.Path, arrays: dict) -> Iterator[rows.Row]:
    """Everything of one training step and of the next ones on the same batch."""
    focus = _FOCUS.search(path.stem)
    inputs = reading.load(path.with_name(_FOCUS.sub("", path.stem) + ".npz")) if focus else arrays
    case = _Case(path.stem, arrays, inputs, int(focus[1]) if focus else 1)
    if "ftr/msmr" in arrays:
        yield from _features(case)
    yield from _forward(case)
    yield from _gradients(case)
    if "loss/trace5" in arrays:
        yield from _steps(case)


class _Case:
    """Inputs and weights of one recording."""

    def __init__(self, name: str, arrays: dict, inputs: dict, focus: int):
        self.row, self.arrays, self.focus = rows.Table("hi_mpc", name), arrays, focus
        self.weights, self.learning_rate = prefixed(inputs, "w/"), float(inputs["meta/lr"])
        self.length = int(inputs["meta/H_M_B_f_J"][3])
        letters = hi_mpc.LETTERS.items()
        self.levels = {level: inputs[f"in/{letter}"] for level, letter in letters}
        self.joints = inputs["in/J"].reshape(-1, self.length, *inputs["in/J"].shape[1:])
        self.labels = np.stack([inputs[f"in/labels_{letter}"] for _, letter in letters], axis=1).astype(np.int32)
        self.prototypes = [inputs[f"in/centroids_{letter}"] for _, letter in letters]

    def trainer(self, average_joint_loss: bool = False) -> training.Trainer:
        model = _model(self.weights, self.length)
        return training.Trainer(model, self.learning_rate, self.focus, average_joint_loss)

    def batch(self) -> tuple:
        """Arguments of a training step."""
        return self.joints, self.labels, *self.prototypes


def _features(case: _Case) -> Iterator[rows.Row]:
    model = _model(case.weights, case.length)
    levels, frames, sequences = model.levels(case.joints), model.encode(case.levels), model.representations(case.joints)
    for level, letter in hi_mpc.LETTERS.items():
        yield case.row(f"level/{letter}", levels[level], case.levels[level])
        yield case.row(f"frames/{letter}", frames[level], case.arrays[f"ftr/frames_{letter}"])
        yield case.row(f"sequence/{letter}", sequences[level], case.arrays[f"ftr/seq_{letter}"])
    yield case.row("msmr", sequences["features"], case.arrays["ftr/msmr"])


def _forward(case: _Case) -> Iterator[rows.Row]:
    model = _model(case.weights, case.length)
    frames = model.encode(case.levels)
    for number, (level, letter) in enumerate(hi_mpc.LETTERS.items()):
        logits, of_sequences = model.meta_heads[level].logits(frames[level], case.prototypes[number])
        predicted, scores, _, weights = contrast.mined(logits, of_sequences, case.labels[:, number], case.focus)
        ours = {
            f"logits/{letter}": np.transpose(logits, (2, 0, 1, 3)),
            f"pred/{letter}": np.transpose(predicted),
            f"score/{letter}": np.transpose(scores, (2, 0, 1)),
            f"imp/{letter}": np.transpose(weights, (2, 0, 1)),
        }
        yield from case.row.each(ours, case.arrays)


def _gradients(case: _Case) -> Iterator[rows.Row]:
    trainer, averaging = case.trainer(), case.trainer(average_joint_loss=True)
    losses, gradients = trainer.gradients(*case.batch())
    yield from case.row.each(losses, prefixed(case.arrays, "loss/"), "loss/")
    averaged, _ = averaging.gradients(*case.batch())
    yield case.row("loss/J_averaged", averaged["J"], case.arrays["loss/J"] / trainer.model.heads)
    by_name = original(trainer.model, case.weights, gradients)
    norms = {name: np.linalg.norm(value) for name, value in by_name.items()}
    for kind, ours in (("g", by_name), ("gnorm", norms)):
        recorded = prefixed(case.arrays, f"{kind}/")
        if recorded:
            yield case.row(kind, ours, recorded)
            yield case.row(f"{kind}_set", ours, recorded.keys())


def _steps(case: _Case) -> Iterator[rows.Row]:
    trainer, trace = case.trainer(), []
    for number in range(1, len(case.arrays["loss/trace5"]) + 1):
        losses = trainer.step(*case.batch())
        trace.append([float(losses[key]) for key in ("total", "J", "P", "B")])
        recorded = prefixed(case.arrays, f"a{number}/")
        if recorded:
            yield case.row(f"after{number}", original(trainer.model, case.weights), recorded)
    yield case.row("loss_trace", trace, case.arrays["loss/trace5"])


def _checkpoints(folder: pathlib.Path) -> Iterator[rows.Row]:
    """Features that the checkpoints of a folder give."""
    recorded = reading.load(folder / CHECKPOINT_FEATURES)
    joints = recorded["J_in"]
    for index in sorted(folder.glob("*.index")):
        row = rows.Table("hi_mpc", f"{folder.name}/{index.stem}")
        ours = _model(tf1.read(index), joints.shape[1]).representations(joints)
        yield row("ckpt_msmr", ours["features"], recorded["msmr"])
        for level, letter in hi_mpc.LETTERS.items():
            yield row(f"ckpt_sequence/{letter}", ours[level], recorded[f"seq_{letter}"])


# Kind of file (start of its name) -> comparison, given the path and its arrays.
OF_FILE: dict[str, Callable] = {
    "model": _step,
    "loader": hi_mpc_data.loader,
    "cluster": hi_mpc_data.clusters,
    "evaluation": hi_mpc_data.evaluation,
    "trace": hi_mpc_trace.trace,
}
