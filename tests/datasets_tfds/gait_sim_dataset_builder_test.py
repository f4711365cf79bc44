# SPDX-License-Identifier: MIT
"""The TFDS builder of the simulated data set, as a class and by the stock command."""

import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pytest

from datasets_tfds import catalogue
from datasets_tfds.gait_sim import simulator

SMALL = {"num_identities": 2, "recordings_per_identity": 4, "frames": 9, "views": ["0", "90"], "seed": 5}


def test_a_small_data_set_is_built_in_order_and_read_back_exactly(tmp_path):
    builder = catalogue.load("gait_sim", tmp_path, {**SMALL, "skeleton": "kinect_v2"})
    builder.download_and_prepare()
    options = simulator.Options(**{**SMALL, "skeleton": "kinect_v2"})
    for split in ("train", "gallery", "probe"):
        stored = list(builder.as_dataset(split=split).as_numpy_iterator())
        expected = list(simulator.examples(options, split))
        assert len(stored) == len(expected) > 0
        for found, example in zip(stored, expected, strict=True):
            np.testing.assert_array_equal(found["joints"], example["joints"])
            np.testing.assert_array_equal(found["frames"], np.arange(9))
            assert found["captured"] == 9
            for key in ("identity", "recording", "camera", "condition", "setting"):
                assert found[key].decode() == example[key]


def test_options_are_recorded_beside_the_data(tmp_path):
    builder = catalogue.load("gait_sim", tmp_path, SMALL)
    metadata = builder.info.metadata
    assert metadata["seed"] == 5
    assert metadata["fps"] == 30.0
    assert metadata["skeleton"] == "kinect_v1"
    assert metadata["options"]["frames"] == 9
    assert "Synthetic" in metadata["source"]


def test_the_two_named_configs_stand_for_default_options():
    data_set = type(catalogue.load("gait_sim"))
    assert data_set.config_for({}).name == "recordings"
    assert data_set.config_for({"noise": 0.02, "views": ["0", "45", "-45"]}).name == "recordings"
    assert data_set.config_for({"skeleton": "kinect_v2"}).name == "recordings_kinect_v2"


@pytest.mark.parametrize(
    "options, message",
    [
        ({"num_identity": 3}, "unknown option 'num_identity'.*Did you mean 'num_identities'"),
        ({"frames": "many"}, "frames must be int"),
        ({"frames": 0}, "frames must be at least 2; received 0"),
        ({"skeleton": "openpose"}, "skeleton must be one of"),
    ],
)
def test_wrong_options_are_named_before_anything_is_built(tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        catalogue.load("gait_sim", tmp_path, options)
    assert not list(tmp_path.iterdir())


def test_the_stock_command_builds_both_layouts(tmp_path):
    command = shutil.which("tfds", path=str(pathlib.Path(sys.executable).parent))
    if command is None:
        pytest.skip("the command tfds is not installed beside this Python")
    folder = pathlib.Path(simulator.__file__).parent
    ran = subprocess.run(
        [command, "build", str(folder), "--data_dir", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    built = sorted(path.parent.parent.name for path in tmp_path.glob("gait_sim/*/1.0.0/dataset_info.json"))
    assert built == ["recordings", "recordings_kinect_v2"]
