# SPDX-License-Identifier: MIT
"""DanceReID from its generator's folder: what is stored, the released and the leak-free division, and every refusal."""

import json
import re
import warnings

import h5py
import numpy as np
import pytest
import tensorflow_datasets as tfds

from datasets_tfds import catalogue
from datasets_tfds.dance_reid import packed_images
from datasets_tfds.person_sim import examples, folders
from datasets_tfds.person_sim.options import Options
from tests.datasets_tfds.reid_sets import invented


def read(folder, tmp_path, **options):
    return invented.images("dance_reid", folder, tmp_path / "data", **options)


def people(rows):
    return list(dict.fromkeys(row["identity"] for row in rows))


def test_persons_are_stored_in_the_order_of_the_lists_and_the_frame_stands_for_the_camera(tmp_path):
    builder, splits = read(invented.dances(tmp_path / "raw"), tmp_path)
    assert {name: people(rows) for name, rows in splits.items()} == {
        "train": [f"{person:04d}" for person in range(6)], "test": ["0006", "0007"]}  # fmt: skip
    row = splits["train"][9]
    assert {key: row[key] for key in ("identity", "camera", "frame", "tracklet", "path")} == {
        "identity": "0004", "camera": "10", "frame": 10, "tracklet": "clip2/0004",
        "path": "images/002_clip2/0004_000010.jpg"}  # fmt: skip
    assert [invented.level(row) for row in splits["train"] + splits["test"]] == list(range(16))
    assert row["pose"].shape == (17, 2) and row["pose"][0].tolist() == [9.5, -1]
    videos = {f"clip{n}": [f"{2 * n:04d}", f"{2 * n + 1:04d}"] for n in range(4)}
    assert builder.info.metadata["videos"] == videos


def test_the_folder_may_be_below_and_its_splits_called_as_the_generator_calls_them(tmp_path):
    invented.dances(tmp_path / "raw/DanceReID")
    (tmp_path / "raw/DanceReID/splits.json").rename(tmp_path / "raw/DanceReID/split.json")
    assert len(read(tmp_path / "raw", tmp_path)[1]["train"]) == 12


def test_a_prepared_set_holds_bytes_poses_and_videos(tmp_path):
    invented.dances(tmp_path / "raw")
    builder = catalogue.load("dance_reid", tmp_path / "data")
    download = tfds.download.DownloadConfig(manual_dir=str(tmp_path / "raw"))
    builder.download_and_prepare(download_config=download)
    found = tfds.builder_from_directory(builder.data_dir)
    rows = found.as_data_source("test")
    assert [row["image"] for row in rows] == [invented.picture(level) for level in range(12, 16)]
    assert rows[1]["pose"].tolist() == [[13.5, joint - 1] for joint in range(17)]
    assert found.info.metadata["videos"]["clip3"] == ["0006", "0007"]


def test_different_lists_are_probe_and_gallery_and_another_entry_is_chosen(tmp_path):
    folder = invented.dances(tmp_path / "raw")
    (entry,) = json.loads((folder / "splits.json").read_text())
    other = {"trainval": [1, 0, 3, 2], "query": [7], "gallery": [6, 7]}
    invented.write(folder, "splits.json", [entry, other])
    splits = read(folder, tmp_path, split="1")[1]
    assert {name: people(rows) for name, rows in splits.items()} == {
        "train": ["0000", "0001", "0002", "0003"], "probe": ["0007"], "gallery": ["0006", "0007"]}  # fmt: skip


def test_the_last_ten_persons_validate_where_not_all_are_trained_on(tmp_path):
    folder = invented.dances(tmp_path / "raw", persons=14, searched=(0, 1))
    splits = read(folder, tmp_path, combine_trainval=False)[1]
    assert people(splits["train"]) == ["0002", "0003"]
    assert people(splits["val"]) == [f"{person:04d}" for person in range(4, 14)]
    folder = invented.dances(tmp_path / "few", persons=12, searched=(0, 1))
    with pytest.raises(ValueError, match="10 persons are kept out for validation, but trainval holds 10; expected mor"):
        read(folder, tmp_path, combine_trainval=False)


def test_the_released_division_is_warned_of_by_name_and_the_leak_free_one_is_that_of_the_same_shape(tmp_path):
    folder = invented.dances(tmp_path / "raw", persons=100, of_video=5, frames=(5, 10))
    searched = [*range(12), *range(35, 40), *range(88, 100)]
    released = {"trainval": list(range(17, 88)), "query": searched, "gallery": searched}
    invented.write(folder, "splits.json", [released])
    with pytest.warns(UserWarning, match="dance_reid: 5 of 71 persons of train are searched, too: 0035, 0036, 0037, 003"
                                         r"8, 0039 \(10 images\); .* split=leak_free trains on nobody"):  # fmt: skip
        splits = read(folder, tmp_path)[1]
    assert people(splits["train"]) == [f"{person:04d}" for person in range(17, 88)]
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*are searched, too.*")
        splits = read(folder, tmp_path, split="leak_free")[1]
    assert people(splits["train"]) == [f"{person:04d}" for person in (*range(12, 35), *range(40, 88))]
    assert people(splits["test"]) == [f"{person:04d}" for person in searched]


