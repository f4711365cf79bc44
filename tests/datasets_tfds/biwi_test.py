# SPDX-License-Identifier: MIT
"""BIWI: what is stored of a recording, the drop and clip rules, damaged folders and files."""

import re
import shutil

import numpy as np
import pytest
import tensorflow_datasets as tfds

from datasets_tfds import catalogue
from datasets_tfds.biwi import biwi_dataset_builder
from tests.datasets_tfds import preprocessing_golden


class BiwiBuilderTest(tfds.testing.DatasetBuilderTestCase):
    """TFDS's own checks of a builder."""

    DATASET_CLASS = biwi_dataset_builder.Builder
    SPLITS = {"train": 3, "still": 2, "walking": 2}

    @classmethod
    def setUpClass(cls):
        cls.EXAMPLE_DIR = preprocessing_golden.raw()
        super().setUpClass()


def _recordings(folder, tmp_path, **options):
    return catalogue.load("biwi", tmp_path / "data", options).recordings(folder)


def _naive_frames(folder):
    """Reads a folder line by line: (number of the file, 20 x 3 floats) of every frame without untracked joint."""
    frames = []
    for number, path in enumerate(sorted(folder.glob("*skel.txt"), key=lambda path: path.name)):
        rows = [line.split(",") for line in path.read_text().splitlines()[:20]]
        if all(int(row[6]) != 0 for row in rows):
            frames.append((number, [[float(row[1]), float(row[2]), float(row[3])] for row in rows]))
    return frames, number + 1


@pytest.mark.parametrize("clip", [True, False])
def test_a_recording_keeps_tracked_frames_and_loses_ten_at_each_end(clip, tmp_path):
    root = preprocessing_golden.raw()
    splits = _recordings(root, tmp_path, clip=clip)
    for split, part in (("train", "Training"), ("still", "Testing/Still"), ("walking", "Testing/Walking")):
        for example in splits[split]:
            folder = root / "BIWI" / part / f"{int(example['identity']):03d}"
            frames, captured = _naive_frames(folder)
            frames = frames[10:-10] if clip else frames
            np.testing.assert_array_equal(example["joints"], [joints for _, joints in frames])
            assert example["frames"].tolist() == [number for number, _ in frames]
            assert example["captured"] == captured
            assert example["recording"] == f"{part}/{folder.name}"
            assert (example["condition"], example["camera"], example["setting"]) == (
                part.split("/")[-1],
                "",
                "",
            )


def test_the_folder_of_the_archive_itself_may_be_given(tmp_path):
    root = preprocessing_golden.raw()
    inside = _recordings(root / "BIWI", tmp_path)["still"]
    assert [example["identity"] for example in inside] == ["3", "12"]


def test_a_recording_too_short_for_the_clip_is_stored_empty_so_that_its_person_is_known(tmp_path):
    folder = preprocessing_golden.copy("BIWI", tmp_path)
    person = folder / "BIWI" / "Testing" / "Still" / "003"
    for path in sorted(person.glob("*skel.txt"))[15:]:
        path.unlink()
    builder = catalogue.load("biwi", tmp_path / "data")
    builder.download_and_prepare(download_config=tfds.download.DownloadConfig(manual_dir=folder))
    stored = list(builder.as_dataset(split="still").as_numpy_iterator())
    assert [row["identity"] for row in stored] == [b"3", b"12"]
    assert stored[0]["joints"].shape == (0, 20, 3)
    assert stored[0]["frames"].shape == (0,)
    assert stored[0]["captured"] == 15


def test_a_missing_folder_is_answered_with_both_trees(tmp_path):
    (tmp_path / "raw" / "BIWI_old" / "Training").mkdir(parents=True)
    (tmp_path / "raw" / "notes.txt").write_text("x")
    with pytest.raises(FileNotFoundError) as caught:
        _recordings(tmp_path / "raw", tmp_path)
    text = str(caught.value)
    assert "there is no folder 'Training', 'Testing/Still', 'Testing/Walking'" in text
    found, expected = text.split("Expected:")
    assert "BIWI_old/\n    Training/" in found and "notes.txt" in found
    assert "Testing/Walking/<person>/" in expected and "skel.txt" in expected


def test_a_part_that_is_missing_is_named(tmp_path):
    folder = preprocessing_golden.copy("BIWI", tmp_path)
    shutil.rmtree(folder / "BIWI" / "Testing" / "Still")
    with pytest.raises(FileNotFoundError, match="there is no folder 'Testing/Still' in .*BIWI"):
        _recordings(folder, tmp_path)


def test_files_directly_in_training_are_wrongly_nested(tmp_path):
    folder = preprocessing_golden.copy("BIWI", tmp_path)
    training = folder / "BIWI" / "Training"
    for path in (training / "003").iterdir():
        path.rename(training / path.name)
    for person in ("003", "007", "012"):
        shutil.rmtree(training / person)
    with pytest.raises(FileNotFoundError, match="Training holds no folder of a person. Found:"):
        _recordings(folder, tmp_path)


def test_a_folder_without_skeleton_files_is_named(tmp_path):
    folder = preprocessing_golden.copy("BIWI", tmp_path)
    (folder / "BIWI" / "Training" / "013").mkdir()
    (folder / "BIWI" / "Training" / "013" / "000.png").write_bytes(b"")
    with pytest.raises(FileNotFoundError, match="013 holds no file with 'skel.txt' in its name. Found:"):
        _recordings(folder, tmp_path)


@pytest.mark.parametrize(
    "name, message",
    [
        ("3", "The person 3 stands there twice: .*003 and .*/3. Keep one"),
        ("003 (copy)", "named by a number; received '003 .copy.'"),
        ("more/003", "The folder of a person '003' stands there twice: .*Training/003 and .*more/003"),
    ],
)
def test_a_folder_that_is_no_person_or_a_second_one_of_a_person_is_refused(name, message, tmp_path):
    folder = preprocessing_golden.copy("BIWI", tmp_path)
    training = folder / "BIWI" / "Training"
    shutil.copytree(training / "003", training / name)
    with pytest.raises(ValueError, match=message):
        _recordings(folder, tmp_path)


def test_the_option_clip_is_a_switch(tmp_path):
    with pytest.raises(ValueError, match="option clip must be bool"):
        _recordings(preprocessing_golden.raw(), tmp_path, clip="no")


def test_a_manual_folder_that_does_not_exist_is_answered_with_instructions(tmp_path):
    builder = catalogue.load("biwi", tmp_path / "data")
    config = tfds.download.DownloadConfig(manual_dir=tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match=re.escape("http://robotics.dei.unipd.it/reid/index.php/downloads")):
        builder.download_and_prepare(download_config=config)
