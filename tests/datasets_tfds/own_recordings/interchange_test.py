# SPDX-License-Identifier: MIT
"""The interchange format: what is read, what is written, and what every kind of damage is called."""

import json
import pathlib

import numpy as np
import pytest

from datasets_tfds.own_recordings import interchange
from tests import fakes


def arrays():
    rng = np.random.default_rng(0)
    return {
        "joints": rng.normal(size=(30, 20, 3)).astype(np.float32),
        "recording": np.array(["a1", "b1", "a2"]),
        "identity": np.array(["a", "b", "a"]),
        "start": np.array([0, 10, 18]),
        "length": np.array([10, 8, 12]),
        "camera": np.array(["left", "right", "left"]),
        "fps": np.float32(25),
    }


SPLITS = {"train": [["a1", 0, 10], ["b1", 0, 4]], "gallery": [["b1", 5, 8]], "probe": [["a2", 2, 12]]}


def store(folder, changes=(), splits=SPLITS, drop=()):
    kept = {key: value for key, value in {**arrays(), **dict(changes)}.items() if key not in drop}
    np.savez(folder / "recordings.npz", **kept)
    (folder / "splits.json").write_text(json.dumps({"splits": splits}))
    return folder


def test_segments_become_examples_with_the_right_frames(tmp_path):
    result = interchange.read(store(tmp_path))
    assert {split: [row["recording"] for row in rows] for split, rows in result.items()} == {
        "train": ["a1", "b1"],
        "gallery": ["b1"],
        "probe": ["a2"],
    }
    joints = arrays()["joints"]
    np.testing.assert_array_equal(result["train"][1]["joints"], joints[10:14])
    np.testing.assert_array_equal(result["gallery"][0]["joints"], joints[15:18])
    np.testing.assert_array_equal(result["probe"][0]["joints"], joints[20:30])
    probe = result["probe"][0]
    assert (probe["identity"], probe["camera"], probe["condition"], probe["captured"]) == ("a", "left", "", 10)
    assert probe["frames"].tolist() == list(range(2, 12)) and probe["joints"].dtype == np.float32
    assert interchange.frame_rate(tmp_path) == 25.0


def test_names_of_files_and_key_are_arguments_and_the_outer_level_of_splits_is_optional(tmp_path):
    store(tmp_path, {"noisy": arrays()["joints"] + 1})
    (tmp_path / "recordings.npz").rename(tmp_path / "walks.npz")
    (tmp_path / "splits.json").unlink()
    (tmp_path / "cut.json").write_text(json.dumps({"train": [["a1", 0, 3]]}))
    result = interchange.read(tmp_path, "walks.npz", "cut.json", "noisy")
    np.testing.assert_array_equal(result["train"][0]["joints"], arrays()["joints"][:3] + 1)


def test_numeric_names_are_read_as_text(tmp_path):
    store(tmp_path, {"identity": np.array([7, 8, 7]), "camera": np.array([b"l", b"r", b"l"])})
    (example,) = interchange.read(tmp_path)["gallery"]
    assert example["identity"] == "8" and example["camera"] == "r"


def test_written_examples_are_read_back_exactly(tmp_path):
    store(tmp_path, {"frame_numbers": np.concatenate([np.arange(n) * 4 + 120 for n in (10, 8, 12)])})
    examples = interchange.read(tmp_path)
    interchange.write(tmp_path / "copy", dict(reversed(examples.items())))
    again = interchange.read(tmp_path / "copy")
    assert list(again) == ["probe", "gallery", "train"]
    for split, rows in examples.items():
        for one, two in zip(rows, again[split], strict=True):
            np.testing.assert_array_equal(one["joints"], two["joints"])
            np.testing.assert_array_equal(one["frames"], two["frames"])
            assert {k: v for k, v in one.items() if k not in ("joints", "frames")} == {
                k: v for k, v in two.items() if k not in ("joints", "frames")
            }


