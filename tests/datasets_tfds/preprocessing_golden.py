# SPDX-License-Identifier: MIT
"""Recorded input and output of the original preprocessing, for the tests of the four data sets it knows."""

import atexit
import functools
import json
import pathlib
import shutil
import tarfile
import tempfile

import numpy as np

from tests import fakes

FOLDER = fakes.GOLDEN / "preprocessing"
LENGTHS = (6, 4)


@functools.cache
def raw() -> pathlib.Path:
    """The raw tree, unpacked once per run; not to be changed, see `copy`."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="preprocessing_raw_"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with tarfile.open(FOLDER / "raw.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder


def copy(name: str, folder: pathlib.Path) -> pathlib.Path:
    """A copy of one data set's raw tree that a test may damage; returns the folder that holds it."""
    shutil.copytree(raw() / name, folder / name)
    return folder


@functools.cache
def _arrays() -> dict[str, np.ndarray]:
    with np.load(FOLDER / "expected.npz") as content:
        return dict(content)


@functools.cache
def _notes() -> dict:
    return json.loads((FOLDER / "ids_and_draws.json").read_text())


def windows(name: str, f: int, part: str) -> tuple[np.ndarray, list[int], dict[int, list[int]]]:
    """Expected windows (N, f, J, 3) float64, the person of each, and person -> window numbers.

    Args:
        part: "train_npy_data", or a folder of test_npy_data, for example "Walking".
    """
    is_train = part == "train_npy_data"
    folder = f"{name}/{f}/{part}" if is_train else f"{name}/{f}/test_npy_data/{part}"
    stem = "source" if is_train else "t_source"
    axes = [_arrays()[f"{folder}/{stem}_{axis}_{name}_{f}"] for axis in "xyz"]
    joints = np.stack(axes, axis=-1)
    ids = {int(person): rows for person, rows in _notes()["ids"][f"{folder}/ids_{name}_{f}"].items()}
    return joints.reshape(-1, f, *joints.shape[1:]), _arrays()[f"{folder}/frame_id_{name}_{f}"].tolist(), ids


def kgbd_draws(f: int) -> dict[str, list[int]]:
    """The draws of the KGBD persons, as the builder's option."""
    rows = [result for _, _, result in _notes()["draws"][str(f)]]
    return dict(zip(("Person001", "Person002", "Person015"), rows[:3], strict=True))


def ks20_draws(f: int) -> dict[str, list[int]]:
    """The draws of the twenty KS20 identities, as the builder's option."""
    rows = [result for _, _, result in _notes()["draws"][str(f)]][3:]
    return {str(identity): row for identity, row in enumerate(rows)}
