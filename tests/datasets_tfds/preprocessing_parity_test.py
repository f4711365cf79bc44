# SPDX-License-Identifier: MIT
"""Windows cut from the recordings of the four raw data sets equal the original preprocessing bit for bit."""

import numpy as np
import pytest

from datasets_tfds import catalogue
from tests import full_recordings
from tests.datasets_tfds import preprocessing_golden
from tfskel.data import recordings as recording_sets
from tfskel.data import windows

TRAIN = "train_npy_data"
PARTS = {
    "biwi": {"train": TRAIN, "still": "Still", "walking": "Walking"},
    "ias": {"train": TRAIN, "a": "A", "b": "B"},
    "kgbd": {"train": TRAIN, "gallery": "gallery", "probe": "probe"},
    "ks20": {"train": TRAIN, "gallery": "gallery", "probe": "probe"},
}
DRAWS = {"kgbd": preprocessing_golden.kgbd_draws, "ks20": preprocessing_golden.ks20_draws}
NON_OVERLAPPING_TRAINING = ("kgbd",)


def _builder(name: str, f: int, data_dir):
    return catalogue.load(name, data_dir, {"draws": DRAWS[name](f)} if name in DRAWS else {})


def _cut(name: str, split: str, recordings: recording_sets.Recordings, f: int) -> windows.Windows:
    overlapping = split == "train" and name not in NON_OVERLAPPING_TRAINING
    return (windows.training if overlapping else windows.testing)(recordings, f)


def _people(recordings, cut) -> tuple[list[int], dict[int, list[int]]]:
    owners = [int(identity) for identity in recordings.identity[cut.recording]]
    ids = {int(identity): [] for identity in recordings.identity}
    for number, owner in enumerate(owners):
        ids[owner].append(number)
    return owners, ids


@pytest.mark.parametrize("f", preprocessing_golden.LENGTHS)
@pytest.mark.parametrize("name", PARTS)
def test_windows_equal_the_original_preprocessing_in_every_bit(name, f, tmp_path):
    splits = _builder(name, f, tmp_path).recordings(preprocessing_golden.raw())
    assert list(splits) == list(PARTS[name])
    for split, part in PARTS[name].items():
        recordings = recording_sets.Recordings.from_list(splits[split])
        assert recordings.joints.dtype == np.float64
        cut = _cut(name, split, recordings, f)
        expected, frame_id, ids = preprocessing_golden.windows(name.upper(), f, part)
        np.testing.assert_array_equal(windows.gather(recordings.joints, cut.start, f), expected)
        assert _people(recordings, cut) == (frame_id, ids)


@pytest.mark.parametrize("name", PARTS)
def test_windows_of_the_prepared_data_set_equal_the_original_ones_as_float32(name, tmp_path):
    import tensorflow_datasets as tfds

    f = 6
    builder = _builder(name, f, tmp_path)
    config = tfds.download.DownloadConfig(manual_dir=preprocessing_golden.raw())
    builder.download_and_prepare(download_config=config)
    for split, part in PARTS[name].items():
        recordings = recording_sets.load(builder.data_path, split)
        cut = _cut(name, split, recordings, f)
        expected, frame_id, ids = preprocessing_golden.windows(name.upper(), f, part)
        found = windows.gather(recordings.joints, cut.start, f)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, expected.astype(np.float32))
        assert _people(recordings, cut) == (frame_id, ids)


def test_the_small_copy_of_the_recorded_output_is_the_recorded_output():
    full = full_recordings.FOLDER / "preprocessing"
    full_recordings.skip_without(full)
    arrays = {path.relative_to(full / "expected" / "Datasets"): path for path in full.rglob("*source_*.npy")}
    assert len(arrays) == 2 * 4 * 9
    for key, path in arrays.items():
        name, f, *rest = key.parts
        expected, _, _ = preprocessing_golden.windows(name, int(f), rest[-2])
        axis = "xyz".index(key.stem.split("source_")[1][0])
        np.testing.assert_array_equal(expected[..., axis].reshape(-1, expected.shape[2]), np.load(path))
    files = [path.relative_to(full / "raw") for path in (full / "raw").rglob("*") if path.is_file()]
    for file in files:
        assert (preprocessing_golden.raw() / file).read_bytes() == (full / "raw" / file).read_bytes()
