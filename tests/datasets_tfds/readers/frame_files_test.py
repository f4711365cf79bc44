# SPDX-License-Identifier: MIT
"""One text file a frame: the drop rule, and every way in which such a file can be damaged."""

import pickle

import numpy as np
import pytest

from datasets_tfds.readers import frame_files, raw_recordings

LINE = "{joint},{x},0.25,-1e-3,320.5,240.5,{state},0"


def rows(count=20, state=2):
    return [LINE.format(joint=joint, x=joint / 7, state=state) for joint in range(count)]


def write(folder, lines, name="000_skel.txt", end="\n"):
    path = folder / name
    path.write_text(end.join(lines) + end)
    return path


def test_positions_are_the_floats_that_the_text_says(tmp_path):
    joints = frame_files.read_frame(write(tmp_path, rows()), frame_files.RGBD_ID)
    assert joints.dtype == np.float64
    np.testing.assert_array_equal(joints, [[joint / 7, 0.25, -1e-3] for joint in range(20)])


def test_windows_line_ends_and_a_missing_last_one_are_accepted(tmp_path):
    expected = frame_files.read_frame(write(tmp_path, rows()), frame_files.RGBD_ID)
    windows = tmp_path / "w_skel.txt"
    windows.write_bytes("\r\n".join(rows()).encode())
    np.testing.assert_array_equal(frame_files.read_frame(windows, frame_files.RGBD_ID), expected)


def test_an_inferred_joint_stays_and_an_untracked_one_drops_the_frame(tmp_path):
    lines = rows()
    lines[5] = LINE.format(joint=5, x=0.5, state=1)
    assert frame_files.read_frame(write(tmp_path, lines), frame_files.RGBD_ID) is not None
    lines[5] = LINE.format(joint=5, x="nan", state=0)
    assert frame_files.read_frame(write(tmp_path, lines), frame_files.RGBD_ID) is None


@pytest.mark.parametrize("text", ["-1.#IND", "1.#QNAN", "1.#INF", "nan(ind)", "-nan", "-inf", "1.#QNAN00"])
def test_nan_as_windows_writes_it_is_nan_the_untracked_joint_drops_the_frame_and_a_tracked_one_is_an_error(
    text, tmp_path
):
    lines = rows()
    lines[5] = f"5,{text},{text},0.5,0,0,0,0"
    assert frame_files.read_frame(write(tmp_path, lines), frame_files.RGBD_ID) is None
    lines[5] = f"5,{text},{text},0.5,0,0,2,0"
    with pytest.raises(ValueError, match=r"000_skel\.txt, line 6: a joint position is not finite: \[-?(nan|inf), "):
        frame_files.read_frame(write(tmp_path, lines), frame_files.RGBD_ID)


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b""])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_byte_order_mark_and_any_line_end_change_nothing(mark, end, tmp_path):
    expected = frame_files.read_frame(write(tmp_path, rows()), frame_files.RGBD_ID)
    marked = tmp_path / "m_skel.txt"
    marked.write_bytes(mark + end.join(rows()).encode())
    np.testing.assert_array_equal(frame_files.read_frame(marked, frame_files.RGBD_ID), expected)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_refused_by_its_name(encoding, tmp_path):
    path = tmp_path / "u_skel.txt"
    path.write_bytes("\ufeff".encode(encoding) + "\n".join(rows()).encode(encoding))
    with pytest.raises(ValueError, match=r"u_skel\.txt is UTF-16 text; save it as UTF-8"):
        frame_files.read_frame(path, frame_files.RGBD_ID)


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda lines: lines[:19], "20 lines are expected, one a joint; received 19. Is the file cut short"),
        (lambda lines: [], "20 lines are expected.* received 1"),
        (lambda lines: [*lines[:4], lines[4][:9], *lines[5:]], "line 5: at least 8 fields .* received"),
        (lambda lines: [*lines[:4], "", *lines[4:]], "line 5: at least 8 fields .* received 1: ''"),
        (
            lambda lines: [*lines[:2], "2,zero,0,0,0,0,2,0", *lines[3:]],
            "line 3, field 1: .* number; received 'zero'",
        ),
        (
            lambda lines: [*lines[:2], "2,0,0,0,0,0,x,0", *lines[3:]],
            "line 3, field 6: .* number; received 'x'",
        ),
        (
            lambda lines: [*lines[:2], "a,0,0,0,0,0,2,0", *lines[3:]],
            "line 3, field 0: .* number; received 'a'",
        ),
        (
            lambda lines: [*lines[:2], "2,0,0,0,0,0,2,?", *lines[3:]],
            "line 3, field 7: .* number; received '.'",
        ),
        (
            lambda lines: [*lines[:2], "2,0,nan,0,0,0,2,0", *lines[3:]],
            "line 3: a joint position is not finite: .*nan",
        ),
        (
            lambda lines: [*lines[:2], "2,0,0,1e999,0,0,2,0", *lines[3:]],
            "line 3: a joint position is not finite: .*inf",
        ),
        (
            lambda lines: [*lines[:2], "2,1_0.5,0,0,0,0,2,0", *lines[3:]],
            "line 3, field 1: expected a number; received '1_0.5'",
        ),
        (
            lambda lines: [*lines[:2], "2,0,0,0,0,0,2_0,0", *lines[3:]],
            "line 3, field 6: .* number; received '2_0'",
        ),
        (
            lambda lines: [*lines[:2], "2,0,0,0,0,0,-1.#IND,0", *lines[3:]],
            "line 3, field 6: .* finite number; received '-1.#IND'",
        ),
        (
            lambda lines: [line.replace(",", ";") for line in lines],
            "line 1: at least 8 fields separated by ','",
        ),
    ],
)
def test_a_damaged_file_is_named_with_line_and_field(change, message, tmp_path):
    path = write(tmp_path, change(rows()))
    with pytest.raises(ValueError, match=f"{path.name}.*{message}"):
        frame_files.read_frame(path, frame_files.RGBD_ID)


