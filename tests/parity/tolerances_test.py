# SPDX-License-Identifier: MIT
"""The table admits the rounding of gradients at long sequences, and no real fault."""

import contextlib
import functools

import keras
import numpy as np
import pytest

from tests.parity import original_names, registry, tolerances
from tests.parity.sm_sge_case import SCALE_OF
from tfskel.checkpoints import assign, name_table
from tfskel.systems.sm_sge import model as sm_sge
from tfskel.systems.sm_sge import original as names
from tfskel.systems.sm_sge import trainer as pretraining

FRAMES, BATCH, UNITS, HEADS = 20, 8, 8, 2


@contextlib.contextmanager
def precision(kind):
    floatx, policy = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx(kind)
    keras.config.set_dtype_policy(kind)
    try:
        yield
    finally:
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(policy)


def model(kind):
    with precision(kind):
        return sm_sge.SMSGE("openpose", FRAMES, units=UNITS, heads=HEADS, seed=3)


def gradients(weights, joints, drawn, kind):
    """scale -> our name -> gradient, computed in one precision at the same float32 weights."""
    encoder = model(kind)
    with precision(kind):
        assign.assign(encoder, weights)
        trainer = pretraining.PretrainTrainer(encoder, 0.0, drawn)
        _, found = trainer.gradients(joints.astype(kind))
    return {scale: original_names.named(trainer.weights[scale], values) for scale, values in found.items()}


def renamed(ours, weights, differences=False):
    """Under original names; `weights` holds all of ours, for the shapes."""
    like, entries = {}, names.table(HEADS, UNITS)
    for name, entry in entries.items():
        value = weights[entry.ours]
        if entry.kind == "lstm_kernel":
            value = np.concatenate([value, weights[entry.ours.removesuffix("kernel") + "recurrent_kernel"]])
        like[name] = value[entry.index] if entry.index else value
    return original_names.to_original(ours, like, functools.partial(name_table.to_ours, entries=entries), differences)


def recorded(weights, joints, drawn, kind):
    """Arrays of a file of gradients."""
    of_scale = gradients(weights, joints, drawn, kind)
    return {
        f"grad/{letter}/{name}": value.astype(np.float32)
        for letter, scale in SCALE_OF.items()
        for name, value in renamed(of_scale[scale], weights, differences=True).items()
    }


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """Folder with inputs and weights of 20 frames and 14 joints; weights, joints and frames."""
    folder, rng = tmp_path_factory.mktemp("long"), np.random.default_rng(0)
    encoder = model("float32")
    weights = original_names.named(encoder.trainable_variables)
    joints = np.cumsum(rng.normal(0, 0.03, (BATCH, FRAMES, 14, 3)), axis=1) + rng.normal(0, 0.4, (14, 3))
    joints = (joints - joints[:, :, :1]).astype(np.float32)
    drawn = pretraining.draw_sub_sequences(FRAMES, np.random.RandomState(1))
    original = renamed(weights, weights)
    arrays = {f"weight/{name}": value for name, value in original.items()}
    arrays |= {f"frames/{q}": frames for q, frames in enumerate(drawn)}
    arrays |= {f"bias/{letter}": encoder.biases[scale][None] for letter, scale in SCALE_OF.items()}
    arrays |= {"input/J": joints.reshape(-1, 14, 3), "input/label": np.eye(BATCH, dtype=np.int32)}
    np.savez(folder / "long_inputs_weights.npz", **arrays)
    return folder, weights, joints, drawn


@pytest.fixture(scope="module")
def exact(case):
    return recorded(*case[1:], "float64")


def compared(case, arrays):
    path = case[0] / "long_grads.npz"
    np.savez(path, **arrays)
    return {row.name: row for row in registry.compare([path]) if row.name.startswith("grad/")}


def test_gradients_of_twenty_frames_computed_in_float64_are_met(case, exact):
    found = compared(case, exact)
    assert len(found) == 4 and all(row.ok for row in found.values())
    assert max(row.rel for row in found.values()) > 1e-8, "nothing was rounded, so nothing was shown"


def test_a_dropped_sub_sequence_fails(case):
    folder, weights, joints, drawn = case
    found = compared(case, recorded(weights, joints, drawn[:-1], "float64"))
    assert len(found) == 4 and not any(row.ok for row in found.values())


def test_a_thousandth_of_the_largest_entry_fails(case, exact):
    assert not any(row.ok for row in compared(case, {name: value * 1.001 for name, value in exact.items()}).values())
    largest = {letter: max(np.max(np.abs(v)) for n, v in exact.items() if n.startswith(f"grad/{letter}/"))
               for letter in SCALE_OF}  # fmt: skip
    shifted = dict(exact)
    for letter in SCALE_OF:
        name = next(name for name in exact if name.startswith(f"grad/{letter}/") and name.endswith("lstm_cell/bias"))
        shifted[name] = exact[name] + np.float32(1e-3 * largest[letter])
    assert not any(row.ok for row in compared(case, shifted).values())


def test_short_cases_keep_five_millionths_and_long_ones_a_share_that_grows():
    short, long = (tolerances.of("sm_sge", "grad/J", frames) for frames in (6, 20))
    assert short.beside(0.7).allowed(0.1) == 5e-6 and long.beside(0.1).allowed(0.1) == 5e-6
    assert short.beside(5.0).allowed(0.1) == pytest.approx(1e-5)
    assert 2e-5 < long.beside(1.0).allowed(0.1) < 1e-4