def test_writing_never_replaces_files_and_leaves_nothing_when_it_fails(tmp_path):
    examples = interchange.read(store(tmp_path))
    with pytest.raises(FileExistsError, match=r"recordings\.npz exists; write to another folder"):
        interchange.write(tmp_path, examples)
    new = tmp_path / "new"
    with pytest.raises(ValueError, match="split 'probe' is empty"):
        interchange.write(new, examples | {"probe": []})
    with pytest.raises(ValueError, match="recording 'a1'.*identity is"):
        interchange.write(new, {"train": [examples["train"][0], examples["train"][0] | {"identity": "z"}]})
    with pytest.raises(ValueError, match="recording 'a1': frame 0 follows 9; expected rising numbers, no frame twice"):
        interchange.write(new, {"train": examples["train"], "probe": examples["train"][:1]})
    assert not new.exists()


def test_a_full_disk_while_writing_leaves_no_half_file(tmp_path, monkeypatch):
    examples = interchange.read(store(tmp_path))

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(interchange.np, "savez_compressed", full)
    with pytest.raises(OSError, match="No space left"):
        interchange.write(tmp_path / "new", examples)
    assert not list((tmp_path / "new").iterdir())


def test_missing_folder_or_file_shows_what_was_found_and_what_is_expected(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"(?s)recordings\.npz is missing.*does not exist; the nearest"):
        interchange.read(tmp_path / "nowhere")
    store(tmp_path)
    (tmp_path / "splits.json").rename(tmp_path / "split.json")
    with pytest.raises(FileNotFoundError, match=r"(?s)splits\.json is missing.*recordings\.npz\n.*split\.json.*start"):
        interchange.read(tmp_path)


def test_damaged_files_are_named(tmp_path):
    path = store(tmp_path) / "recordings.npz"
    whole = path.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], b"hello"):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"recordings\.npz: not a readable \.npz file"):
            interchange.read(tmp_path)
    flipped = bytearray(whole)
    flipped[1000] ^= 0xFF
    path.write_bytes(flipped)
    with pytest.raises(ValueError, match=r"recordings\.npz, key 'joints': truncated or damaged"):
        interchange.read(tmp_path)


def test_pickled_objects_are_refused_and_never_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return (pathlib.Path.touch, (tmp_path / "ran",))

    store(tmp_path, {"identity": np.array([Trap(), "b", "a"], dtype=object)})
    with pytest.raises(ValueError, match="key 'identity': holds pickled Python objects, which are refused"):
        interchange.read(tmp_path)
    assert not (tmp_path / "ran").exists()


def test_a_missing_key_is_reported_with_the_keys_found(tmp_path):
    store(tmp_path, drop=("joints",), changes={"kinect20": arrays()["joints"]})
    with pytest.raises(ValueError, match=r"missing key 'joints'\. Keys found: .*kinect20 \(30, 20, 3\)"):
        interchange.read(tmp_path)


def nan_at(frame, joint, axis):
    joints = arrays()["joints"]
    joints[frame, joint, axis] = np.nan
    return joints


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"joints": np.zeros((30, 60))}, r"key 'joints': expected \(frames, J, 3\) numbers; received \(30, 60\)"),
        ({"joints": np.full((30, 20, 3), "x")}, r"key 'joints': expected \(frames, J, 3\) numbers; received"),
        ({"joints": nan_at(12, 7, 1)}, r"recording 'b1', frame 2 \(row 12\), joint 7, y: nan; expected finite"),
        ({"identity": np.array(["a", "b"])}, r"key 'identity': expected \(3,\) text.*received \(2,\)"),
        ({"start": np.array([0.0, 10.0, 18.0])}, r"key 'start': expected \(3,\) whole numbers.*float64"),
        ({"recording": np.array(["a1", "b1", "a1"])}, "row 2: 'a1' of identity 'a'; expected .* every recording once"),
        ({"identity": np.array(["a", "", "a"])}, "row 1: 'b1' of identity ''; expected both"),
        ({"length": np.array([10, 8, 13])}, "recording 'a2': start 18, length 13; expected frames within the 30"),
        ({"length": np.array([10, 0, 12])}, "recording 'b1': start 10, length 0"),
        ({"start": np.array([0, 9, 18])}, "recording 'b1': starts at frame 9, before the end 10 of 'a1'"),
        ({"frame_numbers": np.arange(29)}, r"key 'frame_numbers': expected \(30,\) whole numbers"),
        ({"frame_numbers": np.arange(30) // 2}, "recording 'a1': frame 0 follows 0; expected rising numbers"),
    ],
)
def test_recordings_that_do_not_fit_are_named(tmp_path, changes, message):
    with pytest.raises(ValueError, match=message):
        interchange.read(store(tmp_path, changes))


