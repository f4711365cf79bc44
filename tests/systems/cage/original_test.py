# SPDX-License-Identifier: MIT
"""Original CAGE checkpoints: names, reading of one and of several axes, and conversion."""

import functools
import importlib
import json
import re

import numpy as np
import pytest

from tests import fakes
from tests.parity import original_names
from tfskel.checkpoints import convert, name_table, tf1
from tfskel.systems.cage import model as cage
from tfskel.systems.cage import original as names

GOLDEN = fakes.GOLDEN / "cage"
CHECKPOINT = GOLDEN / "ckpt_ias_x_small"


@pytest.fixture(scope="module")
def original():
    return tf1.read(CHECKPOINT)


def test_weights_come_back_under_their_original_names(original):
    model = cage.CAGE(20, 6, 24, 1)
    names.load(model, [original])
    like = {n: value for n, value in original.items() if not any(re.fullmatch(state, n) for state in names.IGNORED)}
    ours = {name: value[0] for name, value in original_names.named(model.trainable_variables).items()}
    back = original_names.to_original(ours, like, functools.partial(name_table.to_ours, entries=names.table()))
    assert len(back) == 18 and set(back) < set(original)
    for name, value in back.items():
        np.testing.assert_allclose(value, original[name], atol=2e-7, err_msg=name)


def test_sizes_are_read_from_the_shapes(original):
    shapes = {name: value.shape for name, value in original.items()}
    want = {"num_joints": 20, "length": 6, "units": 24, "unused_copies": True}
    assert names.hyperparameters(shapes) == want
    with pytest.raises(ValueError, match="not a CAGE encoder: it lacks W1"):
        names.hyperparameters({"W": (3, 3)})


@pytest.mark.parametrize("change, match", [
    (lambda o: o.pop("memory_layer/kernel"), r"1 missing \(memory_layer/kernel\)"),
    (lambda o: o.update({"W_3": np.zeros(2)}), r"1 unused \(W_3\)"),
])  # fmt: skip
def test_names_that_do_not_fit_are_listed(original, change, match):
    altered = dict(original)
    change(altered)
    with pytest.raises(ValueError, match=match):
        names.load(cage.CAGE(20, 6, 24, 1), [altered])


def test_checkpoints_of_all_axes_become_one_network(tmp_path, capsys):
    tool = importlib.import_module("tools.convert_checkpoint")
    paths = [str(CHECKPOINT)] * 3
    assert tool.main(["cage", *paths, str(tmp_path / "out"), "--skeleton", "kinect_v1"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["system"], found["streams"], found["length"]) == ("cage", 3, 6)
    model = cage.CAGE(**{key: found[key] for key in ("num_joints", "length", "units", "streams", "unused_copies")})
    model.load_weights(tmp_path / "out" / "encoder.weights.h5")
    recorded = np.load(GOLDEN / "enc_la_revrec_ias_f6.npz")
    context = np.asarray(model.context(np.stack([recorded["input/source"][:8]] * 3)))
    for stream in range(3):
        np.testing.assert_allclose(context[stream], recorded["out5/context"], atol=2e-5)


def test_a_wrong_number_of_checkpoints_is_refused(original, tmp_path):
    with pytest.raises(ValueError, match="3 checkpoints are needed, one for each stream; received 1"):
        names.load(cage.CAGE(20, 6, 24, 3), [original])
    with pytest.raises(ValueError, match="a hi_mpc network is one checkpoint; received 2"):
        convert.convert("hi_mpc", [CHECKPOINT, CHECKPOINT], tmp_path / "out")
