# SPDX-License-Identifier: MIT
"""Recordings laid end to end: from examples, by selection, and read back from a prepared data set."""

import dataclasses
import json
import pathlib

import numpy as np
import pytest

from tfskel import skeletons
from tfskel.data import recordings


def examples(lengths=(4, 0, 7, 3), num_joints=20, dtype=np.float32):
    rng = np.random.default_rng(len(lengths))
    return [
        {
            "joints": rng.normal(size=(length, num_joints, 3)).astype(dtype),
            "identity": f"{index % 3:02d}",
            "recording": f"take{index}",
            "camera": "left" if index % 2 else "right",
            "condition": "nm",
            "setting": "",
            "frames": np.arange(length) * 2 + index,
            "captured": 3 * length + 1,
        }
        for index, length in enumerate(lengths)
    ]


def assert_holds(found, wanted):
    """Every recording equals its example, looked at one by one."""
    assert len(found) == len(wanted)
    for index, example in enumerate(wanted):
        own = slice(found.start[index], found.start[index] + found.length[index])
        np.testing.assert_array_equal(found.joints[own], example["joints"])
        np.testing.assert_array_equal(found.frame_numbers[own], example["frames"])
        assert found.identity[index] == example["identity"]
        for name in ("recording", "camera", "condition", "captured"):
            assert getattr(found, name)[index] == example[name]
    assert len(found.joints) == len(found.frame_numbers) == found.length.sum()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_recordings_keep_every_example_in_order_and_its_dtype(dtype):
    found = recordings.Recordings.from_list(examples(dtype=dtype))
    assert_holds(found, examples(dtype=dtype))
    assert found.joints.dtype == dtype


def test_missing_details_have_plain_defaults():
    found = recordings.Recordings.from_list([{"joints": np.ones((5, 14, 3)), "identity": b"007"}])
    assert (found.identity[0], found.recording[0], found.camera[0], found.condition[0]) == ("007", "", "", "")
    np.testing.assert_array_equal(found.frame_numbers, np.arange(5))
    assert found.captured[0] == 5


@pytest.mark.parametrize("which", [[True, False, False, True], [3, 0], [2], [1, 1, 2]])
def test_a_selection_holds_the_chosen_recordings_only(which):
    wanted = [examples()[i] for i in (np.flatnonzero(which) if isinstance(which[0], bool) else which)]
    assert_holds(recordings.Recordings.from_list(examples()).select(np.array(which)), wanted)


def test_a_selection_of_nothing_is_refused():
    with pytest.raises(ValueError, match="keeps none of the 4 recordings"):
        recordings.Recordings.from_list(examples()).select(np.zeros(4, bool))


def test_joints_that_are_no_finite_positions_are_refused_by_name():
    bad = examples()
    bad[2]["joints"][5, 11, 1] = np.nan
    with pytest.raises(ValueError, match=r"recording 2 \('take2'\): joint 11 of frame 5 is not finite"):
        recordings.Recordings.from_list(bad)
    bad[2]["joints"] = np.ones((6, 25, 3), np.float32)
    with pytest.raises(ValueError, match=r"'take2'\) has 25 joints, the first recording 20"):
        recordings.Recordings.from_list(bad)
    for joints in (np.ones((6, 60)), np.ones((6, 20, 2)), np.ones((6, 20, 3), int), np.full((6, 20, 3), "a")):
        bad[2]["joints"] = joints
        with pytest.raises(ValueError, match=r"'take2'\): joints must be \(frames, J, 3\) float; received"):
            recordings.Recordings.from_list(bad)
    with pytest.raises(ValueError, match="No recordings at all"):
        recordings.Recordings.from_list([])
    with pytest.raises(ValueError, match="'take0' has 4 frames but 3 frame numbers"):
        recordings.Recordings.from_list([{**examples()[0], "frames": np.arange(3)}])


def test_the_number_of_joints_must_be_the_skeletons():
    found = recordings.Recordings.from_list(examples())
    recordings.check_skeleton(found, skeletons.get("kinect_v1"))
    with pytest.raises(ValueError, match=r"have 20 joints but skeleton 'kinect_v2' has 25.*kinect_v1 \(20\)"):
        recordings.check_skeleton(found, skeletons.get("kinect_v2"))


