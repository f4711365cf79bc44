# SPDX-License-Identifier: MIT
"""Weights of Keras models are written whole, or the file that stood there stays."""

import shutil
import types

import h5py
import keras
import numpy as np
import pytest

from tfskel.checkpoints import keras_file


def test_a_full_disk_is_an_error_before_the_file_is_touched(tmp_path, monkeypatch):
    path = tmp_path / "encoder.weights.h5"
    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2)])
    keras_file.write(path, model)
    with h5py.File(path) as file:
        np.testing.assert_array_equal(file["layers/dense/vars/0"], model.layers[0].kernel)
    before = path.read_bytes()
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: types.SimpleNamespace(free=len(before)))
    model.layers[0].kernel.assign(np.ones((3, 2)))
    with pytest.raises(OSError, match=r"No space left on device: .*encoder\.weights\.h5"):
        keras_file.write(path, model)
    assert path.read_bytes() == before and [*tmp_path.iterdir()] == [path]
