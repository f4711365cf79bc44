# SPDX-License-Identifier: MIT
"""Parity of CAGE: outputs, losses, gradients and weights after training steps of one axis, alone and side by side."""

import itertools
import json
import pathlib
from collections.abc import Iterator, Sequence

import numpy as np

from tfskel.checkpoints import cage as names
from tfskel.checkpoints import tf1
from tfskel.models import cage
from tfskel.parity import golden, rows
from tfskel.training import cage as training

OUTPUT = rows.Tolerance(2e-5, 1e-4)
LOSS = rows.Tolerance(0.0, 1e-5)
GRADIENT = rows.Tolerance(0.0, 2e-4)
WEIGHTS = rows.Tolerance(2e-5)
TERMS = {"reconstruction": "reconstruction", "attention": "attention", "contrast": "contrastive", "l2": "l2"}
STEPS = 5


class Case:
    """Inputs, settings and weights of one recording."""

    def __init__(self, path: pathlib.Path, arrays: dict):
        self.name, self.arrays = path.stem, arrays
        self.meta = json.loads(str(arrays["meta"]))
        self.weights = prefixed(arrays, "weight/")
        self.sources, self.targets = arrays["input/source"], arrays["input/target"]
        self.shape = self.sources.shape[1:], self.meta["hidden"], self.meta["batch"], self.meta["learning_rate"]

    def batch(self, step: int) -> slice:
        """Rows of a step: consecutive batches, from the beginning again at the end."""
        size = self.meta["batch"]
        first = step % (len(self.sources) // size) * size
        return slice(first, first + size)


def prefixed(arrays: dict, prefix: str) -> dict:
    """The entries whose name begins with `prefix`, without it."""
    return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}


def new_model(streams: Sequence[dict]) -> cage.CAGE:
    """A model with original weights, one dictionary for each stream."""
    settings = names.hyperparameters({name: value.shape for name, value in streams[0].items()})
    model = cage.CAGE(streams=len(streams), **settings)
    names.load(model, streams)
    return model


def trainer_of(cases: Sequence[Case]) -> training.Trainer:
    """A trainer whose streams are the cases."""
    meta = cases[0].meta
    model = new_model([case.weights for case in cases])
    kinds = [case.meta["attention"] for case in cases]
    return training.Trainer(model, meta["learning_rate"], meta["temperature"], kinds, meta["l2"], meta["clip"])


def step(path: pathlib.Path, arrays: dict) -> Iterator[rows.Row]:
    """Everything of the first training step and of the next four."""
    case = Case(path, arrays)
    trainer = trainer_of([case])
    first = case.batch(0)
    yield from _outputs(case.name, trainer.model, case.sources[first], prefixed(arrays, "out/"), "out")
    found, gradients = trainer.gradients(case.sources[None, first], case.targets[None, first])
    for ours, theirs in TERMS.items():
        yield rows.compare(case.name, f"loss/{theirs}", found[ours][0], arrays[f"loss/{theirs}"], LOSS)
    yield rows.compare(case.name, "loss/total", found["total"], np.ravel(arrays["loss/total"])[0], LOSS)
    got = names.to_original(names.of_stream(trainer.model, 0, gradients), forget=0.0)
    want = prefixed(arrays, "grad/")
    yield rows.compare_all(case.name, "grad", [(name, got[name], value) for name, value in want.items()], GRADIENT)
    yield rows.compare_names(case.name, "grad_set", got, want)
    yield from _steps([case], trainer)
    yield from _outputs(case.name, trainer.model, case.sources[first], prefixed(arrays, "out5/"), "out5")


def side_by_side(paths: Sequence[pathlib.Path]) -> Iterator[rows.Row]:
    """Weights after training two recordings of one shape as two streams of one model."""
    cases = [Case(path, golden.load(path)) for path in paths]
    for pair in itertools.pairwise(sorted(cases, key=lambda case: (str(case.shape), case.name))):
        if pair[0].shape == pair[1].shape:
            yield from _steps(pair, trainer_of(pair), "side_by_side_")