def test_identities_sort_as_numbers_then_as_text():
    mixed = np.array(["10", "9", "2", "b", "02", "a10", "9", "10"])
    assert recordings.sorted_identities(mixed) == ["02", "2", "9", "10", "a10", "b"]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A data set prepared in several shards, and one whose second split is empty."""
    tfds = pytest.importorskip("tensorflow_datasets")

    class Takes(tfds.core.GeneratorBasedBuilder, skip_registration=True):
        VERSION = tfds.core.Version("1.0.0")

        def _info(self):
            features = {
                "joints": tfds.features.Tensor(shape=(None, 20, 3), dtype=np.float32),
                "frames": tfds.features.Tensor(shape=(None,), dtype=np.int64),
                "captured": tfds.features.Scalar(np.int64),
            }
            text = ("identity", "recording", "camera", "condition", "setting")
            features |= {name: tfds.features.Text() for name in text}
            return tfds.core.DatasetInfo(
                builder=self, features=tfds.features.FeaturesDict(features), disable_shuffling=True
            )

        def _split_generators(self, dl_manager):
            return {"train": self._generate_examples()}

        def _generate_examples(self):
            yield from enumerate(examples(range(1, 24)))

    folders = {}
    for form in ("tfrecord", "array_record"):
        builder = Takes(data_dir=tmp_path_factory.mktemp(form), file_format=form)
        config = tfds.download.DownloadConfig(num_shards=4)
        builder.download_and_prepare(download_config=config)
        assert builder.info.splits["train"].num_shards == 4
        folders[form] = builder.data_dir
    return folders


@pytest.mark.parametrize("form", ["tfrecord", "array_record"])
def test_a_prepared_split_is_read_in_the_order_it_was_written(prepared, form):
    assert_holds(recordings.load(prepared[form], "train"), examples(range(1, 24)))


def test_an_unknown_split_is_refused_with_the_known_ones(prepared):
    with pytest.raises(ValueError, match="no split 'probe'; its splits are train"):
        recordings.load(prepared["tfrecord"], "probe")


def copy(folder, to):
    for path in pathlib.Path(folder).iterdir():
        (to / path.name).write_bytes(path.read_bytes())
    return to


def test_an_empty_split_is_refused(prepared, tmp_path):
    path = copy(prepared["tfrecord"], tmp_path) / "dataset_info.json"
    info = json.loads(path.read_text())
    info["splits"][0]["shardLengths"] = ["0"] * 4
    path.write_text(json.dumps(info))
    with pytest.raises(ValueError, match="Split 'train' of .* is empty"):
        recordings.load(tmp_path, "train")


def test_a_data_set_whose_identities_have_another_name_is_to_be_prepared_again(prepared, tmp_path):
    path = copy(prepared["tfrecord"], tmp_path) / "features.json"
    path.write_text(path.read_text().replace('"identity"', '"subject"'))
    with pytest.raises(ValueError, match="stores no identity but .*subject.*Prepare it again with .*--overwrite"):
        recordings.load(tmp_path, "train")


@pytest.mark.parametrize("damage", ["truncated", "deleted"])
def test_damaged_shards_are_refused_with_what_to_do(prepared, tmp_path, damage):
    shard = sorted(copy(prepared["tfrecord"], tmp_path).glob("*.tfrecord*"))[2]
    content = shard.read_bytes()
    shard.unlink()
    if damage == "truncated":
        shard.write_bytes(content[:-9])
    with pytest.raises(ValueError, match="Split 'train' of .* files are damaged; .*--overwrite"):
        recordings.load(tmp_path, "train")


def test_a_missing_or_unprepared_folder_says_how_to_prepare_it(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere is missing. Prepare it with `tfds build"):
        recordings.load(tmp_path / "nowhere", "train")
    with pytest.raises(FileNotFoundError, match="holds no prepared data set .* version folder"):
        recordings.load(tmp_path, "train")


def test_not_a_number_in_a_prepared_split_names_split_and_recording(prepared, monkeypatch):
    bad = examples()
    bad[0]["joints"][1, 2] = np.inf
    monkeypatch.setattr(recordings, "_examples", lambda builder, split: bad)
    with pytest.raises(ValueError, match=r"Split 'train' of .*: recording 0 \('take0'\): joint 2 of frame 1"):
        recordings.load(prepared["tfrecord"], "train")


def test_recordings_cannot_be_reassigned():
    found = recordings.Recordings.from_list(examples())
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.start = found.length
