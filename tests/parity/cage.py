# SPDX-License-Identifier: MIT
"""CAGE beside its recordings: training steps, alone and side by side, and the checkpoint they end with."""

import functools
import itertools
import json
import pathlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from tests.parity import cage_recognition, cage_sets, original_names, reading, rows
from tests.parity.reading import prefixed
from tfskel.checkpoints import name_table, tf1
from tfskel.data import order as batches
from tfskel.systems.cage import model as cage
from tfskel.systems.cage import original as names
from tfskel.systems.cage import trainer as training

TERMS = {"reconstruction": "reconstruction", "attention": "attention", "contrast": "contrastive", "l2": "l2"}
STEPS = 5


def claims(path: pathlib.Path) -> bool:
    """Whether a file or folder looks like a recording of this system."""
    if path.is_dir():
        return bool(_recordings_beside(path)) and bool(list(path.glob("*.index")))
    return path.suffix == ".npz" and path.stem.partition("_")[0] in OF_FILE


def compare(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Rows of one file or checkpoint folder; keeps training steps for `together`."""
    if path.is_dir():
        yield from _checkpoint(path)
        return
    arrays, kind = reading.load(path), path.stem.partition("_")[0]
    yield from OF_FILE[kind](path.stem, arrays)
    if kind == "enc":
        memory[path] = Case(path.stem, arrays)


def together(memory: dict[pathlib.Path, "Case"]) -> Iterator[rows.Row]:
    """Weights after training two recordings of one shape as two streams of one model."""
    for pair in itertools.pairwise(sorted(memory.values(), key=lambda case: (str(case.shape), case.name))):
        if pair[0].shape == pair[1].shape:
            yield from _steps(pair, _trainer(pair), "side_by_side_")


class Case:
    """Inputs, settings and weights of recorded training steps."""

    def __init__(self, name: str, arrays: dict):
        self.name, self.arrays, self.row = name, arrays, rows.Table("cage", name)
        self.meta, self.weights = json.loads(str(arrays["meta"])), prefixed(arrays, "weight/")
        sources = arrays["input/source"]
        self.shape = sources.shape[1:], self.meta["hidden"], self.meta["batch"], self.meta["learning_rate"]
        self.cuts = batches.slices(len(sources), self.meta["batch"])

    def batch(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        """Sources and targets of a step; from the beginning again at the end."""
        cut = self.cuts[step % len(self.cuts)]
        return self.arrays["input/source"][cut], self.arrays["input/target"][cut]


def _model(streams: Sequence[dict]) -> cage.CAGE:
    """A model with original weights, one dictionary for each stream."""
    settings = names.hyperparameters({name: value.shape for name, value in streams[0].items()})
    model = cage.CAGE(streams=len(streams), **settings)
    names.load(model, streams)
    return model


def _original(model: cage.CAGE, stream: int, like: dict, values: Sequence | None = None) -> dict[str, np.ndarray]:
    """A stream's weights, or the gradients of the model's trainable variables, under their original names."""
    ours = original_names.named(model.trainable_variables, values)
    to_ours = functools.partial(name_table.to_ours, entries=names.table(model.unused_copies))
    of_stream = {name: value[stream] for name, value in ours.items()}
    return original_names.to_original(of_stream, like, to_ours, differences=values is not None)


def _trainer(cases: Sequence[Case]) -> training.Trainer:
    meta, model = cases[0].meta, _model([case.weights for case in cases])
    kinds = [case.meta["attention"] for case in cases]
    return training.Trainer(model, meta["learning_rate"], meta["temperature"], kinds, meta["l2"], meta["clip"])


def _step(name: str, arrays: dict) -> Iterator[rows.Row]:
    """Everything of the first training step and of the next four."""
    case = Case(name, arrays)
    trainer, (sources, targets) = _trainer([case]), case.batch(0)
    yield from _outputs(case.row, trainer.model, sources, prefixed(arrays, "out/"), "out")
    terms, gradients = trainer.gradients(sources[None], targets[None])
    losses = {f"loss/{theirs}": terms[ours][0] for ours, theirs in TERMS.items()}
    yield from case.row.each(losses, arrays)
    yield case.row("loss/total", terms["total"], np.ravel(arrays["loss/total"])[0])
    original = _original(trainer.model, 0, case.weights, gradients)
    yield case.row("grad", original, prefixed(arrays, "grad/"))
    yield case.row("grad_set", original, prefixed(arrays, "grad/").keys())
    yield from _steps([case], trainer)
    yield from _outputs(case.row, trainer.model, sources, prefixed(arrays, "out5/"), "out5")


def _steps(cases: Sequence[Case], trainer: training.Trainer, mark: str = "") -> Iterator[rows.Row]:
    trace = []  # step, stream, term
    for number in range(STEPS):
        losses = trainer.step(*map(np.stack, zip(*(case.batch(number) for case in cases), strict=True)))
        trace.append([[float(losses[f"{term}/{name}"]) for term in TERMS] for name in trainer.names])
        for stream, case in enumerate(cases):
            recorded = prefixed(case.arrays, f"after{number + 1}/")
            if recorded:
                original = _original(trainer.model, stream, case.weights)
                yield case.row(f"{mark}after{number + 1}", original, recorded)
    for stream, case in enumerate(cases):
        terms = np.array(trace)[:, stream]
        with_total = np.column_stack([terms, terms.sum(axis=1)])
        yield case.row(f"{mark}loss_steps", with_total, case.arrays["loss/steps"])


def _outputs(row: rows.Table, model: cage.CAGE, sources: np.ndarray, recorded: dict, mark: str) -> Iterator[rows.Row]:
    """Recorded outputs of one batch."""
    outputs, states = model.encode(sources[None])
    decoded = model.decode(outputs, states)
    ours = {
        "encoder_outputs": outputs,
        "alignment_history": np.swapaxes(decoded.alignments, 1, 2),
        "context": decoded.context,
        "decoder_cell_output": decoded.cell_outputs,
        "attention_vectors": decoded.attention,
        "decoder_train": decoded.reconstruction,
        "decoder_infer": model.decode(outputs, states, feedback=True).reconstruction,
        "projection_hidden": model.project_hidden(decoded.context),
        "projection": model.project(decoded.context),
        **{f"encoder_{part}{k}": state[p] for k, state in enumerate(states) for p, part in enumerate("hc")},
    }
    yield from row.each({name: np.asarray(value)[0] for name, value in ours.items()}, recorded, f"{mark}/")
    yield row(f"{mark}_set", set(ours) & set(recorded), recorded.keys())


def _recordings_beside(folder: pathlib.Path) -> list[pathlib.Path]:
    return sorted(folder.parent.glob("enc_*.npz"))


def _checkpoint(folder: pathlib.Path) -> Iterator[rows.Row]:
    """Weights and outputs of a checkpoint that was written after the last step of a recording beside it."""
    original, row = tf1.read(folder), rows.Table("cage", folder.name)
    for path in _recordings_beside(folder):
        case = Case(path.stem, reading.load(path))
        after = prefixed(case.arrays, f"after{STEPS}/")
        if all(name in original and np.array_equal(original[name], value) for name, value in after.items()):
            model = _model([original])
            yield row("ckpt_weights", _original(model, 0, case.weights), after)
            yield from _outputs(row, model, case.batch(0)[0], prefixed(case.arrays, "out5/"), "ckpt_out5")
            return
    raise ValueError("it is not the last state of any enc_*.npz beside it")


# Kind of file (start of its name) -> comparison, given the file's name and its arrays.
OF_FILE: dict[str, Callable] = {
    "enc": _step,
    "rn": cage_recognition.step,
    "eval": cage_recognition.evaluation,
    "match": cage_sets.matches,
    "pipeline": cage_sets.pipeline,
}
