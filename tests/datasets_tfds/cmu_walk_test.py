# SPDX-License-Identifier: MIT
"""Walks of the capture database: joints against the published positions, splits, and the build."""

import json
import shutil

import numpy as np
import pytest
import tensorflow_datasets as tfds

from datasets_tfds import catalogue
from datasets_tfds.cmu_walk import conversions, embedded, kinect_joints, raw_files, split_rule
from tests import fakes

CMU_WALK = fakes.recorded("TFSKEL_CMU_WALK")
RAW = CMU_WALK / "raw"
needs_data = pytest.mark.skipif(not CMU_WALK.exists(), reason="needs the data set: TFSKEL_CMU_WALK")


def published(name, key):
    with np.load(CMU_WALK / "cmu_walk_public.npz") as data:
        i = list(data["recording"]).index(name)
        return data[key][data["start"][i] : data["start"][i] + data["length"][i]], str(data["source"][i])


def straight_walk(angle, frames=90):
    rng = np.random.default_rng(0)
    forward = np.array([np.sin(angle), 0, np.cos(angle)])
    left = np.cross([0, 1, 0], forward)
    root = np.linspace(0, 2, frames)[:, None] * forward + [0.3, 0.9, -4]
    ends = {bone: root + rng.normal(size=3) * 0.1 for bone in conversions.JOINTS}
    return ends | {"root": root, "lhipjoint": root + 0.1 * left, "rhipjoint": root - 0.1 * left}


@pytest.mark.parametrize("angle", [0.0, 0.7, -2.5, np.pi])
def test_walks_are_turned_to_the_sensor_and_placed_before_it(angle):
    joints = kinect_joints.joints(straight_walk(angle), 60, "kinect_v1")
    assert joints.shape == (45, 20, 3) and joints.dtype == np.float32
    hip = joints[:, 0]
    np.testing.assert_allclose(hip[:, 0], 0, atol=1e-6)
    np.testing.assert_allclose(hip[:, 1], 0.9, atol=1e-6)
    np.testing.assert_allclose(hip[:, 2], 1.5 + 2 - np.linspace(0, 2, 90)[::2] - 2 / 89, atol=1e-6)
    np.testing.assert_allclose(joints[:, 12] - hip, np.tile([-0.1, 0, 0], (45, 1)), atol=1e-6)


def test_a_walk_there_and_back_is_turned_by_its_first_facing_direction():
    ends = straight_walk(0.7)
    ends = {bone: np.concatenate([end, end[::-1]]) for bone, end in ends.items()}
    assert kinect_joints.heading(ends) == pytest.approx(0.7)


def test_frame_rates_that_are_no_multiple_of_30_are_refused():
    assert [kinect_joints.step(rate) for rate in (30, 60, 120.00048, 119.9)] == [1, 2, 4, 4]
    for rate in (100, 20, 45):
        with pytest.raises(ValueError, match=f"multiple of 30 per second; received {rate}"):
            kinect_joints.step(rate)


def test_joint_tables_have_the_joints_of_the_skeletons_in_left_right_pairs():
    assert {name: len(bones) for name, bones in kinect_joints.BONES.items()} == {"kinect_v1": 20, "kinect_v2": 25}
    assert kinect_joints.BONES["kinect_v1"][4:] == kinect_joints.BONES["kinect_v2"][4:20]
    for left, right in zip((4, 5, 6, 7, 12, 13, 14, 15), (8, 9, 10, 11, 16, 17, 18, 19), strict=True):
        bones = kinect_joints.BONES["kinect_v1"]
        assert bones[left][0] == "l" and bones[right] == "r" + bones[left][1:]


@needs_data
@pytest.mark.parametrize("layout, key", embedded.JOINTS.items())
def test_the_embedded_walks_are_the_published_ones_bit_for_bit(layout, key):
    walks = embedded.read(*layout)
    assert len(walks) == 50
    for name, row in walks.items():
        joints, source = published(name, key)
        np.testing.assert_array_equal(row["joints"].view(np.int32), joints.view(np.int32), err_msg=name)
        assert (row["source"], row["identity"], row["recording"]) == (source, name[:2], name)


