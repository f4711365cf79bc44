# SPDX-License-Identifier: MIT
"""Parity of SM-SGE: gradients, the variables they reach, and weights after training steps."""

import dataclasses
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from tfskel import skeletons
from tfskel.checkpoints import assign
from tfskel.checkpoints import sm_sge as names
from tfskel.models import sm_sge
from tfskel.parity import rows, sm_sge_ties
from tfskel.parity.sm_sge_case import SCALE_OF, Case, prefixed
from tfskel.training import recognition as recognition_training

GRADIENT = 5e-6
GRADIENT_SHARE = 2e-6
WEIGHTS = rows.Tolerance(1e-4)
LOSS = rows.Tolerance(0.0, 1e-5)
LOSSES_OF_STEPS = rows.Tolerance(0.0, 2e-4)
RACE = rows.Tolerance(0.0, 1e-2)
# A literal call of the original is a race: this share of the elements may differ.
RACE_SHARE = 1e-3


def gradient_tolerance(recorded: dict[str, np.ndarray]) -> rows.Tolerance:
    """Absolute; where gradients are large (a loss that is a sum), a share of the largest instead."""
    largest = max((float(np.max(np.abs(value))) for value in recorded.values()), default=0.0)
    return rows.Tolerance(max(GRADIENT, GRADIENT_SHARE * largest))


def gradients(case: Case, kind: str) -> Iterator[rows.Row]:
    """Gradients of the four losses and of the recognition loss, and the exact set of variables of each."""
    arrays = case.arrays(kind)
    trainer = case.trainer()
    reached = _reached(trainer, case.joints())
    for letter, scale in SCALE_OF.items():
        want = prefixed(arrays, f"grad/{letter}/")
        if not want:
            continue
        got = case.first_gradients[scale]
        pairs = [(name, got[name], value) for name, value in want.items() if name in got]
        yield rows.compare_all(case.name, f"grad/{letter}", pairs, gradient_tolerance(want))
        yield rows.compare_names(case.name, f"grad_set/{letter}", _agreed(got, case, reached[scale]), want)
    want = prefixed(arrays, "grad/recog/")
    if want:
        yield from _recognition_gradients(case, trainer.model, want)


def _reached(trainer, joints) -> dict[str, dict[str, np.ndarray]]:
    """What automatic differentiation of each plain loss reaches among all weights: scale -> our name -> gradient."""
    model = trainer.model
    variables = assign.named_weights(model)
    with tf.GradientTape(persistent=True) as tape:
        single = trainer.sub_sequence_losses(joints)
        losses = {scale: tf.add_n(single[sm_sge.LETTERS[scale]]) for scale in skeletons.SCALES}
    found = {scale: tape.gradient(losses[scale], list(variables.values())) for scale in skeletons.SCALES}
    return {
        scale: {name: np.asarray(g) for name, g in zip(variables, values, strict=True) if g is not None}
        for scale, values in found.items()
    }


def _agreed(got: dict, case: Case, reached: dict) -> set[str]:
    """Names with a gradient; names on which the trainer's table and differentiation differ are marked."""
    differentiated = set(names.to_original(reached, case.entries, case.shapes, differences=True))
    return {*(differentiated & set(got)), *(f"disputed: {name}" for name in differentiated ^ set(got))}


def _recognition_gradients(case: Case, model, want: dict) -> Iterator[rows.Row]:
    classifier = case.classifier(case.classifier_weights(1), 1)
    trainer = recognition_training.RecognitionTrainer(classifier, 0.0, case.settings.last_prefix_only)
    features = model.prefix_features(case.joints(), margin=case.settings.margin)
    _, found = trainer.gradients(features, case.labels())
    ours = {assign.weight_name(v): np.asarray(g) for v, g in zip(classifier.trainable_variables, found, strict=True)}
    got = names.to_original(ours, names.classifier_table(1), case.shapes, differences=True)
    pairs = [(name, got[name], value) for name, value in want.items() if name in got]
    yield rows.compare_all(case.name, "grad/recog", pairs, gradient_tolerance(want))
    yield rows.compare_names(case.name, "grad_set/recog", got, want)


def after(case: Case, kind: str) -> Iterator[rows.Row]:
    """Weights after the number of steps in the file's name, all on the first batch."""
    recorded = prefixed(case.arrays(kind), f"{kind}/")
    steps, learning_rate = int(kind.removeprefix("after")), case.learning_rate
    trainer = case.trainer(learning_rate)
    free = sm_sge_ties.shifts(case)
    for _ in range(steps):
        free |= {n: mask | free.get(n, False) for n, mask in sm_sge_ties.signs(case, trainer).items()}
        trainer.step(case.joints())
    got = case.untrained() | case.to_original(trainer.model)
    yield rows.compare_names(case.name, f"{kind}_set", got, recorded)
    pairs = [(name, value, recorded[name]) for name, value in got.items() if name in recorded]
    fixed = [(n, np.where(free[n], want, value) if n in free else value, want) for n, value, want in pairs]
    yield rows.compare_all(case.name, kind, fixed, WEIGHTS)
    loose = [(n, np.where(free[n], value, want), want) for n, value, want in pairs if n in free]
    farthest = rows.Tolerance(2.0 * learning_rate * steps * len(skeletons.SCALES))
    row = rows.compare_all(case.name, f"{kind}_undetermined", loose, farthest)
    count = sum(int(np.sum(mask)) for mask in free.values())
    yield dataclasses.replace(row, note=f"{count} elements; {row.note}")


def run(case: Case, kind: str) -> Iterator[rows.Row]:
    """Losses along five steps, and the literal first call of the original, which is a race."""
    arrays = case.arrays(kind)
    trainer = case.trainer(case.learning_rate)
    order = [sm_sge.LETTERS[scale] for scale in skeletons.SCALES]
    steps = max(len(arrays[name]) for name in ("sim_loss", "run_loss") if name in arrays) - 1
    losses, first = [], None
    for number in range(steps):
        losses.append(trainer.step(case.joints()))
        first = case.to_original(trainer.model) if number == 0 else first
    losses.append(trainer.losses(case.joints()))
    got = np.array([[float(values[letter]) for letter in order] for values in losses])
    for name, tolerance in (("sim_loss", LOSSES_OF_STEPS), ("run_loss", RACE)):
        if name in arrays:
            yield rows.compare(case.name, f"{name}/before", got[:1], arrays[name][:1], LOSS)
            yield rows.compare(case.name, name, got, arrays[name], tolerance)
    recorded = prefixed(arrays, f"{kind}/")
    if recorded:
        yield _race(case, kind, case.untrained() | first, recorded)


def _race(case: Case, kind: str, got: dict, recorded: dict) -> rows.Row:
    """A late gradient may have been taken at updated weights: few elements, and none farther than all four steps."""
    differences = np.concatenate([np.ravel(np.abs(got[name] - value)) for name, value in recorded.items()])
    largest = max(float(np.max(np.abs(value))) for value in recorded.values())
    beyond = int(np.sum(differences > WEIGHTS.absolute))
    worst = float(np.max(differences))
    farthest = 2.0 * case.learning_rate * len(skeletons.SCALES)
    rule = f"{WEIGHTS} but for {RACE_SHARE:.1%}, {farthest:.0e}"
    ok = beyond <= RACE_SHARE * differences.size and worst <= farthest
    note = f"race: {beyond} of {differences.size} elements beyond {WEIGHTS}"
    return rows.Row(case.name, kind, worst, worst / largest, rule, ok, note)