def test_what_triplets_cannot_be_drawn_from_is_said(tmp_path):
    folder = invented.dances(tmp_path / "raw")
    names = json.loads((folder / "meta.json").read_text())["identities"]
    invented.change(folder, "meta.json", "identities", 3, value=names[3][:1])
    invented.write(folder, "video.json", {"clip0": [0, 1], "clip1": [2, 6], "clip2": [3, 4]})
    with pytest.warns(UserWarning) as caught:
        read(folder, tmp_path)
    said = [str(warning.message) for warning in caught]
    assert any("1 persons of train have one image: 0003; triplets need two" in text for text in said)
    assert any("1 videos have one person of train: 0002 in clip1; there is no negative" in text for text in said)
    assert any("1 persons of train are in no video of video.json: 0005." in text for text in said)


@pytest.mark.parametrize("name", ["images/", "poses/", "meta.json", "splits.json", "video.json"])
def test_a_folder_without_an_entry_is_refused(tmp_path, name):
    folder = invented.dances(tmp_path / "raw")
    (folder / name).rename(tmp_path / "elsewhere")
    with pytest.raises(FileNotFoundError, match=f"(?s)raw lacks {name}\\. Found:.*Expected:.*poses/<name>.txt"):
        read(folder, tmp_path)


def test_a_folder_of_something_else_is_refused_with_what_is_expected(tmp_path):
    invented.put(tmp_path / "raw/notes.txt", b"")
    with pytest.raises(FileNotFoundError, match=r"(?s)DanceReID is not at .*raw\. Found:.*notes\.txt.*Expected:.*h5"):
        read(tmp_path / "raw", tmp_path)


FAULTS = [
    ("meta.json", ("identities",), None, r"meta\.json: expected an object with a list `identities`"),
    ("meta.json", ("identities", 2), {"a": 1}, r"identities\[2\]: expected a list of names; received \{'a': 1\}"),
    ("meta.json", ("identities", 2, 0), 7, r"identities\[2\]: expected file names; received 7"),
    ("meta.json", ("identities", 2, 0), "0002.jpg",
     r"identities\[2\]: expected a name like person_frame\.jpg, whole numbers; received '0002\.jpg'"),
    ("meta.json", ("identities", 2, 0), "0003_000005.jpg",
     r"identities\[2\]: '0003_000005\.jpg' is not of person 2, whose place this is"),
    ("meta.json", ("identities", 2, 0), "0002_000010.jpg", r"identities\[2\]: '0002_000010\.jpg' stands there twice"),
    ("meta.json", ("identities", 2, 0), "0002_000077.jpg",
     r"image .*images/0002_000077\.jpg is missing \(1 of 16\); meta\.json names it"),
    ("meta.json", ("identities", 2), [], r"meta\.json: no images of person 2, which trainval of split 0 lists"),
    ("splits.json", (0, "query"), [6, 99], r"no images of person 99, which query of split 0 lists"),
    ("splits.json", (0, "query"), None, r"splits\.json, split 0: query missing; expected trainval, query, gallery"),
    ("splits.json", (0, "query"), [], "split 0, query: expected a list of persons, whole numbers from 0; received"),
    ("splits.json", (0, "query"), ["6"], r"split 0, query: expected a list of persons.*received \['6'\]"),
    ("splits.json", (0, "trainval"), [1, 2, 1], "split 0, trainval: person 1 listed twice; expected each once"),
    ("video.json", ("clip1",), 4, "'clip1': expected a list of persons"),
]  # fmt: skip


@pytest.mark.parametrize("name, place, value, message", FAULTS)
def test_a_fault_of_the_lists_is_named_with_file_and_place(tmp_path, name, place, value, message):
    folder = invented.dances(tmp_path / "raw")
    invented.change(folder, name, *place, value=value)
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        read(folder, tmp_path)


@pytest.mark.parametrize(
    "name, text, message",
    [
        ("meta.json", "[1", r"meta\.json: not a JSON file"),
        ("splits.json", "{}", r"splits\.json: expected a list of splits; received dict"),
        ("splits.json", "[]", r"splits\.json holds 0 splits, counted from 0; received split 0"),
        ("video.json", "[]", r"video\.json: expected an object, video -> persons; received list"),
    ],
)
def test_files_of_another_form_are_refused(tmp_path, name, text, message):
    folder = invented.dances(tmp_path / "raw")
    (folder / name).write_text(text)
    with pytest.raises(ValueError, match=message):
        read(folder, tmp_path)


