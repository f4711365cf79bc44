# SPDX-License-Identifier: MIT
"""ASF skeletons and AMC motions: hand-computed bone ends, units, and what every kind of damage is called."""

import numpy as np
import pytest

from datasets_tfds.readers import amc, asf, kinematics

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


def ends(folder, skeleton=ASF, motion=AMC):
    """Bone -> (T, 3) metres, and the frame numbers."""
    write(folder, **{"77__asf": skeleton, "77_01__amc": motion})
    model = asf.read(folder / "77.asf")
    capture = amc.read(folder / "77_01.amc", model)
    moved = amc.motion(model, capture)
    return dict(zip(moved.names, np.moveaxis(kinematics.positions(moved) * model.metres, 1, 0), strict=True)), capture


def test_bone_ends_of_a_two_bone_skeleton_equal_the_hand_computed_ones(tmp_path):
    places, capture = ends(tmp_path)
    assert capture.frames.tolist() == [120, 121] and capture.rate is None
    unit = INCH / 0.5
    np.testing.assert_allclose(places["root"], np.array([[1, 2, 3], [1, 2, 3]]) * unit)
    # Frame 120: the root turns by 90 about z and the upper bone by 90 more: x -> -x, y -> -y.
    np.testing.assert_allclose(places["upper"][0], np.array([1 - 2, 2, 3]) * unit, atol=1e-12)
    np.testing.assert_allclose(places["lower"][0], np.array([1 - 2, 2 - 3, 3]) * unit, atol=1e-12)
    # Frame 121: 90 about the bone's own x axis, which `axis 0 0 90` lays along y: x -> -z, y stays.
    np.testing.assert_allclose(places["upper"][1], np.array([1, 2, 3 - 2]) * unit, atol=1e-12)
    np.testing.assert_allclose(places["lower"][1], np.array([1, 2 + 3, 3 - 2]) * unit, atol=1e-12)


IN_RADIANS = {"root 1 2 3 0 0 90": "root 1 2 3 0 0 1.57079632679", "upper 0 90": "upper 0 1.57079632679"}
IN_RADIANS["upper 90 0"] = "upper 1.57079632679 0"


def replaced(text, changes):
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(
    "skeleton, motion",
    [
        ({}, {**IN_RADIANS, ":DEGREES": ":RADIANS"}),
        ({}, {**IN_RADIANS, ":DEGREES": ":radians"}),
        ({"angle deg": "angle rad", "axis 0 0 90 ": "axis 0 0 1.57079632679"}, {}),
        (
            {"angle deg": "angle radians", "axis 0 0 90 ": "axis 0 0 1.57079632679"},
            {**IN_RADIANS, ":DEGREES\n": ""},
        ),
        ({"angle deg": "angle degrees"}, {":DEGREES\n": ""}),
    ],
)
def test_the_unit_of_angles_is_that_of_the_motion_file_and_only_without_one_that_of_the_skeleton(
    skeleton, motion, tmp_path
):
    expected, _ = ends(tmp_path)
    places, _ = ends(tmp_path, replaced(ASF, skeleton), replaced(AMC, motion))
    for bone, place in expected.items():
        np.testing.assert_allclose(places[bone], place, atol=1e-9)


def test_a_stated_frame_rate_is_read(tmp_path):
    _, capture = ends(tmp_path, motion=AMC.replace(":DEGREES", ":DEGREES\n:SAMPLES-PER-SECOND 60"))
    assert capture.rate == 60.0


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b""])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_byte_order_mark_and_any_line_end_change_nothing(mark, end, tmp_path):
    write(tmp_path, **{"77__asf": ASF, "77_01__amc": AMC})
    model = asf.read(tmp_path / "77.asf")
    expected = amc.read(tmp_path / "77_01.amc", model)
    for name, text in (("77.asf", ASF), ("77_01.amc", AMC)):
        (tmp_path / name).write_bytes(mark + text.replace("\n", end).encode())
    capture = amc.read(tmp_path / "77_01.amc", asf.read(tmp_path / "77.asf"))
    assert capture.frames.tolist() == expected.frames.tolist()
    np.testing.assert_array_equal(capture.values["upper"], expected.values["upper"])


