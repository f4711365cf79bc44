# SPDX-License-Identifier: MIT
"""Files of every pose source become the joints of a Kinect, in metres, y up, with splits."""

import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from datasets_tfds.own_recordings import options, pose_files
from datasets_tfds.own_recordings.layouts import layout as layouts
from datasets_tfds.own_recordings.layouts import match, tables
from tests.datasets_tfds.own_recordings import pose_sources
from tfskel import skeletons

ARRAYS = [name for name, layout in tables.LAYOUTS.items() if layout.joints]
SPELLINGS = {
    "mediapipe with names": ("mediapipe33", "{joint}_{axis}", None, ("visibility",), ","),
    "mediapipe from a tutorial": ("mediapipe33", "{axis}{joint}", [str(n) for n in range(1, 34)], ("v",), ","),
    "landmarks by number": ("mediapipe33", "landmark_{joint}_{axis}", [str(n) for n in range(33)], (), ";"),
    "kinect v2 with a prefix": ("kinect_v2", "JointType_{joint}_{axis}", None, (), "\t"),
    "kinect v2, axis glued on": ("kinect_v2", "{joint}{axis}", None, (), ","),
    "azure kinect": ("azure_kinect32", "{joint}.{axis}", None, ("confidence",), ","),
    "x_0": ("kinect_v1", "{axis}_{joint}", [str(n) for n in range(20)], (), ","),
}


def read(folder: pathlib.Path, **changed):
    said: list[str] = []
    splits, skeleton, fps = pose_files.read(folder, {**options.OPTIONS, **changed}, said.append)
    return splits, skeleton, fps, " | ".join(said)


def check_joints(
    splits, skeleton: str, layout: layouts.Layout, tolerance: float, axes=3, names=None, scale=None
) -> None:
    """What one joint of the source alone makes up stands where the Kinect's joint stood, seen from the left ankle."""
    walks = pose_sources.walks()
    kinect = skeletons.get(skeleton).joint_names
    single = {joint for joint, way in layouts.ways(layout, names or layout.joints).items() if len(way) == 1}
    compared = [n for n, joint in enumerate(kinect) if layouts.V1.get(joint, joint) in single - set(layout.stand_ins)]
    places = [pose_sources.V2.index(layouts.V1.get(kinect[n], kinect[n])) for n in compared]
    assert len(compared) >= 12
    for row in (row for rows in splits.values() for row in rows):
        identity, _, recording = row["recording"].replace("/", "_").partition("_")
        truth = walks[identity, recording.partition("/")[0].partition("_video")[0]]
        ours = (row["joints"] - row["joints"][:, [kinect.index("AnkleLeft")]])[:, compared, :axes]
        wanted = (truth - truth[:, [pose_sources.V2.index("AnkleLeft")]])[:, places, :axes]
        factor = scale(wanted, ours) if scale else 1.0
        np.testing.assert_allclose(ours, factor * wanted, atol=tolerance)


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_of_every_layout_become_kinect_joints(tmp_path, name):
    pose_sources.write_array(tmp_path, name)
    splits, skeleton, _, said = read(tmp_path)
    check_joints(splits, skeleton, tables.LAYOUTS[name], 1e-5)
    assert f"read as {name}" in said and {split: len(rows) for split, rows in splits.items()} == dict.fromkeys(
        splits, 3
    )
    for stand_in in set(tables.LAYOUTS[name].stand_ins) & set(skeletons.get(skeleton).joint_names):
        assert stand_in in said


@pytest.mark.parametrize("case", SPELLINGS)
def test_columns_are_found_as_users_spell_them(tmp_path, case):
    layout, column, names, extra, separator = SPELLINGS[case]
    pose_sources.write_columns(tmp_path, layout, column, names, extra, separator)
    splits, skeleton, _, said = read(tmp_path)
    assert f"read as {layout}" in said
    check_joints(splits, skeleton, tables.LAYOUTS[layout], 2e-5)


