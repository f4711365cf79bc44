# SPDX-License-Identifier: MIT
"""Every recorded quantity of the original CAGE program is compared, and is met."""

import shutil

import numpy as np
import pytest

from tests import fakes
from tests.parity import reading, registry, rows

GOLDEN = fakes.GOLDEN / "cage"
OUTPUTS = ("encoder_outputs", "alignment_history", "context", "decoder_train", "projection")
EXPECTED = {
    "enc_la_revrec_ias_f6": {
        *(f"loss/{term}" for term in ("reconstruction", "attention", "contrastive", "l2", "total")),
        *(f"out/{name}" for name in (*OUTPUTS, "decoder_infer", "attention_vectors", "encoder_c1")),
        *(f"out5/{name}" for name in OUTPUTS),
        "grad", "grad_set", "after1", "after5", "loss_steps",
    },
    "ckpt_ias_x_small": {"ckpt_weights", *(f"ckpt_out5/{name}" for name in OUTPUTS)},
    "rn_ap_ias": {"out/logits", "out/hidden", "loss/cross_entropy", "grad", "after1", "after5", "loss/after_step",
                  "one_call/logits/kernel"},
    **{f"eval_{test}": {f"eval/{name}" for name in ("rows", "logits", "rank_n", "rank_1", "nauc", "confusion")}
       for test in ("ap_biwi", "sc_ks20")},
    "match_cme_same": {"match/row", "match/rank_1"},
    "match_cme_cross": {"match/row", "match/rank_1"},
    "pipeline_cme_cl_nm_f10": {"cage/train", "cage/test", "label/train", "label/test", "match/row", "match/rank_1"},
}  # fmt: skip


@pytest.fixture(scope="module")
def results():
    return list(registry.compare([GOLDEN]))


def test_every_recorded_file_is_compared(results):
    assert registry.problems(results) == []


@pytest.mark.parametrize("case", EXPECTED)
def test_every_quantity_of_a_case_meets_its_recording(results, case):
    assert registry.unmet(results, case, EXPECTED[case]) == []


@pytest.mark.parametrize(
    "name, key",
    [
        ("enc_la_revrec_ias_f6", "out/context"),
        ("enc_la_revrec_ias_f6", "grad/W1"),
        ("enc_la_revrec_ias_f6", "after5/b1"),
        ("rn_ap_ias", "after5/W"),
        ("pipeline_cme_cl_nm_f10", "cage/test"),
    ],
)
def test_a_changed_recording_fails(tmp_path, name, key):
    arrays = reading.load(GOLDEN / f"{name}.npz")
    arrays[key] = arrays[key] + 0.01 * np.abs(arrays[key]).max() + 1e-3
    np.savez(tmp_path / f"{name}.npz", **arrays)
    found = list(registry.compare([tmp_path / f"{name}.npz"]))
    assert any(isinstance(row, rows.Row) and not row.ok for row in found)


def test_two_axes_trained_side_by_side_are_those_trained_alone(tmp_path):
    for number in range(2):
        shutil.copy(GOLDEN / "enc_la_revrec_ias_f6.npz", tmp_path / f"enc_{number}.npz")
    found = [row for row in registry.compare([tmp_path]) if row.name.startswith("side_by_side_after5")]
    assert len(found) == 2 and all(row.ok for row in found)


def test_a_checkpoint_of_another_training_is_a_problem(tmp_path):
    shutil.copytree(GOLDEN / "ckpt_ias_x_small", tmp_path / "ckpt_other")
    arrays = reading.load(GOLDEN / "enc_la_revrec_ias_f6.npz")
    arrays["after5/b1"] = arrays["after5/b1"] + 1
    np.savez(tmp_path / "enc_other.npz", **arrays)
    (found,) = [p for p in registry.compare([tmp_path / "ckpt_other"]) if isinstance(p, registry.Problem)]
    assert "not the last state" in found.reason


def test_a_recording_of_steps_without_its_inputs_is_a_problem_and_the_others_are_compared(tmp_path):
    arrays = reading.load(GOLDEN / "enc_la_revrec_ias_f6.npz")
    np.savez(tmp_path / "enc_first.npz", **{name: value for name, value in arrays.items() if name != "input/source"})
    shutil.copy(GOLDEN / "match_cme_same.npz", tmp_path)
    found = list(registry.compare([tmp_path]))
    (problem,) = [result for result in found if isinstance(result, registry.Problem)]
    assert "it lacks 'input/source'" in problem.reason
    assert {row.name for row in found if isinstance(row, rows.Row)} == {"match/row", "match/rank_1"}
