# SPDX-License-Identifier: MIT
"""SM-SGE beside its recordings: relations, encoders, losses and gradients of one batch, weights after steps."""

import dataclasses
import pathlib
import re
from collections.abc import Callable, Iterator

import numpy as np

from tests.parity import reading, rows, sm_sge_data, sm_sge_recognition, sm_sge_ties, tolerances
from tests.parity.reading import prefixed
from tests.parity.sm_sge_case import SCALE_OF, Case
from tfskel import skeletons
from tfskel.systems import recognition
from tfskel.systems.sm_sge import losses as reconstruction
from tfskel.systems.sm_sge import model as sm_sge
from tfskel.systems.sm_sge import original as names
from tfskel.systems.sm_sge import relations
from tfskel.systems.sm_sge import trainer as pretraining

# Numbers of the scales in the names of relations: r_12 is joints from parts.
NUMBERED = dict(zip("0123", ("interpolated", "joints", "parts", "bodies"), strict=True))


def claims(path: pathlib.Path) -> bool:
    """Whether a file or folder looks like a recording of this system."""
    if path.is_dir():
        return path.name.startswith("ckpt_") and bool(list(path.glob("*.index")))
    named = _CASE.fullmatch(path.stem) or path.stem.partition("_")[0] in OF_FILE
    return path.suffix == ".npz" and bool(named)


def compare(path: pathlib.Path, memory: dict) -> Iterator[rows.Row]:
    """Rows of one file or checkpoint folder; files beside it hold its inputs and weights."""
    match = _CASE.fullmatch(path.stem)
    if path.is_dir():
        yield from sm_sge_recognition.checkpoints(path, list(_cases(path.parent, memory).values()))
    elif match:
        case = _cases(path.parent, memory)[match[1]]
        yield from OF_CASE.get(match[2], _after)(case, match[2])
    else:
        yield from OF_FILE[path.stem.partition("_")[0]](path.stem, reading.load(path))


def _cases(folder: pathlib.Path, memory: dict) -> dict[str, Case]:
    """All cases of a folder."""
    if folder not in memory:
        paths = {}
        for match, path in ((_CASE.fullmatch(path.stem), path) for path in sorted(folder.glob("*.npz"))):
            if match:
                paths.setdefault(match[1], {})[match[2]] = path
        memory[folder] = {name: Case(name, kinds, folder) for name, kinds in paths.items()}
    return memory[folder]


def _inputs(case: Case, kind: str) -> Iterator[rows.Row]:
    """Scales, attention biases, frame subsets, and that every weight has a place."""
    arrays, model = case.arrays(kind), case.encoder(case.weights)
    nodes = model.scales(case.joints())
    for letter, scale in SCALE_OF.items():
        yield case.row(f"input/{letter}", nodes[scale], arrays[f"input/{letter}"])
        yield case.row(f"bias/{letter}", model.biases[scale][None], arrays[f"bias/{letter}"])
    back = case.to_original(model)
    yield case.row("weight", back, {name: value for name, value in case.weights.items() if name in back})
    # With a margin the recordings may hold lists that no loss uses.
    if "frame_seed" in case.stated and not case.settings.margin:
        drawn = pretraining.draw_sub_sequences(
            case.settings.length,
            np.random.RandomState(int(case.stated["frame_seed"])),
            rounds=int(case.stated.get("sample_num", 1)),
            ordered=str(case.stated.get("ord_sample", 0)) == "1",
        )
        yield case.row("frames", dict(enumerate(drawn)), {q: case.sub_sequences[q] for q in range(len(drawn))})


def _graph(case: Case, kind: str) -> Iterator[rows.Row]:
    """Structural and collaborative relations, and fused nodes."""
    model = case.encoder(case.weights)
    structure = {scale: np.asarray(nodes) for scale, nodes in model.structure(case.joints()).items()}
    fused = model.fuse(case.joints())
    for name, recorded in case.arrays(kind).items():
        group, _, item = name.partition("/")
        if group == "srl":
            ours = structure[SCALE_OF[item]]
        elif group == "fused":
            ours = np.reshape(fused[SCALE_OF[item]], structure[SCALE_OF[item]].shape)
        elif group in ("crl", "crl_raw"):
            relate = relations.scores if group == "crl_raw" else relations.collaborate
            digits = name.rpartition("_")[2]  # "r_12" relates joints to parts, "self_r_1" joints to joints
            ours = relate(*(structure[NUMBERED[digit]][: len(recorded)] for digit in (digits[0], digits[-1])))
        else:
            continue
        yield case.row(name, ours[: len(recorded)], recorded)


