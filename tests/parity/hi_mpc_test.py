# SPDX-License-Identifier: MIT
"""Every recorded quantity of the original Hi-MPC program is compared, and is met."""

import importlib
import shutil

import numpy as np
import pytest

from tests import fakes
from tests.parity import reading, registry, tie_order

TESTS = fakes.GOLDEN
GOLDEN, RELEASED = TESTS / "hi_mpc", TESTS / "released"
LOSSES = {"loss/J", "loss/total", "loss/J_averaged", "imp/J"}
STEP = {"g", "g_set", "after1", "after5", "loss_trace"}
KINDS = ("logits", "pred", "score")
STEP |= {f"{kind}/{letter}" for kind in KINDS for letter in "JPB"}
STEP |= {"msmr", *(f"{kind}/{letter}" for kind in ("level", "frames", "sequence") for letter in "JPB")}
TRACE = {"trace_weights", "trace_weights_set"} | {
    f"trace_{kind}/e{epoch}{letter}"
    for epoch in range(3)
    for kind, letters in (("metrics", ("",)), ("steps", ("",)), ("labels", ("_J", "_P", "_B")))
    for letter in letters
}
EXPECTED = {
    "model_ias_j20_f6": STEP | LOSSES,
    **{f"model_ias_j20_f6_focus{focus}": LOSSES | {"gnorm", "gnorm_set"} for focus in (-1, 0)},
    "trace_ias_small": TRACE,
    "trace_ias_small_outliers": TRACE,
    "evaluation": {f"{kind}/{case}" for kind in ("mAP", "rank_k") for case in (
        "normal", "normal_missing_ids", "normal_tied_gallery", "casia_cross_cl_nm", "casia_same_nm_nm",
        "casia_same_bg_bg_dup")},
    "ckpt_ias_small/best.ckpt": {"ckpt_msmr", *(f"ckpt_sequence/{letter}" for letter in "JPB")},
    "cluster_n300_k2eq1": {"jaccard/k15_1", "labels/k25_4/labels_eps0.8_ms4", "centroids/k15_1/labels_eps0.6_ms2"},
    **{f"loader_{tag}": {"loader_onehot", *(f"loader_{kind}/{split}" for kind in ("J", "P", "B", "label")
                                           for split in ("train", "test"))}
       for tag in ("BIWI_Walking", "KGBD_gallery", "KS20_probe")},
}  # fmt: skip


@pytest.fixture(scope="module")
def results():
    loaders = sorted(RELEASED.glob("loader_*.npz"))
    return list(registry.compare([GOLDEN, *loaders]))


def test_every_recorded_file_is_compared(results):
    assert registry.problems(results) == []


@pytest.mark.parametrize("case", EXPECTED)
def test_every_quantity_of_a_case_meets_its_recording(results, case):
    assert registry.unmet(results, case, EXPECTED[case]) == []


def test_replayed_epochs_find_the_recorded_clusters_exactly(results):
    assert {row.abs for row in results if row.name.startswith("trace_labels")} == {0.0}


def test_replayed_weights_and_losses_are_far_inside_their_tolerances(results):
    assert max(row.abs for row in results if row.name == "trace_weights") < 4e-6
    assert max(row.rel for row in results if row.name.startswith("trace_steps")) < 1e-5


@pytest.mark.parametrize(
    "name, key",
    [
        ("model_ias_j20_f6.npz", "logits/P"),
        ("model_ias_j20_f6.npz", "pred/B"),
        ("model_ias_j20_f6.npz", "g/Hi_MPC/Hi_MPC/Variable_7"),
        ("model_ias_j20_f6.npz", "a5/W_2_B"),
        ("trace_ias_small.npz", "e2/labels_B"),
        ("trace_ias_small.npz", "w_final/W_1"),
        ("evaluation.npz", "casia_same_nm_nm/result"),
        ("cluster_n300_k2eq1.npz", "k15_1/labels_eps0.6_ms2"),
    ],
)
def test_an_altered_number_fails(tmp_path, name, key):
    arrays = reading.load(GOLDEN / name)
    arrays[key] = np.array(arrays[key])
    step = 1 if arrays[key].dtype.kind == "i" else 1e-2
    part = slice(None) if arrays[key].ndim == 1 and step == 1 else slice(0, 1)
    arrays[key].reshape(-1)[part] = np.roll(arrays[key].reshape(-1)[part], 5) + step
    np.savez(tmp_path / name, **arrays)
    found = list(registry.compare([tmp_path / name]))
    assert any(not row.ok for row in found)


def test_a_recording_without_its_inputs_is_not_compared(tmp_path):
    for name, match in (
        ("trace_ias_small_outliers", "no recording beside it"),
        ("model_ias_j20_f6_focus0", "model_ias_j20_f6.npz"),
    ):
        shutil.copy(GOLDEN / f"{name}.npz", tmp_path)
        (problem,) = registry.compare([tmp_path / f"{name}.npz"])
        assert problem.known and match in problem.reason
    shutil.copy(RELEASED / "loader_KS20_probe.npz", tmp_path)
    (problem,) = registry.compare([tmp_path / "loader_KS20_probe.npz"])
    assert "no folder Datasets with the arrays of KS20" in problem.reason


def test_rows_beyond_the_complete_batches_of_a_trace_change_nothing(tmp_path):
    """The original leaves them out everywhere, so a recording with more of them holds the same numbers."""
    arrays = reading.load(GOLDEN / "trace_ias_small.npz")
    for part, more in (("train", 4), ("test", 5), ("gal", 6)):
        for name in (f"data/X_{part}_J", f"data/y_{part}"):
            arrays[name] = np.concatenate([arrays[name], arrays[name][:more]])
    assert len(arrays["data/X_train_J"]) % 16 == 4 and len(arrays["e0/feat_msmr"]) == 144
    np.savez(tmp_path / "trace_more.npz", **arrays)
    found = {row.name: row for row in registry.compare([tmp_path / "trace_more.npz"])}
    assert TRACE | {"trace_features/e0_msmr", "trace_features/e0_J"} <= set(found)
    assert [row for row in found.values() if not row.ok] == []
    for name in ("data/X_train_J", "data/y_train"):
        arrays[name] = arrays[name][4:]
    np.savez(tmp_path / "trace_other.npz", **arrays)
    found = {row.name: row for row in registry.compare([tmp_path / "trace_other.npz"])}
    assert not found["trace_features/e0_J"].ok and not found["trace_labels/e0_J"].ok


def test_the_tool_reads_this_form_too(capsys):
    tool = importlib.import_module("tools.parity")
    assert tool.main([str(GOLDEN / "evaluation.npz")]) == 0
    assert "16 rows, 0 failed, 0 files not compared" in capsys.readouterr().out


def test_the_recorded_search_order_is_by_distance_and_complete_among_equals():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(40, 3)).astype(np.float32)
    vectors[20:] = vectors[:20]  # every distance occurs twice
    found = tie_order.nearest(vectors, 7)
    squares = ((vectors[:, None].astype(float) - vectors) ** 2).sum(-1)
    np.testing.assert_array_equal(np.take_along_axis(squares, found, axis=1), np.sort(squares, axis=1)[:, :7])
    assert all(len(set(row)) == 7 for row in found.tolist())
