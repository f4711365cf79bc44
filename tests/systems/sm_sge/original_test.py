# SPDX-License-Identifier: MIT
"""Original SM-SGE checkpoints: the name table, reading, and conversion."""

import functools
import importlib
import json
import shutil

import numpy as np
import pytest

from tests import fakes
from tests.parity import original_names
from tfskel.checkpoints import assign, convert, name_table, tf1
from tfskel.systems import recognition
from tfskel.systems.sm_sge import model as sm_sge
from tfskel.systems.sm_sge import original as names

GOLDEN = fakes.GOLDEN / "sm_sge"
CHECKPOINT = GOLDEN / "ckpt_ias_small" / "mlp.ckpt"


@pytest.fixture(scope="module")
def original():
    return tf1.read(CHECKPOINT)


def test_the_table_holds_every_trained_variable_and_declares_the_rest(original):
    entries = names.table(heads=8, units=16)
    assert len(entries) == 266
    assert len(original) == 1435
    assign.require_same_names(entries, original, names.IGNORED)
    used = {name for name in entries if not name.startswith("Multi_Scale/Multi_Scale/Variable_11")}
    assert "Multi_Scale/Multi_Scale/Variable_11" in set(original) - used


def test_weights_come_back_under_their_original_names(original):
    model = sm_sge.SMSGE("kinect_v1", 6, units=16)
    names.load_encoder(model, original)
    ours, entries = original_names.named(model.trainable_variables), names.table(8, 16)
    like = {name: original[name] for name in entries}
    back = original_names.to_original(ours, like, functools.partial(name_table.to_ours, entries=entries))
    assert set(back) == set(entries)
    for name, value in back.items():
        np.testing.assert_allclose(value, original[name], atol=2e-7, rtol=0)
    kernel = original["MSR/J_pred/rnn/multi_rnn_cell/cell_0/lstm_cell/kernel"]
    np.testing.assert_array_equal(ours["joints_encoder/lstm_0/kernel"][:, 16:32], kernel[:160, 32:48])
    bias = original["MSR/J_pred/rnn/multi_rnn_cell/cell_0/lstm_cell/bias"]
    np.testing.assert_allclose(ours["joints_encoder/lstm_0/bias"][16:32], bias[32:48] + 1, atol=1e-7)


def test_a_missing_or_unknown_variable_is_an_error(original):
    model = sm_sge.SMSGE("kinect_v1", 6, units=16)
    some = {name: v for name, v in original.items() if name != "Multi_Scale/conv1d_5/bias"}
    with pytest.raises(ValueError, match=r"1 missing \(Multi_Scale/conv1d_5/bias\)"):
        names.load_encoder(model, some)
    with pytest.raises(ValueError, match=r"1 unused \(Discriminator/w\)"):
        names.load_encoder(model, {**original, "Discriminator/w": np.zeros(1)})
    with pytest.raises(ValueError, match="wrong shape: joints_heads/"):
        names.load_encoder(sm_sge.SMSGE("kinect_v1", 6, units=16), {
            **original, "MSR/MSR/J_pred/J_pred/Variable_2": np.zeros((16, 59))})  # fmt: skip


def test_settings_are_seen_in_the_shapes(original):
    shapes = {name: value.shape for name, value in original.items()}
    want = {"skeleton": "kinect_v1", "units": 16, "heads": 8, "node_units": 8, "classes": 11}
    assert names.hyperparameters(shapes) == want
    with pytest.raises(ValueError, match="not an SM-SGE checkpoint"):
        names.hyperparameters({"w": (1,)})


def test_converted_weights_reproduce_the_recorded_logits(tmp_path, capsys):
    tool = importlib.import_module("tools.convert_checkpoint")
    out = tmp_path / "converted"
    assert tool.main(["sm_sge", str(CHECKPOINT), str(out)]) == 0
    description = json.loads((out / convert.DESCRIPTION).read_text())
    assert description == json.loads(capsys.readouterr().out)
    shape = {key: description[key] for key in ("skeleton", "length", "units", "heads", "node_units")}
    encoder = sm_sge.SMSGE(**shape)
    encoder.load_weights(out / "encoder.weights.h5")
    classifier = recognition.Recognition(4 * description["units"], description["classes"])
    classifier.load_weights(out / "recognition.weights.h5")
    joints = np.load(GOLDEN / "ias_f6_dataset.npz")["X_test_J"]
    want = np.load(GOLDEN / "ias_f6_stage2_eval.npz")["val_sum_logits"]
    got = classifier.scores(encoder.prefix_features(joints))
    np.testing.assert_allclose(got, want, atol=1e-5 * np.abs(want).max())
    assert [path.name for path in tmp_path.iterdir()] == ["converted"]


@pytest.fixture
def copied(tmp_path):
    folder = tmp_path / "ckpt"
    shutil.copytree(CHECKPOINT.parent, folder)
    return folder


def damaged_data(folder):
    path = folder / "mlp.ckpt.data-00000-of-00001"
    path.write_bytes(path.read_bytes()[:1000])
    return "damaged"


def damaged_index(folder):
    (folder / "mlp.ckpt.index").write_bytes(b"not an index" * 100)
    return "not a readable checkpoint, or damaged"


def no_data(folder):
    (folder / "mlp.ckpt.data-00000-of-00001").unlink()
    return "has no mlp.ckpt.data-00000-of-00001"


def no_index(folder):
    (folder / "mlp.ckpt.index").unlink()
    return "mlp.ckpt.index is missing"


@pytest.mark.parametrize("harm", [damaged_data, damaged_index, no_data, no_index])
def test_a_damaged_checkpoint_is_a_clear_error_and_writes_nothing(copied, harm, capsys):
    message = harm(copied)
    tool = importlib.import_module("tools.convert_checkpoint")
    out = copied.parent / "out"
    assert tool.main(["sm_sge", str(copied / "mlp.ckpt"), str(out)]) == 1
    assert message in capsys.readouterr().err
    assert sorted(path.name for path in copied.parent.iterdir()) == ["ckpt"]


def test_an_existing_folder_is_kept_unless_forced(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("precious")
    with pytest.raises(FileExistsError, match="--force"):
        convert.convert("sm_sge", CHECKPOINT, out)
    assert (out / "mine.txt").exists()
    convert.convert("sm_sge", CHECKPOINT.parent, out, force=True)
    assert not (out / "mine.txt").exists() and (out / "encoder.weights.h5").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"system": "x"}, "Unknown system 'x'; known: cage, hi_mpc, sm_sge"),
        ({"skeleton": "kinect_v2"}, "trained on skeleton 'kinect_v1', not 'kinect_v2'"),
    ],
)
def test_wrong_requests_are_refused(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        convert.convert(**{"system": "sm_sge", "path": CHECKPOINT, "out": tmp_path / "out", **arguments})
    assert not list(tmp_path.iterdir())