def _sequences(case: Case, kind: str) -> Iterator[rows.Row]:
    """Encoder outputs and states, losses, predictions, and recognition with the stage-1 classifier."""
    arrays, trainer = case.arrays(kind), case.trainer()
    fused = trainer.model.fuse(case.joints())
    yield from _encoders(case, arrays, trainer.model, fused)
    single = {}
    for name, recorded in prefixed(arrays, "loss_seq/").items():
        letter, q = name.split("/")
        if q not in single:
            only = [case.sub_sequences[int(q)]]
            alone = pretraining.PretrainTrainer(trainer.model, 0.0, only, trainer.loss, trainer.margin)
            single[q], _ = alone.gradients(case.joints())
        yield case.row(f"loss_seq/{name}", single[q][SCALE_OF[letter]], recorded)
    yield from case.row.each(case.first_losses_and_gradients[0], prefixed(arrays, "loss/"), "loss/")
    yield from _predictions(case, arrays, trainer, fused)
    recorded = prefixed(arrays, "recog/")
    classifier = case.classifier(case.weights, 1)
    yield from sm_sge_recognition.scores(case, recorded, trainer.model, classifier, "inputs_weights", "recog/")


def _encoders(case: Case, arrays: dict, model: sm_sge.SMSGE, fused: dict) -> Iterator[rows.Row]:
    runs = {}
    for name, recorded in arrays.items():
        group, *path = name.split("/")
        if group not in ("enc", "enc_state"):
            continue
        letter, q = path[0], int(path[1])
        if (letter, q) not in runs:
            frames = np.take(fused[SCALE_OF[letter]], case.sub_sequences[q], axis=1)
            runs[letter, q] = model.encoders[SCALE_OF[letter]].run(frames)
        outputs, states = runs[letter, q]
        ours = outputs if recorded.ndim == 3 else outputs[:, -1]
        if group == "enc_state":
            layer, part = path[2].split("_")
            ours = states[int(layer.removeprefix("layer"))]["hc".index(part)]
        yield case.row(name, ours, recorded)


def _predictions(case: Case, arrays: dict, trainer: pretraining.PretrainTrainer, fused: dict) -> Iterator[rows.Row]:
    """Predictions of the interpolated encoder on the last sub-sequence, and the terms that were printed."""
    model, frames = trainer.model, np.array(case.trained[-1])
    outputs, _ = model.encoders["interpolated"].run(np.take(fused["interpolated"], frames, axis=1))
    predicted = model.reconstruction["interpolated"](np.reshape(outputs, (-1, outputs.shape[-1])))
    targets = trainer.targets(case.joints())
    for scale, letter in sm_sge.LETTERS.items():
        ours = np.reshape(predicted[scale], (case.settings.batch, len(frames), -1))
        wanted = np.swapaxes(np.asarray(targets[scale])[frames + trainer.margin], 0, 1)
        term = reconstruction.error(
            *(np.reshape(side, (1, -1, ours.shape[-1])) for side in (ours, wanted)), trainer.loss
        )
        yield from case.row.each({f"pred_I_last/{letter}": ours, f"printed/{letter}": term[0]}, arrays)


def _gradients(case: Case, kind: str) -> Iterator[rows.Row]:
    """Gradients of the four losses and of the recognition loss, and the exact set of variables of each."""
    gradients = case.first_losses_and_gradients[1]
    ours = {letter: gradients[scale] for letter, scale in SCALE_OF.items()}
    classifier = case.classifier(case.weights, 1) if names.CLASSIFIER in case.weights else None
    if classifier:
        trainer = recognition.RecognitionTrainer(classifier, 0.0, case.settings.last_prefix_only)
        features = case.prefix_features(case.encoder(case.weights), case.joints())
        ours["recog"] = sm_sge_recognition.original(classifier, 1, trainer.gradients(features, case.labels())[1])
    for loss, gradients in ours.items():
        recorded = prefixed(case.arrays(kind), f"grad/{loss}/")
        if recorded:
            yield case.row(f"grad/{loss}", gradients, recorded)
            yield case.row(f"grad_set/{loss}", gradients, recorded.keys())


