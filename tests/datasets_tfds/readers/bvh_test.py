# SPDX-License-Identifier: MIT
"""BVH files of any skeleton: hand-computed positions, free layout, and what every kind of damage is called."""

import numpy as np
import pytest

from datasets_tfds.readers import bvh, kinematics

BVH = """HIERARCHY
ROOT Hips
{
  OFFSET 5 5 5
  CHANNELS 6 Xposition Yposition Zposition Zrotation Yrotation Xrotation
  JOINT Arm
  {
    OFFSET 2 0 0
    CHANNELS 2 Zrotation Xrotation
    End Site
    {
      OFFSET 0 3 0
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.025
1 2 3 0 0 0 0 90
1 2 3 90 0 0 90 0
"""


def positions(tmp_path, text=BVH):
    """Joint -> (T, 3)."""
    path = tmp_path / "walk.bvh"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    motion, seconds = bvh.read(path)
    assert seconds == 0.025
    return dict(zip(motion.names, np.moveaxis(kinematics.positions(motion), 1, 0), strict=True))


def test_positions_equal_the_hand_computed_ones_and_position_channels_replace_the_offset(tmp_path):
    places = positions(tmp_path)
    assert list(places) == ["Hips", "Arm", "Arm End"]
    np.testing.assert_allclose(places["Hips"], [[1, 2, 3], [1, 2, 3]])
    np.testing.assert_allclose(places["Arm"], [[3, 2, 3], [1, 4, 3]], atol=1e-12)
    np.testing.assert_allclose(places["Arm End"], [[3, 2, 6], [1, 1, 3]], atol=1e-12)


def test_the_first_rotation_named_is_the_outermost(tmp_path):
    text = BVH.replace("0 0 0 0 90\n", "0 0 0 90 90\n")
    # Turned about x first: the end site at y goes to z, which a turn about z leaves there.
    np.testing.assert_allclose(positions(tmp_path, text)["Arm End"][0], [3, 2, 6], atol=1e-12)
    swapped = text.replace("Zrotation Xrotation\n    End", "Xrotation Zrotation\n    End")
    np.testing.assert_allclose(positions(tmp_path, swapped)["Arm End"][0], [0, 2, 3], atol=1e-12)


def test_position_channels_of_any_joint_replace_its_offset_axis_by_axis(tmp_path):
    text = BVH.replace("CHANNELS 2 Zrotation", "CHANNELS 3 Yposition Zrotation").replace("0 0 0 0 90", "0 0 0 7 0 90")
    text = text.replace("90 0 0 90 0", "90 0 0 0 90 0")
    np.testing.assert_allclose(positions(tmp_path, text)["Arm"], [[3, 9, 3], [1, 4, 3]], atol=1e-12)