def test_bytes_that_are_no_text_are_refused_by_name(tmp_path):
    path = tmp_path / "x_skel.txt"
    path.write_bytes(bytes(range(256)) * 10 + b"\n" * 20)
    with pytest.raises(ValueError, match="x_skel.txt, line 1: at least 8 fields"):
        frame_files.read_frame(path, frame_files.RGBD_ID)


def test_an_unreadable_file_is_named(tmp_path):
    with pytest.raises(OSError, match="gone_skel.txt cannot be read .No such file"):
        frame_files.read_frame(tmp_path / "gone_skel.txt", frame_files.RGBD_ID)


def test_a_recording_of_dropped_frames_only_is_empty(tmp_path):
    paths = [write(tmp_path, rows(state=0), f"{number}_skel.txt") for number in range(3)]
    raw = raw_recordings.RawRecording(tuple(paths), identity="7", recording="a", clip=(1, 1))
    example = frame_files.read(raw, frame_files.RGBD_ID)
    assert example["joints"].shape == (0, 20, 3)
    assert (example["frames"].tolist(), example["captured"], example["identity"]) == ([], 3, "7")


def test_extra_lines_are_ignored_where_only_the_first_lines_count(tmp_path):
    path = write(tmp_path, [*rows(), "not a joint at all"])
    joints = frame_files.read_frame(path, frame_files.RGBD_ID)
    np.testing.assert_array_equal(joints[:, 0], [joint / 7 for joint in range(20)])


def test_a_raw_recording_travels_to_another_process(tmp_path):
    raw = raw_recordings.RawRecording(
        (write(tmp_path, rows()),), identity="7", recording="a", camera="front", setting="gc1"
    )
    copy = pickle.loads(pickle.dumps(raw))
    np.testing.assert_array_equal(
        frame_files.read(copy, frame_files.RGBD_ID)["joints"],
        frame_files.read(raw, frame_files.RGBD_ID)["joints"],
    )
