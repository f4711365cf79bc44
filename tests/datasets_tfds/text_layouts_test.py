# SPDX-License-Identifier: MIT
"""Real walks in the text layouts of the four data sets are built end to end, in one process."""

import zipfile

import numpy as np
import pytest
import tensorflow_datasets as tfds
from scipy import spatial

from datasets_tfds import catalogue
from tests import fakes
from tfskel import skeletons
from tfskel.data import quality, windows
from tfskel.data import recordings as recording_sets

ARCHIVES = fakes.recorded("TFSKEL_CMU_WALK", "layouts")
F = 6
OPTIONS = {"kgbd": {"seed": 174}}  # a seed whose draws have the recorded frame counts
TRUE_ORDER = {"kgbd": [11, 10, 1, 0, 3, 5, 7, 9, 2, 4, 6, 8, 13, 15, 17, 19, 12, 14, 16, 18]}
FRAMES = {  # frames of all windows that the original preprocessing made of these archives
    "biwi": {"train": 558, "walking": 60, "still": 60},
    "ias": {"train": 576, "a": 36, "b": 36},
    "kgbd": {"train": 630, "gallery": 564, "probe": 240},
    "ks20": {"train": 270, "gallery": 60, "probe": 90},
}


@pytest.fixture(params=sorted(FRAMES))
def built(request, tmp_path):
    """Name and prepared builder of an archive."""
    name = request.param
    archive = ARCHIVES / f"{name}_layout.zip"
    if not archive.is_file():
        pytest.skip("the archives of real walks are not beside this repository")
    with zipfile.ZipFile(archive) as content:
        content.extractall(tmp_path / "raw")
    builder = catalogue.load(name, tmp_path / "data", OPTIONS.get(name))
    config = tfds.download.DownloadConfig(manual_dir=tmp_path / "raw")
    builder.download_and_prepare(download_config=config)
    return name, builder


def _load(builder):
    return {split: recording_sets.load(builder.data_path, split) for split in builder.info.splits}


def test_windows_have_as_many_frames_as_the_original_preprocessing_gave(built):
    name, builder = built
    for split, frames in FRAMES[name].items():
        recordings = recording_sets.load(builder.data_path, split)
        overlapping = split == "train" and name != "kgbd"
        cut = (windows.training if overlapping else windows.testing)(recordings, F)
        assert len(cut) * F == frames, split


def test_every_stored_frame_is_a_frame_of_the_walks(built):
    name, builder = built
    with np.load(ARCHIVES.parent / "cmu_walk_public.npz") as content:
        walks = content["kinect25" if name == "ks20" else "kinect20"].astype(np.float64)
    joints = slice(None) if name != "ias" else [1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 15, 16, 17, 19]
    known = spatial.KDTree(_centred(walks[:, joints]))
    for recordings in _load(builder).values():
        frontal = np.array([camera in ("", "frontal") for camera in recordings.camera])
        stored = recordings.select(frontal).joints[:, TRUE_ORDER.get(name, slice(None))]
        distance, _ = known.query(_centred(stored[:, joints].astype(np.float64)), p=np.inf)
        assert distance.max() < 2e-6


def _centred(joints):
    """Frames as points, without the place of the sensor: the archives are 0.8 m lower than the walks."""
    return (joints - joints[:, :1]).reshape(len(joints), -1)


def test_what_is_particular_to_each_archive_is_reported(built):
    name, builder = built
    report = quality.report(_load(builder), F, skeletons.get(builder.skeleton))
    dropped = {split: counts["dropped_frames"] for split, counts in report["splits"].items()}
    recordings = {split: counts["recordings"] for split, counts in report["splits"].items()}
    clipped = {"biwi": 20, "ias": 20, "kgbd": 20, "ks20": 0}[name]
    for split in dropped:
        at_start_only = name == "ias" and split == "train"
        untracked = 1 if name in ("biwi", "ias") and split == "train" else 0
        assert dropped[split] == recordings[split] * ((10 if at_start_only else clipped) + untracked)
    zero = [bone for bone, row in report["bones"].items() if row["zero_share"] == 1]
    assert len(zero) == (5 if name == "ias" else 0)
    assert report["duplicates"] == []