def test_embedded_noise_is_that_of_its_description_and_the_other_joints_are_shared():
    layouts = (("kinect_v1", False), ("kinect_v1", True), ("kinect_v2", False), ("kinect_v2", True))
    clean, noisy, v2, noisy_v2 = (
        np.concatenate([row["joints"] for row in embedded.read(*layout).values()]) for layout in layouts
    )
    assert clean.shape == noisy.shape == (5110, 20, 3) and v2.shape == (5110, 25, 3)
    for added in (noisy - clean, noisy_v2 - v2):
        assert 0.0195 < added.std() < 0.0205
        assert 0.43 < np.corrcoef(added[1:].ravel(), added[:-1].ravel())[0, 1] < 0.47
    np.testing.assert_array_equal(clean[:, 3:], v2[:, 3:20])
    assert (np.abs(clean[:, 1:3] - v2[:, 1:3]).max(axis=(0, 2)) > 0.05).all()


@needs_data
@pytest.mark.parametrize("skeleton, key", [("kinect_v1", "kinect20"), ("kinect_v2", "kinect25")])
def test_every_raw_file_gives_the_published_positions(skeleton, key):
    recordings = raw_files.read_folder(RAW, skeleton)
    assert len(recordings) == 8
    for name, recording in recordings.items():
        want, source = published(name, key)
        assert recording.source == source and recording.identity == name[:2]
        np.testing.assert_allclose(recording.joints, want, atol=1e-6, err_msg=name)
        assert len(recording.frames) == len(want) and set(np.diff(recording.frames)) == {4}


@needs_data
@pytest.mark.parametrize("name", ["02_01", "07_01"])
def test_both_readers_agree_and_without_asf_only_the_upper_body_moves_a_little(tmp_path, name):
    want, _ = published(name, "kinect25")
    shutil.copy(RAW / "bvh" / f"{name}.bvh", tmp_path)
    approximate = raw_files.read_folder(tmp_path, "kinect_v2")[name]
    shutil.copy(RAW / "asf_amc" / f"{name[:2]}.asf", tmp_path)
    exact = raw_files.read_folder(tmp_path, "kinect_v2")[name]
    assert (approximate.source, exact.source) == ("bvh_approx", "bvh_exact")
    np.testing.assert_allclose(exact.joints, want, atol=2e-5)
    moved = np.abs(approximate.joints - want).max(axis=(0, 2))
    legs = [0, 1, *range(12, 20)]
    assert moved[legs].max() < 2e-5 < 1e-3 < moved.max() < 11e-3


@needs_data
def test_the_split_rule_gives_the_published_splits():
    with np.load(CMU_WALK / "cmu_walk_public.npz") as data:
        lengths = dict(zip(data["recording"].tolist(), data["length"].tolist(), strict=True))
    want = json.loads((CMU_WALK / "splits_public.json").read_text())["splits"]
    got = split_rule.segments(lengths)
    assert {split: [list(row) for row in rows] for split, rows in got.items()} == want


def test_an_unknown_recording_is_cut_in_time_with_frames_left_out():
    got = split_rule.segments({"99_01": 100})
    assert got == {"train": [("99_01", 0, 42)], "gallery": [("99_01", 48, 66)], "probe": [("99_01", 72, 100)]}


def test_recordings_that_give_no_splits_are_named():
    with pytest.raises(ValueError, match="Recording 99_01 has 20 frames, too few to be cut into train, gallery, probe"):
        split_rule.segments({"99_01": 20})
    with pytest.raises(ValueError, match="No recording for train, probe; found only 07_02"):
        split_rule.segments({"07_02": 90})


def build(folder, data_dir, **options):
    builder = catalogue.load("cmu_walk", data_dir, options)
    manual = {} if folder is None else {"manual_dir": str(folder)}
    builder.download_and_prepare(download_config=tfds.download.DownloadConfig(**manual))
    return tfds.builder_from_directory(builder.data_dir)


