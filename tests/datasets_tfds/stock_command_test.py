# SPDX-License-Identifier: MIT
"""`tfds build datasets_tfds/<name> --manual_dir ... --data_dir ...` for the data sets that come as text archives."""

import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pytest

import datasets_tfds
from datasets_tfds import catalogue
from tests.datasets_tfds import preprocessing_golden
from tfskel.data import recordings as recording_sets


@pytest.mark.parametrize("name", ["biwi", "ias", "kgbd", "ks20"])
def test_the_stock_command_builds_what_the_reader_reads(name, tmp_path):
    command = shutil.which("tfds", path=str(pathlib.Path(sys.executable).parent))
    if command is None:
        pytest.skip("the command tfds is not installed beside this Python")
    folder, raw = pathlib.Path(datasets_tfds.__file__).parent / name, preprocessing_golden.raw()
    ran = subprocess.run(
        [command, "build", str(folder), "--manual_dir", str(raw), "--data_dir", str(tmp_path / "data")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    for split, examples in catalogue.load(name, tmp_path / "other").recordings(raw).items():
        stored = recording_sets.load(tmp_path / "data" / name / "recordings" / "1.0.0", split)
        expected = recording_sets.Recordings.from_list(examples)
        np.testing.assert_array_equal(stored.joints, expected.joints.astype(np.float32))
        for field in ("identity", "recording", "camera", "condition", "captured", "frame_numbers", "length"):
            np.testing.assert_array_equal(getattr(stored, field), getattr(expected, field))
