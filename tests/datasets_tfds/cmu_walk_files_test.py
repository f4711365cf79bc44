# SPDX-License-Identifier: MIT
"""Raw files of the capture database: names, units, frame times and lost bones of BVH conversions; lacking bones."""

import warnings

import numpy as np
import pytest

from datasets_tfds.cmu_walk import body_size, conversions, kinect_joints, raw_files
from tests import fakes
from tests.datasets_tfds import motion_text

RAW = fakes.recorded("TFSKEL_CMU_WALK", "raw")


def read(folder, skeleton="kinect_v1", **files):
    """The one recording of a folder with these files (`26_01__bvh` is 26_01.bvh)."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name.strip("_").replace("__", ".")).write_text(text)
    (recording,) = raw_files.read_folder(folder, skeleton).values()
    return recording


def bvh_joints(folder, text, skeleton="kinect_v1"):
    return read(folder, skeleton, _26_01__bvh=text).joints


def silent(call, *arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return call(*arguments)


def test_joint_names_and_bones_of_the_tables_are_complete_and_belong_together():
    bones = {name for name, *_ in motion_text.BONES} | {"root"}
    assert set(conversions.JOINTS) == bones
    assert kinect_joints.needed("kinect_v2") | kinect_joints.needed("kinect_v1") | set(body_size.BONES) <= bones
    first = {names[0] for names in conversions.JOINTS.values()}
    assert first <= {"Hips", *(name for name, *_ in motion_text.JOINTS)}
    assert all(bone in bones and before in bones for bone, (before, _) in conversions.LOST.items())


@pytest.mark.parametrize(
    "old, new",
    [
        ("{side}HandIndex1", "{s}Fingers"),
        ("{side}HandIndex1", "{side}HandIndex"),
        ("{side}HandIndex1", "{side}Fingers"),
        ("{side}FingerBase", "{s}Hand"),
        ("{s}Thumb", "{side}HandThumb"),
        ("{side}ToeBase", "{side}Toe"),
        ("{side}ForeArm", "{side}_fore-arm"),
        ("{side}Hand\n", "walker:{side}Hand\n"),
        ("LowerBack", "lowerback"),
        ("{s}HipJoint", "anything"),
    ],
)
def test_other_names_of_the_same_joints_give_the_same_positions(old, new, tmp_path):
    text = motion_text.bvh()
    expected = bvh_joints(tmp_path / "a", text, "kinect_v2")
    for side in ("Left", "Right"):
        words = {"side": side, "s": side[0]}
        assert f"JOINT {old.format(**words)}" in text or "{" not in old
        new_name = new.format(**words) if "{" in new else f"{new}{side if '{' in old else ''}"
        text = text.replace(f"JOINT {old.format(**words)}", f"JOINT {new_name}")
    np.testing.assert_array_equal(bvh_joints(tmp_path / "b", text, "kinect_v2"), expected)


def test_only_joints_that_the_skeleton_needs_must_be_there(tmp_path):
    text = motion_text.bvh().replace("JOINT LThumb", "JOINT LPinky")
    np.testing.assert_array_equal(bvh_joints(tmp_path / "a", text), bvh_joints(tmp_path / "b", motion_text.bvh()))
    with pytest.raises(ValueError, match=r"26_01\.bvh: lacks the joints LThumb End or LeftThumb End.* It has .*LPinky"):
        bvh_joints(tmp_path / "a", text, "kinect_v2")


@pytest.mark.parametrize(
    "joint, message",
    [
        ("LeftHandIndex1", "lacks the joints LeftHandIndex1 or LeftHandIndex or LFingers or .* It has Hips, .*Odd"),
        ("RightFingerBase", "lacks the joints RightFingerBase or RFingerBase or RHand"),
        ("Spine1", "lacks the joints Spine1. It has"),
        ("Hips", "lacks the joints Hips. It has Odd"),
    ],
)
def test_a_needed_joint_of_an_unknown_name_is_refused_with_the_names_that_the_file_has(joint, message, tmp_path):
    with pytest.raises(ValueError, match=rf"26_01\.bvh: {message}"):
        bvh_joints(tmp_path, motion_text.bvh().replace(f" {joint}\n", " Odd\n"))


@pytest.mark.parametrize("with_asf", [True, False])
def test_position_channels_of_every_joint_and_an_offset_of_the_root_change_nothing(with_asf, tmp_path):
    texts = {
        "plain": motion_text.bvh(),
        "positions": motion_text.bvh(positions=True),
        "root": motion_text.bvh(root_offset=(0, 16, 3)),
    }
    skeleton = {"_26__asf": motion_text.asf()} if with_asf else {}
    joints = {key: read(tmp_path / key, _26_01__bvh=text, **skeleton).joints for key, text in texts.items()}
    np.testing.assert_allclose(joints["positions"], joints["plain"], atol=1e-6)
    np.testing.assert_array_equal(joints["root"], joints["plain"])


def test_lost_bones_come_back_whatever_the_joints_that_start_there_are_called(tmp_path):
    text = motion_text.bvh()
    expected = bvh_joints(tmp_path / "a", text)
    renamed = text.replace("LeftShoulder", "LeftCollar").replace("RThumb", "Other")
    np.testing.assert_array_equal(bvh_joints(tmp_path / "b", renamed), expected)


@pytest.mark.parametrize("with_asf", [True, False])
@pytest.mark.parametrize("unit", [unit for unit in body_size.UNITS if unit != body_size.OWN])
def test_another_unit_is_found_by_the_length_of_the_legs_and_said(unit, with_asf, tmp_path):
    skeleton = {"_26__asf": motion_text.asf()} if with_asf else {}
    expected = silent(lambda: read(tmp_path / "a", _26_01__bvh=motion_text.bvh(), **skeleton)).joints
    scale = body_size.UNITS[body_size.OWN] / body_size.UNITS[unit]
    with pytest.warns(UserWarning, match=rf"cmu_walk: 26_01\.bvh is read as {unit}: .* 0\.8\d m"):
        joints = read(tmp_path / "b", _26_01__bvh=motion_text.bvh(scale=scale), **skeleton).joints
    # The text rounds to six digits, which a large unit feels most.
    np.testing.assert_allclose(joints, expected, atol=1e-4)


def test_units_never_overlap_and_a_size_that_fits_none_is_refused(tmp_path):
    metres = sorted(body_size.UNITS.values())
    assert min(np.divide(metres[1:], metres[:-1])) > body_size.LEGS[1] / body_size.LEGS[0]
    for scale in (0, 1e-6, 1.5, 1e6):
        with pytest.raises(ValueError, match=r"26_01\.bvh: from hip to ankle it is .* in none of the known units"):
            bvh_joints(tmp_path, motion_text.bvh(scale=scale))


@pytest.mark.parametrize("motion", [{"_43_01__amc": motion_text.amc()}, {"_43_01__bvh": motion_text.bvh()}])
def test_an_asf_file_whose_stated_unit_gives_no_person_is_refused(motion, tmp_path):
    with pytest.raises(ValueError, match=r"43\.asf: from hip to ankle it is 8\.\d+ m by the length in its :units"):
        read(tmp_path, _43__asf=motion_text.asf(length="0.045"), **motion)


@pytest.mark.parametrize("bone", ["head", "lwrist", "rfemur", "thorax"])
def test_a_needed_bone_of_another_name_is_refused_with_the_names_that_the_file_has(bone, tmp_path):
    files = {"_43__asf": motion_text.asf(), "_43_01__amc": motion_text.amc()}
    renamed = {name: text.replace(f"{bone}\n", "other\n").replace(f"{bone} ", "other ") for name, text in files.items()}
    with pytest.raises(ValueError, match=rf"43\.asf: lacks the bones {bone}. It has .*other"):
        read(tmp_path, **renamed)


def test_an_asf_file_beside_a_bvh_file_must_have_the_bones_to_put_back(tmp_path):
    skeleton = motion_text.asf().replace("lwrist", "other")
    with pytest.raises(ValueError, match=r"26\.asf: lacks the bones lwrist. It has"):
        read(tmp_path, _26__asf=skeleton, _26_01__bvh=motion_text.bvh())


@pytest.mark.parametrize("unit, written", [("deg", ":RADIANS"), ("rad", ":DEGREES"), ("rad", ":RADIANS"), ("rad", "")])
def test_angles_in_any_units_give_the_same_joints(unit, written, tmp_path):
    expected = read(tmp_path / "a", _43__asf=motion_text.asf(), _43_01__amc=motion_text.amc()).joints
    motion = motion_text.amc(unit=written or ":RADIANS").replace("" if written else ":RADIANS\n", "")
    joints = read(tmp_path / "b", _43__asf=motion_text.asf(angle=unit), _43_01__amc=motion).joints
    np.testing.assert_allclose(joints, expected, atol=1e-6)


def test_a_frame_rate_that_the_motion_file_states_is_used(tmp_path):
    motion = motion_text.amc(frames=8)
    assert read(tmp_path, _43__asf=motion_text.asf(), _43_01__amc=motion).frames.tolist() == [1, 5]
    stated = motion.replace(":DEGREES", ":DEGREES\n:SAMPLES-PER-SECOND 60")
    assert read(tmp_path, _43__asf=motion_text.asf(), _43_01__amc=stated).frames.tolist() == [1, 3, 5, 7]


@pytest.mark.parametrize(
    "seconds, step",
    [("0.033", 1), ("0.0333", 1), ("0.0333333", 1), ("0.033367", 1), ("0.0330", 1), ("0.017", 2), ("0.0167", 2)]
    + [("0.011", 3), ("0.0083", 4), (".0083333", 4), ("8.3e-3", 4)],
)
def test_frame_times_of_three_digits_and_more_mean_the_usual_rate(seconds, step, tmp_path):
    recording = silent(lambda: read(tmp_path, _26_01__bvh=motion_text.bvh(frames=14, seconds=seconds)))
    assert recording.frames.tolist() == list(range(1, 14, step))


@pytest.mark.parametrize("seconds, rate, step", [("0.008", 120, 4), ("0.004", 240, 8), ("0.007", 150, 5)])
def test_a_frame_time_far_from_the_rate_that_it_stands_for_is_said(seconds, rate, step, tmp_path):
    message = rf"cmu_walk: 26_01\.bvh: the frame time {seconds} s is taken as rounded, for {rate} frames per second"
    with pytest.warns(UserWarning, match=message):
        recording = read(tmp_path, _26_01__bvh=motion_text.bvh(frames=14, seconds=seconds))
    assert recording.frames.tolist() == list(range(1, 14, step))


@pytest.mark.parametrize("seconds", ["0.01", "0.010", "0.02", "0.04", "0.03", "0.005", "0.041", "1", "1e-310", "1e9"])
def test_frame_times_of_other_rates_are_refused(seconds, tmp_path):
    with pytest.raises(ValueError, match=r"26_01: frame rate must be a multiple of 30 per second; received"):
        read(tmp_path, _26_01__bvh=motion_text.bvh(seconds=seconds))


def test_a_bvh_file_of_the_rest_pose_alone_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"26_01\.bvh: holds 1 frame; expected the rest pose and at least one more"):
        read(tmp_path, _26_01__bvh=motion_text.bvh(frames=1))


@pytest.mark.filterwarnings("ignore:.*(overflow|invalid value):RuntimeWarning")
def test_numbers_too_large_for_positions_are_refused(tmp_path):
    motion = motion_text.amc().replace("root 0 16.2", "root 1e300 16.2")
    with pytest.raises(ValueError, match=r"43_01\.amc: its bones and angles give positions that are not finite"):
        read(tmp_path, _43__asf=motion_text.asf(), _43_01__amc=motion)


def test_missing_files_are_explained(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(FileNotFoundError, match=r"(?s)No \.amc or \.bvh file.*notes\.txt.*02_01\.amc"):
        raw_files.read_folder(tmp_path, "kinect_v1")
    (tmp_path / "77_01.amc").write_text(motion_text.amc())
    with pytest.raises(FileNotFoundError, match=r"77_01\.amc needs the skeleton 77\.asf"):
        raw_files.read_folder(tmp_path, "kinect_v1")
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "77_01.amc").write_text(motion_text.amc())
    with pytest.raises(ValueError, match=r"77_01\.amc stands there twice"):
        raw_files.read_folder(tmp_path, "kinect_v1")


@pytest.mark.skipif(not RAW.exists(), reason="needs the raw files: TFSKEL_CMU_WALK")
@pytest.mark.parametrize(
    "change, message",
    [
        (lambda lines: lines[:-1], r"26_01\.bvh: states 834 frames .* holds 833"),
        (lambda lines: lines[:-1] + ["1 2 3"], r"26_01\.bvh, line 1021: expected 96 numbers; received 3"),
        (lambda lines: lines[:200] + ["x " * 96] + lines[201:], r"line 201: expected finite numbers; received 'x'"),
        (lambda lines: [line for line in lines if "MOTION" not in line], r"26_01\.bvh: expected MOTION followed by"),
        (lambda lines: [line.replace("Spine1", "Chest") for line in lines], "lacks the joints Spine1"),
        (lambda lines: ["HUMAN"] + lines[1:], "line 1: unexpected in the hierarchy: 'HUMAN'"),
        (lambda lines: [line.replace(".0083333", ".01") for line in lines], "26_01: frame rate must be a multiple"),
    ],
)
def test_damaged_bvh_files_are_named(tmp_path, change, message):
    lines = (RAW / "bvh" / "26_01.bvh").read_text().splitlines()
    (tmp_path / "26_01.bvh").write_text("\n".join(change(lines)))
    with pytest.raises(ValueError, match=message):
        raw_files.read_folder(tmp_path, "kinect_v1")