def test_without_a_folder_the_embedded_walks_are_built_and_carry_their_acknowledgement(tmp_path):
    builder = build(None, tmp_path, noisy=True)
    assert builder.info.config_name == "recordings_noisy"
    assert "obtained from mocap.cs.cmu.edu" in builder.info.metadata["acknowledgement"]
    counts = {"train": (32, 2913), "gallery": (16, 954), "probe": (16, 1159)}
    for split, want in fakes.real_walks().items():
        stored = list(tfds.as_numpy(builder.as_dataset(split=split, shuffle_files=False)))
        assert (len(stored), sum(len(example["joints"]) for example in stored)) == counts[split]
        for example, row in zip(stored, want, strict=True):
            np.testing.assert_array_equal(example["joints"], row["joints"])
            assert (example["recording"].decode(), example["frames"][0]) == (row["recording"], row["frames"][0])


def test_raw_files_have_no_simulated_noise(tmp_path):
    with pytest.raises(ValueError, match="only the embedded walks have simulated noise; received the option noisy and"):
        build(RAW.parent if RAW.exists() else tmp_path, tmp_path / "data", noisy=True)


@needs_data
@pytest.mark.filterwarnings("ignore:.*gallery lacks")
def test_built_segments_equal_the_published_ones_with_their_frame_numbers(tmp_path):
    builder = build(RAW, tmp_path, skeleton="kinect_v2")
    assert builder.info.config_name == "recordings_kinect_v2"
    assert builder.info.metadata["skeleton"] == "kinect_v2"
    assert builder.info.metadata["sources"]["26_01"] == "bvh_approx"
    splits = json.loads((CMU_WALK / "splits_public.json").read_text())["splits"]
    present = set(builder.info.metadata["sources"])
    for split, rows in splits.items():
        stored = tfds.as_numpy(builder.as_dataset(split=split, shuffle_files=False))
        kept = [row for row in rows if row[0] in present]
        for (name, first, end), example in zip(kept, stored, strict=True):
            np.testing.assert_allclose(example["joints"], published(name, "kinect25")[0][first:end], atol=1e-6)
            start = 120 if name.startswith("32") else 1
            assert example["frames"].tolist() == list(range(start + 4 * first, start + 4 * end, 4))
            assert (example["recording"].decode(), example["identity"].decode()) == (name, name[:2])


@needs_data
def test_own_splits_replace_the_rule_and_are_checked(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    for name in ("43.asf", "43_01.amc"):
        shutil.copy(RAW / "asf_amc" / name, raw)
    own = {"train": [["43_01", 0, 50]], "gallery": [["43_01", 50, 80]], "probe": [["43_01", 80, 107]]}
    (raw / "splits.json").write_text(json.dumps(own))
    with pytest.raises(ValueError, match=r"splits\.json, split 'probe', segment 0 .*<= 106"):
        build(raw, tmp_path / "data")
    own["probe"][0][2] = 106
    (raw / "splits.json").write_text(json.dumps({"splits": own}))
    (example,) = tfds.as_numpy(build(raw, tmp_path / "data").as_dataset(split="gallery"))
    np.testing.assert_allclose(example["joints"], published("43_01", "kinect20")[0][50:80], atol=1e-6)


@needs_data
def test_probe_identities_without_gallery_are_warned_of(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    for name in ("02.asf", "02_02.amc", "43.asf", "43_01.amc"):
        shutil.copy(RAW / "asf_amc" / name, raw)
    with pytest.warns(UserWarning, match="the gallery lacks these probe identities: 02"):
        build(raw, tmp_path / "data")


def test_a_missing_folder_says_where_the_database_is(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"(?s)Nothing is downloaded.*mocap\.cs\.cmu\.edu.*NN = subject"):
        build(tmp_path / "nowhere", tmp_path / "data")


def test_a_skeleton_without_joint_table_is_refused(tmp_path):
    with pytest.raises(
        ValueError, match="option skeleton must be one of 'kinect_v1', 'kinect_v2'; received 'openpose'"
    ):
        build(tmp_path, tmp_path / "data", skeleton="openpose")
