# SPDX-License-Identifier: MIT
"""The readers of capture files: hand-computed bone ends, and what every kind of damage is called."""

import numpy as np
import pytest
from scipy.spatial import transform

from datasets_tfds.cmu_walk import asf_amc, raw_files, rotations
from tests import fakes

RAW = fakes.recorded("TFSKEL_CMU_WALK", "raw")

ASF = """# made for S. E. Cret
:version 1.10
:units
  mass 1.0
  length 0.5
  angle deg
:root
   order TX TY TZ RX RY RZ
   axis XYZ
:bonedata
  begin
     id 1
     name upper
     direction 1 0 0
     length 2
     axis 0 0 90  XYZ
     dof rx rz
     limits (-160.0 20.0)
            (-70.0 70.0)
  end
  begin
     id 2
     name lower
     direction 0 1 0
     length 3
     axis 0 0 0  XYZ
  end
:hierarchy
  begin
    root upper
    upper lower
  end
"""
AMC = """#!OML:ASF H:\\captured\\Cret\\Cret.ASF
:FULLY-SPECIFIED
:DEGREES
120
root 1 2 3 0 0 90
upper 0 90
121
root 1 2 3 0 0 0
upper 90 0
"""
INCH = 0.0254


def write(folder, **files):
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


@pytest.mark.parametrize("axis", "xyz")
def test_turns_about_an_axis_equal_those_of_scipy(axis):
    angles = np.linspace(-4, 4, 7)
    want = transform.Rotation.from_euler(axis, angles[:, None]).as_matrix()
    np.testing.assert_allclose(rotations.about(axis, angles), want, atol=1e-12)


def test_composed_turns_apply_the_first_one_first():
    want = transform.Rotation.from_euler("xyz", [0.3, -1.2, 2.0]).as_matrix()
    np.testing.assert_allclose(rotations.compose([("x", 0.3), ("y", -1.2), ("z", 2.0)]), want, atol=1e-12)


def test_bone_ends_of_a_two_bone_skeleton_equal_the_hand_computed_ones(tmp_path):
    write(tmp_path, **{"77__asf": ASF, "77_01__amc": AMC})
    skeleton = asf_amc.read_asf(tmp_path / "77.asf")
    frames, motion = asf_amc.read_amc(tmp_path / "77_01.amc", skeleton)
    ends = asf_amc.bone_ends(skeleton, motion)
    assert frames.tolist() == [120, 121]
    unit = INCH / 0.5
    np.testing.assert_allclose(ends["root"], np.array([[1, 2, 3], [1, 2, 3]]) * unit)
    # Frame 120: the root turns by 90 about z and the upper bone by 90 more: x -> -x, y -> -y.
    np.testing.assert_allclose(ends["upper"][0], np.array([1 - 2, 2, 3]) * unit, atol=1e-12)
    np.testing.assert_allclose(ends["lower"][0], np.array([1 - 2, 2 - 3, 3]) * unit, atol=1e-12)
    # Frame 121: 90 about the bone's own x axis, which `axis 0 0 90` lays along y: x -> -z, y stays.
    np.testing.assert_allclose(ends["upper"][1], np.array([1, 2, 3 - 2]) * unit, atol=1e-12)
    np.testing.assert_allclose(ends["lower"][1], np.array([1, 2 + 3, 3 - 2]) * unit, atol=1e-12)


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("upper 90 0\n", "", r"77_01\.amc: frame 121 lacks upper; is the file truncated"),
        ("upper 90 0", "upper 90", r"77_01\.amc, line 9: bone upper expects 2 numbers .* received 1, frame 121"),
        ("upper 90 0", "upper 90 x", r"77_01\.amc, line 9: expected finite numbers; received 'x'"),
        ("upper 90 0", "upper 90 nan", r"line 9: expected finite numbers; received 'nan'"),
        ("upper 90 0", "elbow 90 0", r"line 9: expected a frame number or one of the bones root, upper; .*'elbow'"),
        ("121\n", "123\n", r"line 7: frame 123 follows frame 120; expected 121"),
        (AMC, "", r"77_01\.amc: no frames"),
    ],
)
def test_damaged_motion_files_are_named_with_the_line_and_without_the_people_recorded(tmp_path, old, new, message):
    write(tmp_path, **{"77__asf": ASF, "77_01__amc": AMC.replace(old, new)})
    with pytest.raises(ValueError, match=message) as error:
        raw_files.read_folder(tmp_path, "kinect_v1")
    assert "Cret" not in str(error.value)


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("direction 1 0 0", "direction 1 0", r"77\.asf, line 14: expected 'direction' with 3 values; received 2"),
        ("length 3", "length long", r"77\.asf, line 25: expected finite numbers; received 'long'"),
        ("dof rx rz", "dof rx l", r"77\.asf, line 17: dof must be among rx ry rz; received \['rx', 'l'\]"),
        ("    upper lower", "    upper lowest", r"bone 'lowest' stands in :hierarchy without a block"),
        ("    upper lower", "    upper lower lower", r"bone 'lower' stands in :hierarchy twice"),
        (
            "axis 0 0 90  XYZ",
            "axis 0 0 90  XYW",
            r"77\.asf, line 16: expected an axis order such as XYZ; received 'XYW'",
        ),
        ("axis 0 0 90  XYZ", "", r"77\.asf, line 11: expected 'axis' with 4 values; received 0"),
        ("TX TY TZ", "TX TY", r"77\.asf: not a complete ASF skeleton; .*order \('tx', 'ty', 'rx', 'ry', 'rz'\)"),
        (ASF[300:], "", r"77\.asf: not a complete ASF skeleton"),
        ("name lower", "name", r"line 23: expected 'name' with 1 values; received 0"),
    ],
)
def test_damaged_skeleton_files_are_named_with_the_line(tmp_path, old, new, message):
    write(tmp_path, **{"77__asf": ASF.replace(old, new), "77_01__amc": AMC})
    with pytest.raises(ValueError, match=message) as error:
        raw_files.read_folder(tmp_path, "kinect_v1")
    assert "Cret" not in str(error.value)


def test_missing_files_are_explained(tmp_path):
    write(tmp_path, **{"notes__txt": "nothing"})
    with pytest.raises(FileNotFoundError, match=r"(?s)No \.amc or \.bvh file.*notes\.txt.*02_01\.amc"):
        raw_files.read_folder(tmp_path, "kinect_v1")
    write(tmp_path, **{"77_01__amc": AMC})
    with pytest.raises(FileNotFoundError, match=r"77_01\.amc needs the skeleton 77\.asf"):
        raw_files.read_folder(tmp_path, "kinect_v1")
    (tmp_path / "copy").mkdir()
    write(tmp_path / "copy", **{"77_01__amc": AMC})
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