LAYOUTS = {
    "blank lines": BVH.replace("\n", "\n\n \t\n"),
    "no space after the colon": BVH.replace("s: 2", "s:2").replace("e: 0", "e:0"),
    "a space before the colon": BVH.replace("s: 2", "s : 2").replace("e: 0", "e : 0"),
    "the value on the next line": BVH.replace("s: 2", "s:\n2")
    .replace("e: 0", "\nTime:\n0")
    .replace("Tim\nTime", "Time"),
    "braces on the line of the word": BVH.replace("\n{", " {").replace("\n  {", "{").replace("{\n", "{ "),
    "upper case": BVH.upper().replace("HIPS", "Hips").replace("ARM", "Arm"),
    "lower case": BVH.lower().replace("hips", "Hips").replace("arm", "Arm"),
    "closing braces in one line": BVH.replace("}\n  }\n}", "}}}"),
    "a frame over several lines": BVH.replace("1 2 3 0", "1 2\n3\n0").replace("1 2 3 90", "1 2 3\n\n90"),
    "all frames in one line": BVH.replace("90\n1 2", "90 1 2"),
    "tabs": BVH.replace(" ", "\t"),
    "Windows line ends": BVH.replace("\n", "\r\n"),
    "old line ends": BVH.replace("\n", "\r"),
    "a byte order mark": b"\xef\xbb\xbf" + BVH.encode(),
    "no line end after the last number": BVH.rstrip(),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_words_count_and_the_layout_does_not(layout, tmp_path):
    expected = positions(tmp_path)
    places = positions(tmp_path, LAYOUTS[layout])
    assert list(places) == list(expected)
    for joint, place in expected.items():
        np.testing.assert_array_equal(places[joint], place)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf_16_is_refused_by_its_name(encoding, tmp_path):
    text = BVH.encode(encoding) if encoding == "utf-16" else "\ufeff".encode(encoding) + BVH.encode(encoding)
    with pytest.raises(ValueError, match=r"walk\.bvh is UTF-16 text; save it as UTF-8"):
        positions(tmp_path, text)


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("HIERARCHY", "HUMAN", "line 1: unexpected in the hierarchy: 'HUMAN'"),
        ("ROOT", "JOINT", "line 2: unexpected in the hierarchy: 'JOINT'"),
        ("JOINT", "ROOT", "line 6: unexpected in the hierarchy: 'ROOT'"),
        ("JOINT Arm", "JOINT Hips", "line 7: joint 'Hips' stands there twice; the first is in line 2"),
        ("JOINT Arm", "JOINT", "line 7: expected a name and { after JOINT in line 6"),
        ("Arm\n  {", "Arm", "line 7: expected a name and { after JOINT in line 6"),
        ("  }\n}", "  }", "line 14: the hierarchy ends here; expected a } for joint 'Hips' of line 2"),
        ("  }\n}", "  }\n}\n}", "line 16: unexpected in the hierarchy: '}'"),
        ("OFFSET 2 0 0", "", "line 14: joint 'Arm' of line 6 has no OFFSET"),
        ("OFFSET 2 0 0", "OFFSET 2 0", "line 9: expected finite numbers; received 'CHANNELS'"),
        ("OFFSET 2 0 0", "OFFSET 2 0 0 0", "line 8: unexpected in the hierarchy: '0'"),
        ("OFFSET 2 0 0", "OFFSET 2 0 0 OFFSET 2 0 0", "line 8: unexpected in the hierarchy: 'OFFSET'"),
        ("OFFSET 2 0 0", "OFFSET 2_0 0 0", "line 8: expected finite numbers; received '2_0'"),
        (
            "CHANNELS 2",
            "CHANNELS 3",
            "line 9: expected channels .* as many as stated; received '3', then .*'xrotation'",
        ),
        ("CHANNELS 2", "CHANNELS 1", "line 9: expected channels such as Xposition or Zrotation, .*received '1'"),
        ("2 Zrotation", "2 Wrotation", "line 9: expected channels .* received '2', then \\[\\], then 'Wrotation'"),
        ("2 Zrotation", "2 Xrotation", "line 9: expected channels .* each once"),
        ("CHANNELS 2 Zrotation Xrotation", "", "frames of 6 numbers each; received 16 in all"),
        ("MOTION", "", r"walk\.bvh: expected MOTION followed by 'Frames: <n>' and 'Frame Time: <seconds>'"),
        ("Frame Time: 0.025", "", r"walk\.bvh: expected MOTION followed by"),
        ("Frames: 2", "Frames: two", "line 17: expected a whole number; received 'two'"),
        ("Frames: 2", "Frames: 3", r"walk\.bvh: states 3 frames of 0.025 s and holds 2; .* Is the file truncated"),
        ("Frame Time: 0.025", "Frame Time: 0", "states 2 frames of 0.0 s"),
        ("Frame Time: 0.025", "Frame Time: 1_0", "line 18: expected finite numbers; received '1_0'"),
        ("1 2 3 90 0 0 90 0", "1 2 3 90 0 0 90", "line 20: expected 8 numbers; received 7"),
        ("1 2 3 90 0 0 90 0", "1 2 3 90 0 0 90 nan", "line 20: expected finite numbers; received 'nan'"),
        ("1 2 3 90 0 0 90 0", "1 2 3 90\n\n0 0 90 ١", "line 22: expected finite numbers; received "),
        ("1 2 3 0 0 0 0 90\n1 2 3 90 0 0 90 0", "1 2 3 0 0\n0 0", "frames of 8 numbers each; received 7 in all"),
        (BVH, "MOTION Frames: 1 Frame Time: 1", "line 1: the hierarchy ends here; expected ROOT"),
        (BVH[16:], "", r"walk\.bvh: expected MOTION followed by"),
    ],
)
def test_damage_is_named_with_the_line(old, new, message, tmp_path):
    assert old in BVH
    with pytest.raises(ValueError, match=message) as caught:
        positions(tmp_path, BVH.replace(old, new, 1))
    assert "walk.bvh" in str(caught.value)