@pytest.mark.parametrize(
    "splits, message",
    [
        ({"train": [["a1", 0, 10], ["c1", 0, 4]]}, "split 'train', segment 1 .*unknown recording 'c1'; known: a1, b1"),
        ({"train": [["a1", 0, 11]]}, "segment 0 .*outside its recording; expected 0 <= first < end <= 10"),
        ({"train": [["a1", 4, 4]]}, "outside its recording"),
        ({"train": [["a1", 0, 6]], "probe": [["a1", 5, 8]]}, "split 'probe', .*shares frames with segment .*'train'"),
        ({"train": [["a1", 0, 6]], "probe": []}, "split 'probe' is empty"),
        ({"train": [["a1", 0]]}, r"segment 0: expected \[recording as text, first_frame, end_frame\]"),
        ({"train": [["a1", 0, "6"]]}, "segment 0: expected"),
        ({"train": [[1, 0, 6]]}, "segment 0: expected"),
        ({"train": "a1"}, "split 'train': expected"),
        ({"tr ain": [["a1", 0, 6]]}, "split name 'tr ain' must be"),
        ([], r"splits\.json: expected \{"),
    ],
)
def test_splits_that_do_not_fit_are_named(tmp_path, splits, message):
    with pytest.raises(ValueError, match=message):
        interchange.read(store(tmp_path, splits=splits))


def test_splits_may_begin_with_a_byte_order_mark(tmp_path):
    path = store(tmp_path) / "splits.json"
    path.write_text(path.read_text(), encoding="utf-8-sig")
    assert list(interchange.read(tmp_path)) == ["train", "gallery", "probe"]


@pytest.mark.parametrize(
    "text, key",
    [
        ('{"splits": {"train": [["a1", 0, 6]], "probe": [["a2", 0, 2]], "train": [["b1", 0, 4]]}}', "train"),
        ('{"splits": {"train": [["a1", 0, 6]]}, "splits": {"train": [["b1", 0, 4]]}}', "splits"),
        ('{"train": [["a1", 0, 6]], "train": [["b1", 0, 4]]}', "train"),
    ],
)
def test_a_split_that_is_given_twice_is_refused(tmp_path, text, key):
    (store(tmp_path) / "splits.json").write_text(text)
    with pytest.raises(ValueError, match=rf"splits\.json: '{key}' stands there twice"):
        interchange.read(tmp_path)


def test_coordinates_that_are_not_finite_are_not_written(tmp_path):
    examples = interchange.read(store(tmp_path))
    for value in (np.nan, np.inf):
        joints = examples["probe"][0]["joints"].copy()
        joints[3, 7, 2] = value
        spoilt = {"probe": [examples["probe"][0] | {"joints": joints, "recording": np.str_("a2")}]}
        with pytest.raises(ValueError, match=rf"recording 'a2', frame 5 \(row 3\), joint 7, z: {value}; expected"):
            interchange.write(tmp_path / "new", spoilt)
    assert not (tmp_path / "new").exists()


def test_splits_that_are_not_json_are_named(tmp_path):
    (store(tmp_path) / "splits.json").write_text('{"splits": {"train": [')
    with pytest.raises(ValueError, match=r"splits\.json: not a JSON file"):
        interchange.read(tmp_path)


def test_real_walks_are_written_and_read_as_they_are(tmp_path):
    walks = fakes.real_walks()
    interchange.write(tmp_path / "own", walks)
    result = interchange.read(tmp_path / "own")
    counts = {split: (len(rows), sum(len(row["joints"]) for row in rows)) for split, rows in result.items()}
    assert counts == {"train": (32, 2913), "gallery": (16, 954), "probe": (16, 1159)}
    for split, rows in walks.items():
        for row, read in zip(rows, result[split], strict=True):
            np.testing.assert_array_equal(read["joints"], row["joints"])
