# SPDX-License-Identifier: MIT
"""tools/export_state_dict.py writes what a run has kept with the names of the original program."""

import importlib

import numpy as np
import pytest

from tests import fakes
from tfskel import arrays, systems
from tfskel.checkpoints import weight_file
from tfskel.systems.st_reidnet import original
from tfskel.training import phase as phases

tool = importlib.import_module("tools.export_state_dict")


@pytest.fixture
def run(tmp_path):
    """Model folder of a run, and its network."""
    config = fakes.recipe("st_reidnet")
    system = systems.find("st_reidnet")(fakes.sections(config), 3, 7)
    network = system.models["baseline"]["encoder"]
    model = tmp_path / "run" / "seed_7" / "model"
    model.mkdir(parents=True)
    network.save_weights(model / phases.weights_name("baseline", "encoder", "last"))
    described = {"system": "st_reidnet", "classes": ["1", "2", "3"], "epochs": {"baseline": {"last": 1}}, "seed": 8}
    arrays.write_json(model / "system.json", described)
    arrays.write_json(tmp_path / "run" / "config.json", config.to_dict())
    return model, network


@pytest.mark.parametrize("ending", ["safetensors", "npz"])
def test_a_run_becomes_state_dicts_that_are_read_back(run, ending, tmp_path, capsys):
    model, network = run
    assert tool.main([str(model), str(tmp_path / "out"), "--selection", "last", "--format", ending]) == 0
    file = tmp_path / "out" / f"encoder.{ending}"
    assert capsys.readouterr().out.strip() == str(file)
    found, want = weight_file.read(file), original.state_dict(network)
    assert set(found) == set(want) and "base_model.conv1.weight" in found
    for name, value in want.items():
        np.testing.assert_array_equal(found[name], value)


def test_what_cannot_be_written_is_told(run, tmp_path, capsys):
    model, _ = run
    assert tool.main([str(model), str(tmp_path / "out")]) == 1
    assert (
        "selection 'probe-best' kept no weights of phase baseline; the selections are last" in capsys.readouterr().err
    )
    assert tool.main([str(tmp_path), str(tmp_path / "out")]) == 1
    assert "system.json" in capsys.readouterr().err
    arrays.write_json(model / "system.json", {"system": "upmnet"})
    assert tool.main([str(model), str(tmp_path / "out")]) == 1
    assert "the original of upmnet does not use PyTorch" in capsys.readouterr().err
    arrays.write_json(model / "system.json", {"system": "st_reidnet"})
    (model.parents[1] / "config.json").unlink()
    assert tool.main([str(model), str(tmp_path / "out")]) == 1
    assert "give the model folder of a run" in capsys.readouterr().err
