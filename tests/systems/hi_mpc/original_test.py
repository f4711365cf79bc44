# SPDX-License-Identifier: MIT
"""Original Hi-MPC checkpoints: the name table, reading, and conversion."""

import functools
import importlib
import json
import shutil
import types

import numpy as np
import pytest

from tests import fakes
from tests.parity import original_names
from tfskel.checkpoints import assign, convert, name_table, tf1
from tfskel.systems.hi_mpc import model as hi_mpc
from tfskel.systems.hi_mpc import original as names

GOLDEN = fakes.GOLDEN / "hi_mpc" / "ckpt_ias_small"
CHECKPOINT = GOLDEN / "best.ckpt"


@pytest.fixture(scope="module")
def original():
    return tf1.read(CHECKPOINT)


def test_the_table_holds_every_trained_variable_and_the_frozen_twins_are_ignored(original):
    entries = names.table(heads=8)
    assert (len(entries), len(original)) == (36, 134)
    assign.require_same_names(entries, original, names.IGNORED)
    twins = [name for name in original if name.endswith("/Initializer/Variable")]
    assert len(twins) == 24 and not set(twins) & set(entries)


def test_weights_come_back_under_their_original_names(original):
    model = hi_mpc.HiMPC("kinect_v1", 6, units=32)
    names.load(model, original)
    like = {name: original[name] for name in names.table(8)}
    to_ours = functools.partial(name_table.to_ours, entries=names.table(8))
    back = original_names.to_original(original_names.named(model.trainable_variables), like, to_ours)
    assert set(back) == set(like)
    for name, value in back.items():
        np.testing.assert_array_equal(value, original[name], err_msg=name)


def test_sizes_are_read_from_the_shapes(original):
    shapes = {name: value.shape for name, value in original.items()}
    assert names.hyperparameters(shapes) == {"skeleton": "kinect_v1", "units": 32, "heads": 8}
    with pytest.raises(ValueError, match="not a Hi-MPC checkpoint: it lacks W_1"):
        names.hyperparameters({"W_2": (3, 3)})


@pytest.mark.parametrize("change, match", [
    (lambda o: o.pop("W_2_P"), r"1 missing \(W_2_P\)"),
    (lambda o: o.update({"W_3": np.zeros(2)}), r"1 unused \(W_3\)"),
])  # fmt: skip
def test_names_that_do_not_fit_are_listed(original, change, match):
    altered = dict(original)
    change(altered)
    with pytest.raises(ValueError, match=match):
        names.load(hi_mpc.HiMPC("kinect_v1", 6, units=32), altered)


def test_a_converted_checkpoint_gives_the_recorded_features(tmp_path, capsys):
    tool = importlib.import_module("tools.convert_checkpoint")
    assert tool.main(["hi_mpc", str(CHECKPOINT), str(tmp_path / "out"), "--skeleton", "kinect_v1"]) == 0
    description = json.loads(capsys.readouterr().out)
    assert (description["system"], description["units"], description["heads"]) == ("hi_mpc", 32, 8)
    model = hi_mpc.HiMPC(**{key: description[key] for key in ("skeleton", "length", "units", "heads")})
    model.load_weights(tmp_path / "out" / "encoder.weights.h5")
    recorded = np.load(GOLDEN / "features.npz")
    found = model.representations(recorded["J_in"])
    np.testing.assert_allclose(found["features"], recorded["msmr"], atol=1e-5)
    for level, letter in hi_mpc.LETTERS.items():
        np.testing.assert_allclose(found[level], recorded[f"seq_{letter}"], atol=1e-5)


def test_a_full_disk_stops_a_conversion_with_a_message_and_leaves_nothing(tmp_path, monkeypatch, capsys):
    tool = importlib.import_module("tools.convert_checkpoint")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: types.SimpleNamespace(free=1 << 14))
    assert tool.main(["hi_mpc", str(CHECKPOINT), str(tmp_path / "out")]) == 1
    assert "No space left on device" in capsys.readouterr().err and not [*tmp_path.iterdir()]


def test_another_skeleton_is_refused(tmp_path):
    with pytest.raises(ValueError, match="trained on skeleton 'kinect_v1', not 'kinect_v2'"):
        convert.convert("hi_mpc", CHECKPOINT, tmp_path / "out", "kinect_v2")
    assert not (tmp_path / "out").exists()
