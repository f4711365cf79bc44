# SPDX-License-Identifier: MIT
"""`tfds build datasets_tfds/<name> ... --manual_dir DIR` for the data sets that come as text archives."""

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

SETS = ("biwi", "ias", "kgbd", "ks20")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The data_dir of one command that builds all of them."""
    command = shutil.which("tfds", path=str(pathlib.Path(sys.executable).parent))
    if command is None:
        pytest.skip("the command tfds is not installed beside this Python")
    folder, sets = tmp_path_factory.mktemp("built"), pathlib.Path(datasets_tfds.__file__).parent
    places = ["--manual_dir", str(preprocessing_golden.raw()), "--data_dir", str(folder)]
    ran = subprocess.run(
        [command, "build", *(str(sets / name) for name in SETS), *places],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    return folder


@pytest.mark.parametrize("name", SETS)
def test_the_stock_command_builds_what_the_reader_reads(name, built, tmp_path):
    for split, examples in catalogue.load(name, tmp_path).recordings(preprocessing_golden.raw()).items():
        stored = recording_sets.load(built / name / "recordings" / "1.0.0", split)
        expected = recording_sets.Recordings.from_list(examples)
        np.testing.assert_array_equal(stored.joints, expected.joints.astype(np.float32))
        for field in ("identity", "recording", "camera", "condition", "captured", "frame_numbers", "length"):
            np.testing.assert_array_equal(getattr(stored, field), getattr(expected, field))