def test_world_landmarks_are_turned_upright(tmp_path):
    pose_sources.write_landmarks(tmp_path)
    splits, skeleton, fps, said = read(tmp_path)
    assert (skeleton, fps) == ("kinect_v2", 30.0) and "-y points up" in said
    check_joints(splits, skeleton, tables.MEDIAPIPE, 4e-5)


def _ratio(wanted, ours):
    return float((wanted * ours).sum() / (wanted * wanted).sum())


def test_frames_of_openpose_in_pictures_are_scaled_to_one_size_and_flat(tmp_path):
    pose_sources.write_openpose(tmp_path, "openpose_body25", flat=True)
    splits, skeleton, _, said = read(tmp_path)
    assert skeleton == "kinect_v1" and "scale_free=True" in said and "9 frames show several people" in said
    check_joints(splits, skeleton, tables.BODY_25, 2e-3, axes=2, scale=_ratio)
    assert not any(row["joints"][..., 2].any() for rows in splits.values() for row in rows)


def test_frames_of_openpose_in_space_are_read_by_their_number_of_joints(tmp_path):
    pose_sources.write_openpose(tmp_path, "openpose_coco18", flat=False)
    splits, skeleton, _, said = read(tmp_path)
    assert "read as openpose_coco18" in said
    check_joints(splits, skeleton, tables.OPENPOSE_18, 2e-4)


def test_detections_in_the_form_of_coco_are_read(tmp_path):
    pose_sources.write_detections(tmp_path)
    splits, skeleton, _, said = read(tmp_path)
    assert "read as coco17" in said and "places in a picture" in said
    check_joints(splits, skeleton, tables.COCO, 2e-3, axes=2, scale=_ratio)


def test_marker_files_state_their_unit_and_rate(tmp_path):
    pose_sources.write_trc(tmp_path)
    splits, skeleton, fps, said = read(tmp_path)
    assert fps == 30.0 and "unit: mm" in said
    check_joints(splits, skeleton, tables.BODY_25, 1e-5)


def test_animations_are_turned_upright_and_measured(tmp_path):
    pose_sources.write_bvh(tmp_path)
    splits, skeleton, fps, said = read(tmp_path)
    assert skeleton == "kinect_v2" and "read as bvh" in said and "unit: cm" in said and "z points up" in said
    assert abs(fps - 30) < 0.01
    check_joints(splits, skeleton, tables.LAYOUTS["bvh"], 1e-5, names=list(pose_sources.MIXAMO))


# In a process of its own: where faiss is loaded, too, ezc3d reads but cannot write.
WRITE_C3D = """
import sys, ezc3d, numpy
stored = numpy.load(sys.argv[1])
for path in stored["paths"]:
    content = ezc3d.c3d()
    content["parameters"]["POINT"]["RATE"]["value"] = [30]
    content["parameters"]["POINT"]["LABELS"]["value"] = stored["labels"].tolist()
    content.add_parameter("POINT", "UNITS", ["mm"])
    points = stored[path].transpose(2, 1, 0)
    content["data"]["points"] = numpy.concatenate([points, numpy.ones((1, *points.shape[1:]))])
    content.write(str(path))
"""


def test_c3d_files_are_read_through_the_library(tmp_path):
    pytest.importorskip("ezc3d")
    layout, walks = tables.BODY_25, pose_sources.walks()
    points = {
        str(tmp_path / f"{'_'.join(name)}.c3d"): 1000 * pose_sources.source_joints(layout, walk)
        for name, walk in walks.items()
    }
    np.savez(tmp_path.parent / "points.npz", paths=list(points), labels=layout.joints, **points)
    subprocess.run([sys.executable, "-c", WRITE_C3D, str(tmp_path.parent / "points.npz")], check=True)
    splits, skeleton, fps, said = read(tmp_path)
    assert fps == 30.0 and "unit: mm" in said
    check_joints(splits, skeleton, layout, 1e-4)
    damaged = sorted(tmp_path.iterdir())[0]
    content = damaged.read_bytes()
    place = content.index(b"LABELS") - 1  # the number of its group; by some of these the library crashes
    damaged.write_bytes(content[:place] + b"\x82" + content[place + 1 :])
    with pytest.raises(ValueError, match=f"{damaged.name}: not a readable C3D file"):
        read(tmp_path)


