# SPDX-License-Identifier: MIT
"""The data set of the user's own files, through TFDS: both forms, options, warnings, and the stock command."""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import pytest
import tensorflow_datasets as tfds

from datasets_tfds import catalogue
from datasets_tfds.own_recordings import own_recordings_dataset_builder
from tests import fakes

ROOT = fakes.ROOT
SPLITS = {"train": [["a1", 0, 5], ["b1", 0, 4]], "gallery": [["a2", 0, 6], ["b1", 4, 7]], "probe": [["a2", 6, 9]]}
LENGTHS = {"a1": 5, "b1": 7, "a2": 9}


def joints(num_joints=20):
    return np.random.default_rng(0).normal(size=(sum(LENGTHS.values()), num_joints, 3)).astype(np.float32)


def store_npz(folder, splits=SPLITS, **changes):
    folder.mkdir(exist_ok=True)
    lengths = np.array(list(LENGTHS.values()))
    keys = {
        "joints": joints(),
        "recording": np.array(list(LENGTHS)),
        "identity": np.array([name[0] for name in LENGTHS]),
        "start": np.cumsum(lengths) - lengths,
        "length": lengths,
        "fps": 15.0,
    }
    np.savez(folder / "recordings.npz", **(keys | changes))
    (folder / "splits.json").write_text(json.dumps({"splits": splits}))
    return folder


def store_csv(folder, poses):
    folder.mkdir(exist_ok=True)
    header = [f"{axis}{joint}" for joint in range(poses.shape[1]) for axis in "xyz"]
    lines = [",".join(["recording", "identity", "frame", *header])]
    names = [(name, frame) for name, length in LENGTHS.items() for frame in range(length)]
    for (name, frame), pose in zip(names, poses, strict=True):
        lines.append(",".join([name, name[0], str(frame), *map(repr, pose.ravel().tolist())]))
    (folder / "recordings.csv").write_text("\n".join(lines))
    (folder / "splits.json").write_text(json.dumps(SPLITS))
    return folder


def build(folder, data_dir, **options):
    builder = catalogue.load("own_recordings", data_dir, options)
    builder.download_and_prepare(download_config=tfds.download.DownloadConfig(manual_dir=str(folder)))
    return tfds.builder_from_directory(builder.data_dir)


def read(builder, split):
    return list(tfds.as_numpy(builder.as_dataset(split=split, shuffle_files=False)))


def test_both_forms_give_the_same_data_set(tmp_path):
    for form in (store_npz(tmp_path / "npz"), store_csv(tmp_path / "csv", joints())):
        builder = build(form, tmp_path / f"data_{form.name}")
        assert list(builder.info.splits) == ["train", "gallery", "probe"]
        rows = read(builder, "gallery")
        assert [(row["recording"], row["identity"]) for row in rows] == [(b"a2", b"a"), (b"b1", b"b")]
        np.testing.assert_array_equal(rows[0]["joints"], joints()[12:18])
        np.testing.assert_array_equal(rows[1]["joints"], joints()[9:12])
        assert rows[1]["frames"].tolist() == [4, 5, 6]


def test_skeleton_and_rate_come_from_the_data_unless_given(tmp_path):
    folder = store_npz(tmp_path / "raw", joints=joints(25))
    metadata = build(folder, tmp_path / "data").info.metadata
    assert (metadata["skeleton"], metadata["fps"]) == ("kinect_v2", 15.0)
    given = build(folder, tmp_path / "data", skeleton="kinect_v2", fps=10.0)
    assert given.info.metadata["fps"] == 10.0 and given.info.features["joints"].shape == (None, 25, 3)
    assert given.info.metadata["options"]["skeleton"] == "kinect_v2"


def test_number_of_joints_that_fits_no_skeleton_or_not_the_one_given_is_refused(tmp_path):
    folder = store_npz(tmp_path / "raw", joints=joints(17))
    with pytest.raises(ValueError, match="No skeleton has 17 joints; known: 20"):
        build(folder, tmp_path / "data")
    with pytest.raises(ValueError, match="option skeleton is 'kinect_v1' with 20 joints; the recordings in .* have 17"):
        build(folder, tmp_path / "data", skeleton="kinect_v1")
    with pytest.raises(ValueError, match="option skeleton must be one of .*'kinect_v1'.*; received 'kinect'"):
        build(folder, tmp_path / "data", skeleton="kinect")


