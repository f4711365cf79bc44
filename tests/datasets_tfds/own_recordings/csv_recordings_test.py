# SPDX-License-Identifier: MIT
"""CSV recordings in both forms, and the line that every mistake is found in."""

import json
import random

import numpy as np
import pytest

from datasets_tfds.own_recordings import csv_recordings
from tfskel import skeletons

JOINTS = 14
LAYOUTS = {name: skeleton.joint_names for name, skeleton in skeletons.SKELETONS.items()}
SPLITS = {"train": [["a1", 0, 3]], "gallery": [["b1", 0, 2]], "probe": [["b1", 2, 4]]}
RECORDINGS = {"a1": ("a", [0, 1, 5, 6]), "b1": ("b", [10, 11, 12, 13])}


def positions():
    rng = np.random.default_rng(1)
    return {name: rng.normal(size=(4, JOINTS, 3)).round(4).astype(np.float32) for name in RECORDINGS}


def long_rows(label=str):
    rows = []
    for name, (identity, frames) in RECORDINGS.items():
        for frame, pose in zip(frames, positions()[name], strict=True):
            for joint, point in enumerate(pose):
                rows.append([name, identity, str(frame), label(joint), *(f"{value:.4f}" for value in point)])
    return rows


def wide_rows():
    return [
        [name, identity, str(frame), *(f"{value:.4f}" for value in pose.ravel())]
        for name, (identity, frames) in RECORDINGS.items()
        for frame, pose in zip(frames, positions()[name], strict=True)
    ]


LONG = ["recording", "identity", "frame", "joint", "x", "y", "z"]
WIDE = ["recording", "identity", "frame", *(f"{axis}{joint}" for joint in range(JOINTS) for axis in "xyz")]


def store(folder, header, rows, splits=SPLITS, separator=",", name="recordings.csv"):
    text = "\n".join(separator.join(row) for row in [header, *rows]) + "\n"
    (folder / name).write_text(text)
    if splits:
        (folder / "splits.json").write_text(json.dumps({"splits": splits}))
    return folder


def check(result):
    want = positions()
    for split, name, first, end in (("train", "a1", 0, 3), ("gallery", "b1", 0, 2), ("probe", "b1", 2, 4)):
        (example,) = result[split]
        np.testing.assert_array_equal(example["joints"], want[name][first:end], err_msg=split)
        assert example["frames"].tolist() == RECORDINGS[name][1][first:end]
        assert (example["recording"], example["identity"]) == (name, RECORDINGS[name][0])
        assert example["captured"] == end - first


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_rows_per_joint_and_rows_per_frame_give_the_same_recordings(tmp_path, separator):
    check(csv_recordings.read(store(tmp_path, LONG, long_rows(), separator=separator)))
    check(csv_recordings.read(store(tmp_path, WIDE, wide_rows(), separator=separator)))


def test_rows_may_stand_in_any_order(tmp_path):
    rows = long_rows()
    random.Random(0).shuffle(rows)
    check(csv_recordings.read(store(tmp_path, LONG, rows)))


def test_columns_may_stand_in_any_order_and_empty_lines_and_a_byte_order_mark_are_skipped(tmp_path):
    order = [6, 2, 0, 3, 5, 1, 4]
    rows = [[row[i] for i in order] for row in long_rows()]
    store(tmp_path, [LONG[i].upper() for i in order], rows[:20] + [[""]] + rows[20:] + [[]])
    path = tmp_path / "recordings.csv"
    path.write_text(path.read_text(), encoding="utf-8-sig")
    check(csv_recordings.read(tmp_path))


def test_more_rows_than_are_read_at_a_time(tmp_path):
    frames = 700
    rows = [["a1", "a", str(f), str(j), f"{f}.5", str(j), "0"] for f in range(frames) for j in range(JOINTS)]
    result = csv_recordings.read(store(tmp_path, LONG, rows, {"train": [["a1", 0, frames]]}))
    joints = result["train"][0]["joints"]
    np.testing.assert_array_equal(joints[:, :, 0], np.arange(frames)[:, None] + np.full(JOINTS, 0.5))
    np.testing.assert_array_equal(joints[:, :, 1], np.tile(np.arange(JOINTS), (frames, 1)))
    rows[9000][4] = "nan"
    with pytest.raises(ValueError, match=r"line 9002, column 'x': expected a finite number; received 'nan'"):
        csv_recordings.read(store(tmp_path, LONG, rows))