def _after(case: Case, kind: str) -> Iterator[rows.Row]:
    """Weights after the number of steps in the file's name, all on the first batch."""
    recorded = prefixed(case.arrays(kind), f"{kind}/")
    steps, trainer = int(kind.removeprefix("after")), case.trainer(case.learning_rate)
    free = sm_sge_ties.shifts(case)
    for _ in range(steps):
        free |= {n: mask | free.get(n, False) for n, mask in sm_sge_ties.signs(case, trainer).items()}
        trainer.step(case.joints())
    ours = case.to_original(trainer.model)
    yield case.row(f"{kind}_set", ours, recorded.keys())
    determined = {n: np.where(free[n], recorded[n], v) if n in free and n in recorded else v for n, v in ours.items()}
    yield case.row(kind, determined, recorded)
    loose = {name: value for name, value in recorded.items() if name in free}
    undetermined = {name: np.where(free[name], ours[name], value) for name, value in loose.items()}
    farthest = tolerances.adam_steps(case.learning_rate, steps * len(skeletons.SCALES))
    row = case.row(f"{kind}_undetermined", undetermined, loose, tolerance=farthest)
    count = sum(int(np.sum(mask)) for mask in free.values())
    yield dataclasses.replace(row, note=f"{count} elements; {row.note}")


def _run(case: Case, kind: str) -> Iterator[rows.Row]:
    """Losses along five steps, and the literal first call of the original, which is a race."""
    arrays, trainer = case.arrays(kind), case.trainer(case.learning_rate)
    steps = max(len(arrays[name]) for name in ("sim_loss", "run_loss") if name in arrays) - 1
    losses, first = [], None
    for number in range(steps):
        losses.append(trainer.step(case.joints()))
        first = case.to_original(trainer.model) if number == 0 else first
    losses.append(trainer.step(case.joints()))
    ours = np.array([[float(values[sm_sge.LETTERS[scale]]) for scale in skeletons.SCALES] for values in losses])
    for name in ("sim_loss", "run_loss"):
        if name in arrays:
            yield case.row(f"{name}/before", ours[:1], arrays[name][:1])
            yield case.row(name, ours, arrays[name])
    recorded = prefixed(arrays, f"{kind}/")
    if recorded:
        yield _race(case, kind, first, recorded)


def _race(case: Case, kind: str, ours: dict, recorded: dict) -> rows.Row:
    """A late gradient may have been taken at updated weights: few elements, and none farther than all four steps."""
    differences = np.concatenate([np.ravel(np.abs(ours[name] - value)) for name, value in recorded.items()])
    beyond, worst = int(np.sum(differences > tolerances.RACE.absolute)), float(np.max(differences))
    farthest = tolerances.adam_steps(case.learning_rate, len(skeletons.SCALES))
    ok = beyond <= tolerances.RACE_SHARE * differences.size and worst <= farthest.absolute
    rule = f"{tolerances.RACE} but for {tolerances.RACE_SHARE:.1%}, {farthest}"
    note = f"race: {beyond} of {differences.size} elements beyond {tolerances.RACE}"
    return rows.Row(case.name, kind, worst, worst / max(map(rows.magnitude, recorded.values())), rule, ok, note)


# Kind of file (end of its name) -> comparison of a case; "after" and a number is a kind of its own.
OF_CASE: dict[str, Callable] = {
    "inputs_weights": _inputs,
    "forward_graph": _graph,
    "forward_seq": _sequences,
    "grads": _gradients,
    "run1": _run,
    "stage2_encoder_weights": sm_sge_recognition.encoder,
    "stage2": sm_sge_recognition.first_batch,
    "stage2_eval": sm_sge_recognition.replay,
    "dataset": sm_sge_recognition.dataset,
    "evaluate": sm_sge_recognition.evaluation,
}
# Kind of file (start of its name) -> comparison of a single file.
OF_FILE: dict[str, Callable] = {"data": sm_sge_data.preparation, "metrics": sm_sge_data.metrics}
_CASE = re.compile(rf"(.+)_({'|'.join(sorted([*OF_CASE, 'after[0-9]+'], key=len, reverse=True))})")