@pytest.mark.parametrize("unit, factor", [("m", 1), ("cm", 100), ("mm", 1000), ("inch", 1 / 0.0254)])
def test_units_are_found_by_the_size_of_the_people(tmp_path, unit, factor):
    pose_sources.write_array(tmp_path, "kinect_v2", factor)
    splits, skeleton, _, said = read(tmp_path)
    assert f"unit: {unit};" in said
    check_joints(splits, skeleton, tables.KINECT_V2, 1e-5)


@pytest.mark.parametrize("factor, advice", [(0.3, "pose_world_landmarks"), (4000, "pixels")])
def test_people_of_no_plausible_size_are_refused_with_advice(tmp_path, factor, advice):
    pose_sources.write_array(tmp_path, "kinect_v2", factor)
    with pytest.raises(ValueError, match=advice):
        read(tmp_path)
    splits, _, _, said = read(tmp_path, units="body")
    assert "scale_free=True" in said and splits["probe"]


def test_joints_of_low_confidence_and_gaps_are_left_out_or_filled(tmp_path):
    pose_sources.write_columns(tmp_path, "mediapipe33", "{joint}_{axis}", extra=("visibility",))
    path = sorted(tmp_path.iterdir())[0]
    rows = path.read_text().splitlines()
    for number in (10, 11, 20):
        cells = rows[number].split(",")
        place = rows[0].split(",").index("left_wrist_visibility")
        cells[place] = "0.1"
        rows[number] = ",".join(cells)
    cells = rows[30].split(",")
    start = rows[0].split(",").index("right_knee_x")
    rows[30] = ",".join([*cells[:start], "", "nan", "", *cells[start + 3 :]])
    path.write_text("\n".join(rows))
    dropped, _, _, said = read(tmp_path, confidence=0.5)
    assert "4 frames in which a joint was not seen are left out" in said
    filled, _, _, said = read(tmp_path, confidence=0.5, fill=1)
    assert "2 frames in which" in said and "interpolated" in said
    counts = [sum(len(row["joints"]) for rows in found.values() for row in rows) for found in (dropped, filled)]
    assert counts == [9 * 40 - 4, 9 * 40 - 2]


def test_recordings_are_resampled_to_another_rate(tmp_path):
    pose_sources.write_trc(tmp_path)
    splits, _, fps, _ = read(tmp_path, resample=15.0)
    assert fps == 15.0 and {len(row["joints"]) for rows in splits.values() for row in rows} == {20}


def test_a_folder_with_one_recording_each_is_cut_in_time(tmp_path):
    pose_sources.write_array(tmp_path, "kinect_v2")
    for path in tmp_path.glob("*/walk[12].npy"):
        path.unlink()
    splits, _, _, said = read(tmp_path)
    assert "by_time" in said
    for split in zip(*splits.values(), strict=True):
        ends = [(row["frames"][0], row["frames"][-1]) for row in split]
        assert all(later[0] - before[1] > 6 for before, later in zip(ends, ends[1:], strict=False))


def test_a_splits_file_is_followed(tmp_path):
    pose_sources.write_array(tmp_path, "kinect_v2")
    people = sorted(path.name for path in tmp_path.iterdir())
    chosen = {"train": "walk0", "gallery": "walk1", "probe": "walk2"}
    segments = {split: [[f"{person}/{name}", 0, 30] for person in people] for split, name in chosen.items()}
    (tmp_path / "splits.json").write_text(json.dumps({"splits": segments}))
    splits, *_ = read(tmp_path)
    assert [row["recording"] for row in splits["probe"]] == [f"{person}/walk2" for person in people]