def test_joints_by_name_follow_the_skeleton_whose_names_they_are(tmp_path):
    names = skeletons.SKELETONS["openpose"].joint_names
    rows = long_rows(lambda joint: names[joint].lower().replace("left", "_left"))
    random.Random(1).shuffle(rows)
    check(csv_recordings.read(store(tmp_path, LONG, rows), layouts=LAYOUTS))


def test_joint_names_that_fit_no_skeleton_are_listed_with_the_nearest(tmp_path):
    names = list(skeletons.SKELETONS["openpose"].joint_names)
    names[3] = "Elbo"
    store(tmp_path, LONG, long_rows(lambda joint: names[joint]))
    with pytest.raises(ValueError, match=r"line 5, column 'joint'.*nearest is openpose: unknown \['Elbo'\], missing"):
        csv_recordings.read(tmp_path, layouts=LAYOUTS)
    with pytest.raises(ValueError, match="line 2, column 'joint': expected joint numbers; received"):
        csv_recordings.read(tmp_path)


def split_of(name, frame):
    return {"a1": {5: "", 6: "probe"}, "b1": {12: "gallery", 13: "gallery"}}[name].get(frame, "train")


def test_a_column_split_cuts_recordings_and_an_empty_one_leaves_frames_out(tmp_path):
    for header, rows in ((LONG, long_rows()), (WIDE, wide_rows())):
        marked = [[*row, split_of(row[0], int(row[2]))] for row in rows]
        result = csv_recordings.read(store(tmp_path, [*header, "split"], marked, splits=None))
        frames = {split: [(row["recording"], row["frames"].tolist()) for row in rows] for split, rows in result.items()}
        assert frames == {
            "train": [("a1", [0, 1]), ("b1", [10, 11])],
            "probe": [("a1", [6])],
            "gallery": [("b1", [12, 13])],
        }


def test_optional_columns_are_read_and_unknown_ones_named_in_a_warning(tmp_path):
    rows = [[*row, "left", "bag", "0.9"] for row in wide_rows()]
    store(tmp_path, [*WIDE, "camera", "condition", "confidence"], rows)
    with pytest.warns(UserWarning, match=r"recordings\.csv: ignored columns: confidence"):
        (example,) = csv_recordings.read(tmp_path)["train"]
    assert (example["camera"], example["condition"], example["setting"]) == ("left", "bag", "")


def test_a_pattern_reads_one_file_per_recording(tmp_path):
    rows = wide_rows()
    store(tmp_path, WIDE, rows[:4], name="one.csv")
    store(tmp_path, WIDE, rows[4:], name="two.csv")
    check(csv_recordings.read(tmp_path, "*.csv"))
    store(tmp_path, WIDE, rows[3:], name="two.csv")
    with pytest.raises(ValueError, match=r"two\.csv: recording 'a1' stands in .*one\.csv too"):
        csv_recordings.read(tmp_path, "*.csv")
    store(tmp_path, WIDE[:-3], [row[:-3] for row in rows[4:]], name="two.csv")
    with pytest.raises(ValueError, match=r"files with different numbers of joints: \[13, 14\]"):
        csv_recordings.read(tmp_path, "*.csv")


def test_a_name_with_brackets_is_a_name_and_a_pattern_only_where_no_file_has_it(tmp_path):
    rows = wide_rows()
    store(tmp_path, WIDE, rows, name="walks[1].csv")
    check(csv_recordings.read(tmp_path, "walks[1].csv"))
    store(tmp_path, WIDE, rows[:4], name="walks1.csv")
    check(csv_recordings.read(tmp_path, "walks[1].csv"))
    (tmp_path / "walks[1].csv").unlink()
    store(tmp_path, WIDE, rows[4:], name="walks2.csv")
    check(csv_recordings.read(tmp_path, "walks[12].csv"))
    for name in (str(tmp_path / "[a].csv"), "[a].csv", ""):
        with pytest.raises(FileNotFoundError, match=r"is missing\. Found:"):
            csv_recordings.read(tmp_path, name)