def test_wrong_form_is_refused_and_two_forms_need_a_choice(tmp_path):
    store_npz(tmp_path / "raw")
    store_csv(tmp_path / "raw", joints())
    with pytest.raises(ValueError, match=r"holds recordings\.npz and recordings\.csv; set the option format"):
        build(tmp_path / "raw", tmp_path / "data")
    with pytest.raises(
        ValueError, match="option format must be one of '', 'interchange', 'csv', 'poses'; received 'xls'"
    ):
        build(tmp_path / "raw", tmp_path / "data", format="xls")
    assert len(read(build(tmp_path / "raw", tmp_path / "data", format="csv"), "train")) == 2


def test_a_failed_build_leaves_no_files_and_a_later_one_succeeds(tmp_path):
    broken = joints()
    broken[3, 2, 1] = np.inf
    folder = store_npz(tmp_path / "raw", joints=broken)
    with pytest.raises(ValueError, match=r"recordings\.npz, key 'joints', recording 'a1', frame 3 .*, joint 2, y: inf"):
        build(folder, tmp_path / "data")
    left = [path for path in (tmp_path / "data").rglob("*") if path.is_file() and ".config" not in path.parts]
    assert not left and not list((tmp_path / "data").rglob("*incomplete*"))
    assert len(read(build(store_npz(folder), tmp_path / "data"), "train")) == 2


@pytest.mark.parametrize("create", [False, True])
def test_missing_or_empty_folder_names_it_and_says_what_belongs_there(tmp_path, create):
    if create:
        (tmp_path / "raw").mkdir()
    with pytest.raises(FileNotFoundError, match=r"(?s)raw does not exist or is empty.*recordings\.npz.*splits\.json"):
        build(tmp_path / "raw", tmp_path / "data")


def test_folder_without_recordings_is_shown(tmp_path):
    (tmp_path / "raw" / "takes").mkdir(parents=True)
    (tmp_path / "raw" / "takes" / "one.txt").touch()
    with pytest.raises(FileNotFoundError, match=r"(?s)No recordings\.npz.*takes/\n.*one\.txt.*recordings\.csv"):
        build(tmp_path / "raw", tmp_path / "data")


def test_probe_identity_without_gallery_and_millimetres_are_warned_of(tmp_path):
    splits = {"train": [["a1", 0, 5]], "gallery": [["a2", 0, 9]], "probe": [["b1", 0, 7]]}
    folder = store_npz(tmp_path / "raw", splits=splits, joints=joints() * 1000)
    with pytest.warns(UserWarning) as caught:
        build(folder, tmp_path / "data")
    texts = " ".join(str(warning.message) for warning in caught)
    assert "the gallery lacks these probe identities, which can never be found: b" in texts
    assert "expected metres. Are these millimetres" in texts


def test_the_stock_command_builds_it(tmp_path):
    folder = store_npz(tmp_path / "raw", noisy=joints() + 1)
    command = [sys.executable, "-m", "tensorflow_datasets.scripts.cli.main", "build"]
    config = json.dumps({"name": "noisy", "options": {"joints": "noisy"}})
    result = subprocess.run(
        [*command, str(ROOT / "datasets_tfds" / "own_recordings"), "--manual_dir", str(folder)]
        + ["--data_dir", str(tmp_path / "data"), "--config", config],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr[-2000:]
    stored = tfds.builder_from_directory(tmp_path / "data" / "own_recordings" / "noisy" / "1.0.0")
    np.testing.assert_array_equal(read(stored, "train")[0]["joints"], joints()[:5] + 1)


class OwnRecordingsTest(tfds.testing.DatasetBuilderTestCase):
    """TFDS's own checks: registration, encoding, reading, disjoint splits."""

    DATASET_CLASS = own_recordings_dataset_builder.Builder
    SPLITS = {"train": 2, "gallery": 2, "probe": 1}
    MOCK_OUT_FORBIDDEN_OS_FUNCTIONS = False
    SKIP_CHECKSUMS = True

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.EXAMPLE_DIR = str(store_npz(pathlib.Path(folder.name)))
        super().setUpClass()