def test_names_follow_a_pattern_of_the_user(tmp_path):
    pose_sources.write_array(tmp_path, "kinect_v2")
    for path in sorted(tmp_path.glob("*/*.npy")):
        path.rename(tmp_path / f"{path.parent.name}{path.stem}.npy")
    with pytest.raises(ValueError, match="option pattern"):
        read(tmp_path)
    splits, *_ = read(tmp_path, pattern=r"(?P<identity>p\d+)(?P<recording>walk\d)")
    assert len({row["identity"] for row in splits["train"]}) == 3
    with pytest.raises(ValueError, match="groups"):
        read(tmp_path, pattern=r"(p\d+)")


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("a_1.csv", "nose_x,nose_y\n1,2\n", "at least 10 joints"),
        ("a_1.json", "[]", "expected a list of frames"),
        ("a_1.json", '[[{"x": 1, "y": "b"}]]', "no number"),
        ("a_1_000000000001_keypoints.json", '{"people": 3}', "people"),
        ("a_1.trc", "PathFileType\n", "header of 5 lines"),
        ("a_1.npy", "no array", "not a readable"),
        ("a_1.bvh", "HIERARCHY", "MOTION"),
        ("a_1.json", json.dumps([[1.0] * 67]), "67 numbers; expected 3, 4 or 2 for each point"),
        ("a_1.json", json.dumps([{"image_id": 1, "keypoints": [1e308] * 51}]), "joint nose, x: 1e.308; expected"),
        ("a_1.json", json.dumps([{"landmarks": "9"}]).replace('"9"', "9" * 5000), "not a JSON file"),
        (
            "a_1_000000000001_keypoints.json",
            json.dumps({"people": [{"pose_keypoints_2d": [1e308] * 75}]}),
            "a key point at 1e.308",
        ),
    ],
)
def test_damaged_files_are_refused_by_name(tmp_path, name, content, message):
    (tmp_path / name).write_text(content)
    with pytest.raises(ValueError, match=message) as refused:
        read(tmp_path)
    assert "a_1" in str(refused.value)


@pytest.mark.parametrize("damage, message", [("1,2", "2 cells; expected"), ("x", "expected a number; received")])
def test_a_damaged_line_of_columns_is_refused_by_its_number(tmp_path, damage, message):
    pose_sources.write_columns(tmp_path, "kinect_v2", "{joint}_{axis}")
    path = sorted(tmp_path.iterdir())[0]
    lines = path.read_text().splitlines()
    lines[6] = damage if "," in damage else ",".join([damage, *lines[6].split(",")[1:]])
    path.write_text("\n".join(lines))
    with pytest.raises(ValueError, match=f"line 7.*{message}"):
        read(tmp_path)


def test_pickled_arrays_are_refused(tmp_path):
    np.save(tmp_path / "a_1.npy", np.array([{"x": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="not a readable"):
        read(tmp_path)


@pytest.mark.parametrize("name", tables.LAYOUTS)
def test_every_layout_makes_all_joints_of_the_older_kinect(name):
    layout = tables.LAYOUTS[name]
    names = layout.joints or {way for ways in layout.kinect.values() for way in ways[0]}
    assert not layouts.lacking(layouts.ways(layout, sorted(names)), "kinect_v1")
    assert match.by_name(sorted(names), "a file").name == name


def test_a_joint_that_is_seen_in_no_frame_is_told(tmp_path):
    pose_sources.write_columns(tmp_path, "kinect_v2", "{joint}_{axis}")
    lines = sorted(tmp_path.iterdir())[0].read_text().splitlines()[:4]
    place = lines[0].split(",").index("Head_x")
    rows = [line.split(",") for line in lines]
    rows[1:] = [[*row[:place], "", "", "", *row[place + 3 :]] for row in rows[1:]]
    for path in tmp_path.iterdir():
        path.unlink()
    (tmp_path / "a_1.csv").write_text("\n".join(map(",".join, rows)))
    with pytest.raises(ValueError, match=r"a_1\.csv: no recording has two frames with all joints"):
        read(tmp_path)


def test_names_of_no_layout_are_refused_with_what_is_lacking():
    with pytest.raises(ValueError, match="nothing makes up"):
        match.by_name(["left_hip", "right_hip", "nose"], "walk.csv")