@pytest.mark.parametrize(
    "split, message",
    [("3", "holds 1 splits, counted from 0; received split 3"), ("best", "an entry of splits.json, or leak_free; rec")],
)
def test_a_split_that_is_not_there_is_refused(tmp_path, split, message):
    with pytest.raises(ValueError, match=message):
        read(invented.dances(tmp_path / "raw"), tmp_path, split=split)


def test_a_set_whose_persons_are_all_searched_has_no_leak_free_division(tmp_path):
    folder = invented.dances(tmp_path / "raw")
    invented.change(folder, "splits.json", 0, "gallery", value=list(range(8)))
    with pytest.raises(ValueError, match="searches all persons; nobody is left to train on"):
        read(folder, tmp_path, split="leak_free")


@pytest.mark.parametrize(
    "lines, message",
    [
        (None, r"pose file .*0000_000005\.txt is missing \(1 of 16\)"),
        (["1 2"] * 16, r"0000_000005\.txt: expected 17 lines, one a joint; received 16"),
        (["1 2"] * 16 + ["1"], r"0000_000005\.txt, line 17: expected two numbers, `x y`; received '1'"),
        (["1 2", "x 2"] + ["1 2"] * 15, r"0000_000005\.txt, line 2: expected a finite number; received 'x'"),
        (["1 2", "nan 2"] + ["1 2"] * 15, r"line 2: expected a finite number; received 'nan'"),
    ],
)
def test_a_fault_of_a_pose_file_is_named(tmp_path, lines, message):
    folder = invented.dances(tmp_path / "raw")
    path = folder / "poses/0000_000005.txt"
    path.unlink() if lines is None else path.write_text("\n".join(lines))
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        read(folder, tmp_path)


def packed(folder, ending=".jpg"):
    """The same in one file, whose bytes are arrays as the generator writes them."""
    with h5py.File(folder / packed_images.FILE, "w") as file:
        for path in sorted((folder / "images").rglob("*.jpg")):
            name = path.relative_to(folder / "images").as_posix().removesuffix(".jpg") + ending
            pose = np.loadtxt(folder / "poses" / path.relative_to(folder / "images").with_suffix(".txt"))
            file[f"dataset/images/{name}"] = np.frombuffer(path.read_bytes(), np.uint8)
            file[f"dataset/poses/{name}"] = pose
    for name in ("images", "poses"):
        (folder / name).rename(folder.parent / f"unpacked {name}")


@pytest.mark.parametrize("ending", [".jpg", ""])
def test_one_packed_file_gives_the_same_as_the_folders(tmp_path, ending):
    folder = invented.dances(tmp_path / "raw")
    expected = read(folder, tmp_path)[1]
    packed(folder, ending)
    found = read(folder, tmp_path)[1]
    assert found.keys() == expected.keys()
    for split, rows in expected.items():
        for row, same in zip(rows, found[split], strict=True):
            assert same["pose"].dtype == np.float32 and same["pose"].tolist() == row["pose"].tolist()
            assert {**same, "pose": 0} == {**row, "pose": 0}


def test_faults_of_the_packed_file_are_named(tmp_path):
    folder = invented.dances(tmp_path / "raw")
    packed(folder)
    with h5py.File(folder / packed_images.FILE, "r+") as file:
        del file["dataset/poses/0000_000010.jpg"]
    with pytest.raises(ValueError, match=r"holds no pose dataset/poses/0000_000010\.jpg, which meta\.json names"):
        read(folder, tmp_path)
    with h5py.File(folder / packed_images.FILE, "r+") as file:
        file["dataset/poses/0000_000010.jpg"] = np.zeros((18, 2))
    with pytest.raises(ValueError, match=re.escape("0000_000010.jpg: expected (17, 2), x and y; received (18, 2)")):
        read(folder, tmp_path)
    (folder / packed_images.FILE).write_bytes(b"nothing")
    with pytest.raises(ValueError, match="DanceReID.h5 is no HDF5 file, or damaged"):
        read(folder, tmp_path)


def test_rendered_dancers_are_read_from_their_plain_folder(tmp_path):
    options = Options(
        set="dancers", train_videos=2, test_videos=1, persons_per_video=2, train_frames=2, test_frames=2, height=32
    )
    folders.write(options, tmp_path / "dancers")
    builder, splits = read(tmp_path / "dancers", tmp_path)
    rendered = {split: list(rows) for split, rows in examples.splits(options).items()}
    assert splits.keys() == rendered.keys()
    for split, rows in rendered.items():
        for row, found in zip(rows, splits[split], strict=True):
            assert (found["image"], found["camera"], found["frame"]) == (row["image"], row["camera"], row["frame"])
            assert found["tracklet"].partition("/")[0] == examples.video(row)
            np.testing.assert_allclose(found["pose"], row["pose"], atol=6e-4)
    assert builder.info.metadata["videos"] == {
        "video0": ["0000", "0001"], "video1": ["0002", "0003"], "video50": ["0004", "0005"]}  # fmt: skip