def _steps(cases: Sequence[Case], trainer: training.Trainer, mark: str = "") -> Iterator[rows.Row]:
    trace = []
    for number in range(STEPS):
        sides = (
            np.stack([getattr(case, side)[case.batch(number)] for case in cases]) for side in ("sources", "targets")
        )
        found = trainer.step(*sides)
        terms = [[float(found[f"{term}/{name}"]) for term in TERMS] for name in trainer.names]
        trace.append(terms)
        for stream, case in enumerate(cases):
            want = prefixed(case.arrays, f"after{number + 1}/")
            if want:
                got = names.to_original(names.of_stream(trainer.model, stream))
                pairs = [(name, got[name], value) for name, value in want.items()]
                yield rows.compare_all(case.name, f"{mark}after{number + 1}", pairs, WEIGHTS)
    for stream, case in enumerate(cases):
        yield rows.compare(case.name, f"{mark}loss_steps", _trace(trace, stream), case.arrays["loss/steps"], LOSS)


def _trace(trace: list, stream: int) -> np.ndarray:
    """(steps, 5) in the recorded order: reconstruction, attention, contrastive, l2, total."""
    own = np.array([terms[stream] for terms in trace])
    return np.column_stack([own, own.sum(axis=1)])


def _outputs(case: str, model: cage.CAGE, sources: np.ndarray, recorded: dict, mark: str) -> Iterator[rows.Row]:
    """Recorded outputs of the first batch."""
    outputs, states = model.encode(sources[None])
    decoded = model.decode(outputs, states)
    found = {
        "encoder_outputs": outputs,
        "alignment_history": np.swapaxes(decoded.alignments, 1, 2),
        "context": decoded.context,
        "decoder_cell_output": decoded.cell_outputs,
        "attention_vectors": decoded.attention,
        "decoder_train": decoded.reconstruction,
        "projection_hidden": model.project_hidden(decoded.context),
        "projection": model.project(decoded.context),
        **{f"encoder_{part}{k}": state[p] for k, state in enumerate(states) for p, part in enumerate("hc")},
    }
    if "decoder_infer" in recorded:
        found["decoder_infer"] = model.decode(outputs, states, feedback=True).reconstruction
    for name, want in recorded.items():
        yield rows.compare(case, f"{mark}/{name}", np.asarray(found[name])[0], want, OUTPUT)
    yield rows.compare_names(case, f"{mark}_set", set(found) & set(recorded), recorded)


def recordings_beside(folder: pathlib.Path) -> list[pathlib.Path]:
    """Recordings of training steps that lie beside a checkpoint folder."""
    return sorted(folder.parent.glob("enc_*.npz"))


def checkpoint(folder: pathlib.Path) -> Iterator[rows.Row]:
    """Weights and outputs of a checkpoint that was written after the last step of a recording beside it.

    Raises:
        ValueError: it belongs to none of the recordings.
    """
    original = tf1.read(folder)
    for path in recordings_beside(folder):
        arrays = golden.load(path)
        after = prefixed(arrays, f"after{STEPS}/")
        if all(name in original and np.array_equal(original[name], value) for name, value in after.items()):
            model = new_model([original])
            got = names.to_original(names.of_stream(model, 0))
            pairs = [(name, got[name], value) for name, value in after.items()]
            # Adding the forget gate's constant and taking it off again costs the last bit of a float32.
            yield rows.compare_all(folder.name, "ckpt_weights", pairs, rows.Tolerance(2e-7))
            case = Case(path, arrays)
            yield from _outputs(folder.name, model, case.sources[case.batch(0)], prefixed(arrays, "out5/"), "ckpt_out5")
            return
    raise ValueError("it is not the last state of any enc_*.npz beside it")
