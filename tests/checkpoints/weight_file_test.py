# SPDX-License-Identifier: MIT
"""Weights are read in the format that their content has, and written in those that others read."""

import json
import sys

import numpy as np
import pytest
import tensorflow as tf

from tests.checkpoints import torch_writing
from tfskel import arrays
from tfskel.checkpoints import weight_file

ARRAYS = {"a.weight": np.arange(6, dtype="f4").reshape(2, 3), "b": np.array(5)}


def assert_same(found, want):
    assert set(found) == set(want)
    for name, value in want.items():
        np.testing.assert_array_equal(found[name], value, strict=True)


def test_the_content_says_the_format(tmp_path):
    state = torch_writing.state(ARRAYS)
    for number, write in enumerate(torch_writing.WRITERS.values()):
        assert_same(weight_file.read(write(tmp_path / f"weights{number}.npz", state)), ARRAYS)
    arrays.write(tmp_path / "weights.pth", **ARRAYS)
    assert_same(weight_file.read(tmp_path / "weights.pth"), ARRAYS)
    weight_file.write(tmp_path / "weights.safetensors", ARRAYS)
    (tmp_path / "weights.safetensors").rename(tmp_path / "weights.tar")
    assert_same(weight_file.read(tmp_path / "weights.tar"), ARRAYS)
    saved = tf.raw_ops.SaveV2(prefix=str(tmp_path / "model.ckpt"), tensor_names=list(ARRAYS), shape_and_slices=["", ""],
                              tensors=list(map(tf.constant, ARRAYS.values())))  # fmt: skip
    del saved
    assert_same(weight_file.read(tmp_path / "model.ckpt"), ARRAYS)


@pytest.mark.parametrize("ending", [".npz", ".safetensors"])
def test_what_is_written_is_read(ending, tmp_path):
    turned = ARRAYS | {"turned": np.arange(6, dtype="f4").reshape(2, 3).T}
    weight_file.write(tmp_path / f"weights{ending}", turned)
    assert_same(weight_file.read(tmp_path / f"weights{ending}"), turned)


def test_half_precision_of_machine_learning_is_widened(tmp_path):
    values = np.array([1.5, -2.0, 0.0], "f4")
    content = (values.view("u4") >> 16).astype("u2").tobytes()
    header = json.dumps({"a": {"dtype": "BF16", "shape": [3], "data_offsets": [0, 6]}}).encode()
    (tmp_path / "a.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + content)
    np.testing.assert_array_equal(weight_file.read(tmp_path / "a.safetensors")["a"], values)


def test_damaged_and_other_files_are_named(tmp_path):
    weight_file.write(tmp_path / "a.safetensors", ARRAYS)
    whole = (tmp_path / "a.safetensors").read_bytes()
    for name, content, message in (
        ("cut.safetensors", whole[:-3], "not a readable .safetensors file"),
        ("cut.npz", b"PK\x03\x04 and no more", "damaged archive"),
        ("text.pth", b"a page of the web", "not a readable checkpoint"),
        ("empty.pth", b"", "not a readable checkpoint"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=f"{name}.*{message}"):
            weight_file.read(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        weight_file.read(tmp_path / "missing.pth")


def test_a_pth_file_is_not_written(tmp_path):
    with pytest.raises(ValueError, match="A .pth file is a pickle, which only PyTorch writes"):
        weight_file.write(tmp_path / "weights.pth", ARRAYS)
    assert not list(tmp_path.iterdir())


def test_a_missing_library_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'tfskel\[weights\]'"):
        weight_file.write(tmp_path / "a.safetensors", ARRAYS)
