# SPDX-License-Identifier: MIT
"""Arrays of MATLAB files: as scipy writes and reads them, and what is refused."""

import struct

import numpy as np
import pytest
from scipy import io

from tfskel.evaluation import feature_files, matlab

ARRAYS = {
    "frames": np.random.default_rng(0).normal(size=(5, 3, 2)),
    "single": np.arange(6, dtype=np.float32).reshape(2, 3),
    "whole": np.array([[1, -2, 3]], np.int64),
    "tiny": np.array([[7]], np.uint8),
    "empty": np.zeros((0, 3)),
}


@pytest.mark.parametrize("packed", [False, True])
def test_arrays_of_every_type_come_back_as_they_were_saved(tmp_path, packed):
    io.savemat(tmp_path / "arrays.mat", ARRAYS, do_compression=packed)
    found, expected = matlab.read(tmp_path / "arrays.mat"), io.loadmat(tmp_path / "arrays.mat")
    assert list(found) == list(ARRAYS)
    for name, value in ARRAYS.items():
        np.testing.assert_array_equal(found[name], value, strict=True)
        np.testing.assert_array_equal(found[name], expected[name], strict=True)


def big_endian(values: list[int]) -> bytes:
    """A file of another machine, with whole numbers for doubles, as MATLAB stores them to save space."""
    name = struct.pack(">I", 1 << 16 | 1) + b"x\0\0\0"  # in its own tag
    body = struct.pack(">4I", 6, 8, 6, 0) + struct.pack(">2I2i", 5, 8, 1, len(values)) + name
    body += struct.pack(f">2I{len(values)}h", 3, 2 * len(values), *values) + bytes(-2 * len(values) % 8)
    return b"MATLAB 5.0".ljust(124) + struct.pack(">H", 0x0100) + b"MI" + struct.pack(">2I", 14, len(body)) + body


def test_numbers_of_another_machine_stored_in_few_bytes_are_read(tmp_path):
    (tmp_path / "old.mat").write_bytes(big_endian([3, -1, 700]))
    np.testing.assert_array_equal(matlab.read(tmp_path / "old.mat")["x"], [[3.0, -1, 700]], strict=True)
    np.testing.assert_array_equal(io.loadmat(tmp_path / "old.mat")["x"], [[3, -1, 700]])


@pytest.mark.parametrize(
    "values, message",
    [
        ({"text": "abc"}, "text is no plain array of real numbers"),
        ({"z": np.array([1j])}, "z is no plain array of real numbers"),
        ({"cells": np.array([[1, "a"]], object), "x": 1.0}, "cells is no plain array"),
    ],
)
def test_other_contents_are_refused_by_name(tmp_path, values, message):
    io.savemat(tmp_path / "other.mat", values)
    with pytest.raises(ValueError, match=message):
        matlab.read(tmp_path / "other.mat")


def test_a_size_that_cannot_be_does_not_end_the_process(tmp_path):
    io.savemat(tmp_path / "x.mat", {"x": np.arange(4.0)})
    content = (tmp_path / "x.mat").read_bytes()
    for place in (132, 140, 156, 160, 180):  # by some of these scipy does; sizes of parts, and a length of an axis
        (tmp_path / "x.mat").write_bytes(content[:place] + b"\xff\xff\xff\x7f" + content[place + 4 :])
        with pytest.raises(ValueError, match=r"x\.mat cannot be read as a MATLAB file, it is damaged"):
            feature_files.array(tmp_path / "x.mat")


def test_numbers_that_are_not_whole_are_refused_where_frames_are_counted(tmp_path):
    io.savemat(tmp_path / "column.mat", {"column": np.array([1.0, 1e308])})
    with pytest.raises(ValueError, match=r"column\.mat must hold whole numbers; received 1e\+308"):
        feature_files.column(tmp_path / "column.mat")
