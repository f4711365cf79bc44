# SPDX-License-Identifier: MIT
"""Every recorded quantity of the original SM-SGE program is compared, and is met."""

import importlib
import shutil

import numpy as np
import pytest

from tests import fakes
from tests.parity import reading, registry, sm_sge_case

GOLDEN = fakes.GOLDEN / "sm_sge"
LETTERS = "JPBI"
CRL = ("r_12", "r_13", "r_23", "r_01", "r_02", "r_03", *(f"self_r_{k}" for k in range(4)))
IAS = {
    "weight", "frames", "sim_loss", "loss", "after1", "after1_set", "after5", "after5_set", "mlp_grad", "mlp_after1",
    "mlp_after5", "stage2_encoder_weights", "stage2_encoder_weights_set", "val_sum_logits", "val_labels",
    "grad/recog", "grad_set/recog", "crl_raw/a_12", "crl_raw/a_01", "val_nAUC/replayed", "val_nAUC/of_recorded_scores",
    *(f"{kind}/{letter}" for letter in LETTERS for kind in (
        "input", "bias", "srl", "fused", "loss", "printed", "pred_I_last", "grad", "grad_set", "stage2_input")),
    *(f"{kind}/{letter}/{q}" for letter in LETTERS for q in range(6) for kind in ("enc", "loss_seq")),
    *(f"enc_state/{letter}/5/layer{k}_{part}" for letter in LETTERS for k in (0, 1) for part in "hc"),
    *(f"crl/{name}" for name in CRL),
    *(f"{stage}/{item}" for stage in ("recog", "stage2") for item in (
        "features", "logits", "sum_logits", "loss", "accuracy")),
    *(f"trace/{split}_{item}" for split in ("train", "test") for item in ("loss", "accuracy", "nAUC")),
    *(f"dataset/{item}" for item in ("first_batch", "first_labels", "train_root", "test_root")),
} - {"sim_loss", "loss"}  # fmt: skip
KS20 = {f"{kind}/{letter}" for letter in LETTERS for kind in ("srl", "fused", "bias", "input")} | {
    f"evaluate/{item}" for item in ("rank_n", "nAUC", "confusion", "loss", "accuracy")
}
DATA = {"data_samp/index", "data_samp/label", "data_y/train", "data_y/test"} | {
    f"{kind}/{letter}" for letter in LETTERS for kind in ("data_X_train", "data_X_test", "data_adj", "data_biases")
}
EXPECTED = {
    "ias_f6": IAS,
    "ks20_f6": KS20,
    "metrics_a": {"metrics/rank_n", "metrics/nAUC", "metrics/confusion"},
    "ckpt_ias_small/mlp.ckpt": {"ckpt_weights", "ckpt_val_sum_logits"},
    **{f"data_{tag}": DATA for tag in ("ias_f6", "ks20_f6", "casia_f6", "ks20_nhood2")},
}


@pytest.fixture(scope="module")
def results():
    return list(registry.compare([GOLDEN]))


def test_every_recorded_file_is_compared(results):
    assert registry.problems(results) == []


@pytest.mark.parametrize("case", EXPECTED)
def test_every_quantity_of_a_case_meets_its_recording(results, case):
    assert registry.unmet(results, case, EXPECTED[case]) == []


def test_determined_weights_after_five_steps_are_far_inside_the_tolerance(results):
    worst = {row.name: row.abs for row in results if row.case == "ias_f6"}
    assert worst["after1"] < 5e-6 and worst["after5"] < 2e-5


def altered(folder, name, key, change):
    arrays = reading.load(GOLDEN / name)
    arrays[key] = np.array(arrays[key])
    change(arrays[key])
    np.savez(folder / name, **arrays)
    return folder / name


def bump(array):
    array.flat[array.size // 2] += 1e-3


@pytest.mark.parametrize(
    "name, key",
    [
        ("metrics_a.npz", "nAUC"),
        ("data_casia_f6.npz", "out/X_train_I"),
        ("ias_f6_forward_graph.npz", "crl/r_13"),
        ("ias_f6_inputs_weights.npz", "input/P"),
        ("ias_f6_after1.npz", "after1/MSR/B_pred/rnn/multi_rnn_cell/cell_0/lstm_cell/kernel"),
        ("ias_f6_stage2.npz", "features"),
        ("ias_f6_stage2.npz", "mlp_grad/Recognition/Recognition/Variable_4"),
    ],
)
def test_an_altered_number_fails(tmp_path, capsys, name, key):
    for needed in ("inputs_weights", "stage2_encoder_weights"):
        shutil.copy(GOLDEN / f"ias_f6_{needed}.npz", tmp_path)
    path = altered(tmp_path, name, key, bump)
    assert importlib.import_module("tools.parity").main([str(path), "--failed"]) == 1
    output = capsys.readouterr().out
    assert "FAIL" in output and " 0 failed" not in output


def test_a_wrong_set_of_variables_fails(tmp_path):
    shutil.copy(GOLDEN / "ias_f6_inputs_weights.npz", tmp_path)
    arrays = reading.load(GOLDEN / "ias_f6_grads.npz")
    arrays.pop("grad/B/Multi_Scale/Multi_Scale/Variable_18")
    np.savez(tmp_path / "ias_f6_grads.npz", **arrays)
    found = {row.name: row for row in registry.compare([tmp_path / "ias_f6_grads.npz"])}
    assert not found["grad_set/B"].ok and found["grad_set/J"].ok
    assert "Variable_18" in found["grad_set/B"].note


def test_the_tool_prints_rows_a_summary_and_succeeds(capsys):
    tool = importlib.import_module("tools.parity")
    assert tool.main([str(GOLDEN / "metrics_a.npz"), str(GOLDEN / "data_casia_f6.npz")]) == 0
    output = capsys.readouterr().out
    assert "metrics/rank_n" in output and "worst row per quantity" in output
    assert "23 rows, 0 failed, 0 files not compared" in output


def test_unknown_damaged_and_missing_files_are_named(tmp_path, capsys):
    tool = importlib.import_module("tools.parity")
    folder = tmp_path / "sm_sge"
    folder.mkdir()
    (folder / "notes.txt").write_text("hello")
    assert tool.main([str(folder)]) == 1
    assert "notes.txt: not a recording of a known system" in (output := capsys.readouterr().out)
    assert "nothing was compared" in output
    shutil.copy(GOLDEN / "metrics_a.npz", folder)
    assert tool.main([str(folder)]) == 0
    (folder / "data_x.npz").write_bytes((GOLDEN / "data_casia_f6.npz").read_bytes()[:5000])
    assert tool.main([str(folder)]) == 1
    assert "data_x.npz: not a readable .npz file" in capsys.readouterr().out
    assert tool.main([str(tmp_path / "absent.npz")]) == 1
    assert "there is no such file" in capsys.readouterr().out


def test_a_case_without_its_weights_is_not_compared(tmp_path):
    shutil.copy(GOLDEN / "ias_f6_after1.npz", tmp_path)
    (problem,) = registry.compare([tmp_path / "ias_f6_after1.npz"])
    assert problem.known and "ias_f6_inputs_weights.npz is missing" in problem.reason


def test_flags_of_a_command_line_are_settings():
    assert sm_sge_case.flags(["--loss", "l2", "--P=4", "--global_att", "--n_hood", "2"]) == {
        "loss": "l2", "P": "4", "global_att": "", "n_hood": "2"}  # fmt: skip