@pytest.mark.parametrize("name", ["77.asf", "77_01.amc"])
def test_utf_16_is_refused_by_its_name(name, tmp_path):
    write(tmp_path, **{"77__asf": ASF, "77_01__amc": AMC})
    (tmp_path / name).write_text((tmp_path / name).read_text(), encoding="utf-16")
    with pytest.raises(ValueError, match=f"{name} is UTF-16 text; save it as UTF-8"):
        amc.read(tmp_path / "77_01.amc", asf.read(tmp_path / "77.asf"))


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("upper 90 0\n", "", r"77_01\.amc: frame 121 lacks upper; is the file truncated"),
        ("upper 90 0", "upper 90", r"77_01\.amc, line 9: bone upper expects 2 numbers .* received 1, frame 121"),
        ("upper 90 0", "upper 90 x", r"77_01\.amc, line 9: expected finite numbers; received 'x'"),
        ("upper 90 0", "upper 90 nan", r"line 9: expected finite numbers; received 'nan'"),
        ("upper 90 0", "elbow 90 0", r"line 9: expected a frame number or one of the bones root, upper; .*'elbow'"),
        ("121\n", "123\n", r"line 7: frame 123 follows frame 120; expected 121"),
        ("121\n", "\u00b2\n", r"77_01\.amc, line 7: expected a frame number or one of the bones"),
        ("121\n", "12_1\n", r"77_01\.amc, line 7: expected a whole number; received '12_1'"),
        ("121\n", "9" * 30 + "\n", r"77_01\.amc, line 7: expected a whole number; received '999"),
        ("upper 90 0", "upper 90 1_0", r"line 9: expected finite numbers; received '1_0'"),
        (":DEGREES", ":DEGREEZ", r"line 3: expected :DEGREES or :RADIANS, one of them; received ':DEGREEZ'"),
        (":DEGREES", ":DEGREES\n:RADIANS", r"line 4: expected :DEGREES or :RADIANS, one of them; .*':RADIANS'"),
        (":DEGREES", ":SAMPLES-PER-SECOND", r"line 3: expected finite numbers; received ''"),
        (AMC, "", r"77_01\.amc: no frames"),
    ],
)
def test_damaged_motion_files_are_named_with_the_line_and_without_the_people_recorded(tmp_path, old, new, message):
    with pytest.raises(ValueError, match=message) as error:
        ends(tmp_path, motion=AMC.replace(old, new))
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
        ("length 0.5", "length 0", r"77\.asf, line 5: expected a length between .*; received 0"),
        ("length 0.5", "length", r"77\.asf, line 5: expected 'length' with 1 values; received 0"),
        ("length 0.5", "length -1", r"77\.asf, line 5: expected a length between .*; received -1"),
        ("length 0.5", "length 0_5", r"77\.asf, line 5: expected finite numbers; received '0_5'"),
        ("length 2", "length 0", r"77\.asf, line 15: expected a length between .*; received 0"),
        ("angle deg", "angle", r"77\.asf, line 6: expected 'angle' with 1 values; received 0"),
        ("angle deg", "angle gon", r"77\.asf, line 6: expected angle deg or rad; received 'gon'"),
        ("direction 1 0 0", "direction 0 0 0", r"77\.asf, line 14: the direction of a bone is not 0 0 0"),
        ("axis 0 0 90  XYZ", "axis 0 0 x  XYZ", r"77\.asf, line 16: expected finite numbers; received 'x'"),
        ("dof rx rz", "dof rx rx", r"77\.asf, line 17: dof must be among rx ry rz; received \['rx', 'rx'\]"),
        ("  end\n  begin", "  begin", r"77\.asf, line 20: expected begin or end before 'begin' in :bonedata"),
        ("  end\n  begin", "  end", r"77\.asf, line 21: expected begin or end before 'id' in :bonedata"),
        ("  end\n:hierarchy", ":hierarchy", r"77\.asf, line 21: this bone has no end in :bonedata"),
        ("     length 2", "     length 2\n     length 3", r"77\.asf, line 16: expected begin or end before 'length'"),
        ("name lower", "name upper", r"77\.asf, line 23: bone 'upper' stands in :bonedata twice"),
        ("    upper lower", "    lower lower", r"77\.asf, line 21: :hierarchy does not lead from root to bone 'lower'"),
        ("    upper lower", "    upper lower\n    lower upper", r"line 32: bone 'upper' stands in :hierarchy twice"),
        (
            "axis XYZ\n",
            "axis XYZ\n   orientation 0 0 90\n",
            r"77\.asf, line 10: a root orientation other than 0 0 0 is not read; received \['0', '0', '90'\]",
        ),
        ("name lower", "name", r"line 23: expected 'name' with 1 values; received 0"),
    ],
)
def test_damaged_skeleton_files_are_named_with_the_line(tmp_path, old, new, message):
    with pytest.raises(ValueError, match=message) as error:
        ends(tmp_path, skeleton=ASF.replace(old, new, 1))
    assert "Cret" not in str(error.value)