@pytest.mark.parametrize(
    "column, cell, expected",
    [
        ("x", "1_0.5", "a finite number"),
        ("y", "\u0663", "a finite number"),
        ("z", "True", "a finite number"),
        ("z", "1e999", "a finite number"),
        ("x", "0x1p3", "a finite number"),
        ("frame", "1_0", "a whole number"),
        ("frame", "1e1", "a whole number"),
        ("frame", "\u0661", "a whole number"),
        ("frame", "True", "a whole number"),
        ("joint", "1_3", "a joint number"),
        ("joint", "\u0667", "a joint number"),
    ],
)
def test_numbers_are_written_as_files_write_them(tmp_path, column, cell, expected):
    with pytest.raises(ValueError, match=rf"line 9, column '{column}': expected {expected}; received '{cell}'"):
        csv_recordings.read(store(tmp_path, LONG, changed(7, column, cell)(long_rows())))


def test_spaces_signs_exponents_and_quotes_do_not_change_a_number(tmp_path):
    rows = [[*row[:4], f" {row[4]} ", f'"{float(row[5]):+.4e}"', row[6]] for row in long_rows()]
    check(csv_recordings.read(store(tmp_path, LONG, rows)))


def test_names_stay_text_when_they_look_like_numbers(tmp_path):
    names = {"a1": "007", "b1": "7"}
    rows = [[names[row[0]], f'"{row[1]}, {row[1]}"', *row[2:]] for row in wide_rows()]
    splits = {"train": [["007", 0, 3]], "probe": [["7", 0, 2]]}
    result = csv_recordings.read(store(tmp_path, WIDE, rows, splits))
    assert [(row["recording"], row["identity"]) for rows in result.values() for row in rows] == [
        ("007", "a, a"),
        ("7", "b, b"),
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-16-le"])
@pytest.mark.parametrize("name", ["recordings.csv", "splits.json"])
def test_another_encoding_is_named(tmp_path, encoding, name):
    path = store(tmp_path, WIDE, wide_rows()) / name
    path.write_text(path.read_text(), encoding=encoding)
    with pytest.raises(ValueError, match=rf"{name}.*UTF-.*save the file as UTF-8"):
        csv_recordings.read(tmp_path)


def changed(row, column, value):
    """Rows with one cell of the form with a row per joint changed; row 0 is line 2."""

    def change(rows):
        rows[row][LONG.index(column)] = value
        return rows

    return change


@pytest.mark.parametrize(
    "change, message",
    [
        (changed(7, "x", "1,5"), "line 9: 8 cells; expected 7"),
        (changed(7, "x", "abc"), "line 9, column 'x': expected a finite number; received 'abc'"),
        (changed(7, "z", ""), "line 9, column 'z': expected a finite number; received ''"),
        (changed(7, "y", "inf"), "line 9, column 'y': expected a finite number; received 'inf'"),
        (changed(7, "frame", "1.5"), "line 9, column 'frame': expected a whole number; received '1.5'"),
        (changed(7, "frame", "99999999999999999999"), "line 9, column 'frame': expected a whole number"),
        (changed(7, "recording", ""), "line 9, column 'recording': empty; expected a name"),
        (changed(7, "identity", "z"), "line 9, column 'identity': 'z' differs from the other rows of .*'a1', frame 0"),
        (changed(7, "joint", "seven"), "line 9, column 'joint': expected a joint number; received 'seven'"),
        (changed(7, "joint", "14"), "line 15: recording 'a1', frame 0 has 14 joints|frame 1 has 14 joints, without"),
        (changed(7, "joint", "40"), "line 9, column 'joint': joint numbers must run from 0 to J - 1.*up to 40"),
        (changed(7, "joint", "6"), "line 9: recording 'a1', frame 0, joint 6 stands in line 8 already"),
        (lambda rows: rows[:7] + rows[8:], r"line 14: recording 'a1', frame 0 has 13 joints, without number \[7\]"),
        (lambda rows: rows[:-1], r"frame 13 has 13 joints, without number \[13\]; .* truncated"),
        (lambda rows: rows[:-1] + [rows[-1][:4]], r"line 113: 4 cells; expected 7 .* truncated"),
        (lambda rows: rows + rows[:1], "line 114: recording 'a1', frame 0, joint 0 stands in line 2 already"),
        (lambda rows: [], "a header line and no rows below it"),
    ],
)
def test_a_mistake_is_found_with_its_line(tmp_path, change, message):
    with pytest.raises(ValueError, match=rf"recordings\.csv.*({message})"):
        csv_recordings.read(store(tmp_path, LONG, change(long_rows())))


@pytest.mark.parametrize(
    "header, message",
    [
        (["recording", "frame", *LONG[3:]], "line 1: missing column identity. Columns found: recording, frame, joint"),
        ([*LONG[:6], "zz"], "line 1: missing column z"),
        ([*LONG[:6], "x"], "line 1: column 'x' stands there twice"),
        ([], "line 1: the file is empty"),
    ],
)
def test_a_wrong_header_is_explained(tmp_path, header, message):
    with pytest.raises(ValueError, match=message):
        csv_recordings.read(store(tmp_path, header, []))


def test_a_coordinate_column_without_its_triple_is_not_ignored(tmp_path):
    header = [name for name in WIDE if name != "y5"]
    with pytest.raises(ValueError, match="line 1: column x5 without its triple"):
        csv_recordings.read(store(tmp_path, header, []))


def test_a_repeated_frame_in_the_form_with_a_row_per_frame_is_found(tmp_path):
    rows = wide_rows()
    rows[2][2] = "1"
    with pytest.raises(ValueError, match="line 4: recording 'a1', frame 1 stands in line 3 already"):
        csv_recordings.read(store(tmp_path, WIDE, rows))


def test_splits_come_from_one_place_and_fit(tmp_path):
    marked = [[*row, "train"] for row in wide_rows()]
    with pytest.raises(ValueError, match=r"Both .*splits\.json and a column split in .*recordings\.csv"):
        csv_recordings.read(store(tmp_path, [*WIDE, "split"], marked))
    (tmp_path / "splits.json").unlink()
    with pytest.raises(ValueError, match="column 'split': empty in every row"):
        csv_recordings.read(store(tmp_path, [*WIDE, "split"], [[*row[:-1], ""] for row in marked], splits=None))
    with pytest.raises(FileNotFoundError, match=r"(?s)No column split, and .*splits\.json is missing.*recordings\.csv"):
        csv_recordings.read(store(tmp_path, WIDE, wide_rows(), splits=None))
    with pytest.raises(ValueError, match=r"splits\.json, split 'train', segment 0 .*unknown recording 'c1'"):
        csv_recordings.read(store(tmp_path, WIDE, wide_rows(), splits={"train": [["c1", 0, 1]]}))
    mixed = [[*row, "train"] for row in long_rows()]
    mixed[3][-1] = "probe"
    (tmp_path / "splits.json").unlink()
    with pytest.raises(ValueError, match="line 5, column 'split': 'probe' differs .*expected one value per frame"):
        csv_recordings.read(store(tmp_path, [*LONG, "split"], mixed, splits=None))


def test_a_missing_file_shows_the_folder_and_both_forms(tmp_path):
    store(tmp_path, WIDE, wide_rows(), name="walks.csv")
    with pytest.raises(FileNotFoundError, match=r"(?s)recordings\.csv is missing.*walks\.csv.*joint,x,y,z.*x0,y0,z0"):
        csv_recordings.read(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"does not exist; the nearest folder that does"):
        csv_recordings.read(tmp_path / "nowhere")


def test_text_that_is_not_utf8_and_broken_quotes_are_named(tmp_path):
    store(tmp_path, LONG, long_rows())
    path = tmp_path / "recordings.csv"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"b1", b"\xff1"))
    with pytest.raises(ValueError, match=r"recordings\.csv, line 58: not UTF-8 text"):
        csv_recordings.read(tmp_path)
    path.write_bytes(whole.replace(b"\na1,a,0,3", b'\n"a1,a,0,3', 1))
    with pytest.raises(ValueError, match=r"recordings\.csv: a quoted cell before line 113 spans several lines"):
        csv_recordings.read(tmp_path)
