# SPDX-License-Identifier: MIT
"""KGBD: the random draw of gallery and probe, person 15, damaged folders and files."""

import shutil
import warnings

import numpy as np
import pytest
import tensorflow_datasets as tfds

from datasets_tfds import catalogue
from datasets_tfds.kgbd import draw, kgbd_dataset_builder, recording_files
from tests.datasets_tfds import preprocessing_golden


class KgbdBuilderTest(tfds.testing.DatasetBuilderTestCase):
    """TFDS's own checks of a builder."""

    DATASET_CLASS = kgbd_dataset_builder.Builder
    SPLITS = {"train": 4, "gallery": 5, "probe": 3}

    @classmethod
    def setUpClass(cls):
        cls.EXAMPLE_DIR = preprocessing_golden.raw()
        super().setUpClass()


WALKS = {"Person001": 5, "Person002": 4, "Person015": 3}


def _recordings(folder, tmp_path, **options):
    return catalogue.load("kgbd", tmp_path / "data", options).recordings(folder)


def _names(splits):
    return {split: [raw.recording for raw in splits[split].recordings] for split in splits}


def _people(folder):
    return folder / "KGBD" / "kinect gait raw dataset"


@pytest.mark.parametrize("f, seed", [(6, 2024), (4, 77)])
def test_a_seed_gives_the_recorded_draws(f, seed):
    assert draw.draw(WALKS, seed, "person_15") == preprocessing_golden.kgbd_draws(f)


def test_draws_are_recorded_with_the_data_and_can_be_given_again(tmp_path):
    builder = catalogue.load("kgbd", tmp_path / "data", {"seed": 9})
    config = tfds.download.DownloadConfig(manual_dir=preprocessing_golden.raw())
    builder.download_and_prepare(download_config=config)
    metadata = tfds.builder_from_directory(builder.data_dir).info.metadata
    assert metadata["seed"] == 9
    assert metadata["draws"] == draw.draw(WALKS, 9, "person_15")
    again = _recordings(preprocessing_golden.raw(), tmp_path, draws=metadata["draws"])
    assert _names(again) == _names(_recordings(preprocessing_golden.raw(), tmp_path, seed=9))


def test_every_walk_is_in_one_split_and_another_seed_gives_other_splits(tmp_path):
    found = [_names(_recordings(preprocessing_golden.raw(), tmp_path, seed=seed)) for seed in range(4)]
    everything = [f"{folder}/{n}" for folder, count in WALKS.items() for n in range(1, count + 1)]
    for splits in found:
        assert sorted(sum(splits.values(), [])) == everything
    assert len({str(splits) for splits in found}) > 1


def test_person_15_alone_gives_two_walks_unless_few_files_decide():
    many = {"Person014": 3, "Person015": 5, "Person016": 5}
    original = {folder: len(picked) for folder, picked in draw.draw(many, 0, "person_15").items()}
    assert original == {"Person014": 3, "Person015": 2, "Person016": 3}
    by_count = {folder: len(picked) for folder, picked in draw.draw(many, 0, "few_files").items()}
    assert by_count == {"Person014": 2, "Person015": 3, "Person016": 3}


def test_too_few_walks_for_the_draw_are_refused_by_name():
    with pytest.raises(ValueError, match="Person003 has 2 walk.s. but 3 are drawn.*few_files"):
        draw.draw({"Person003": 2}, 0, "person_15")
    assert sorted(draw.draw({"Person003": 2}, 0, "few_files")["Person003"]) == [0, 1]


@pytest.mark.parametrize(
    "draws, message",
    [
        ({"Person001": [0, 1, 2]}, "check Person002, Person015"),
        (
            {"Person001": [0, 0, 1], "Person002": [0, 1, 2], "Person015": [0, 1]},
            "Person001: .* received .0, 0, 1.",
        ),
        (
            {"Person001": [0, 5], "Person002": [0, 1, 2], "Person015": [0, 1]},
            "Person001: .* different indices below 5",
        ),
        ({"Person001": [0], "Person002": [0, 1, 2], "Person015": [0, 1]}, "Person001: two or more"),
    ],
)
def test_draws_that_do_not_fit_the_folders_are_refused(draws, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        _recordings(preprocessing_golden.raw(), tmp_path, draws=draws)


def test_frames_keep_the_order_of_the_file_and_an_incomplete_last_one_is_left_out(tmp_path):
    (example,) = [
        e
        for e in _all(_recordings(preprocessing_golden.raw(), tmp_path, clip=False))
        if e["recording"] == "Person015/1"
    ]
    lines = (_people(preprocessing_golden.raw()) / "Person015" / "1.txt").read_text().splitlines()
    assert len(lines) == 507 and example["captured"] == 25
    expected = [[float(field) for field in line.split(";")[1:4]] for line in lines[:500]]
    np.testing.assert_array_equal(example["joints"].reshape(-1, 3), expected)
    assert tuple(line.split(";")[0] for line in lines[:20]) == recording_files.JOINTS
    clipped = {e["recording"]: e for e in _all(_recordings(preprocessing_golden.raw(), tmp_path))}["Person015/1"]
    assert clipped["frames"].tolist() == list(range(10, 15))
    np.testing.assert_array_equal(clipped["joints"], example["joints"][10:15])


def _all(splits):
    return [example for examples in splits.values() for example in examples]


def test_files_are_sorted_as_text_and_hidden_ones_are_left_out(tmp_path):
    folder = preprocessing_golden.copy("KGBD", tmp_path)
    person = _people(folder) / "Person001"
    shutil.copy(person / "1.txt", person / "10.txt")
    (person / ".DS_Store").write_bytes(b"\0")
    every = {"draws": {"Person001": [1, 2], "Person002": [0, 1], "Person015": [0, 1]}}
    splits = _names(_recordings(folder, tmp_path, **every))
    assert splits["gallery"][0] == "Person001/10" and splits["probe"][0] == "Person001/2"


def test_the_folder_of_the_archive_is_named_when_it_is_missing(tmp_path):
    (tmp_path / "KGBD" / "Person001").mkdir(parents=True)
    with pytest.raises(
        FileNotFoundError, match="(?s)no folder 'kinect gait raw dataset'.*Found:.*Person001/.*Expected:"
    ):
        _recordings(tmp_path, tmp_path)


def test_a_folder_without_people_is_named(tmp_path):
    (tmp_path / "kinect gait raw dataset" / "1").mkdir(parents=True)
    with pytest.raises(FileNotFoundError, match="(?s)holds no folder Person<n>.*Found:.*Expected:.*Person001"):
        _recordings(tmp_path, tmp_path)


@pytest.mark.parametrize(
    "name, message",
    [
        (
            "Person01",
            "The person 1 stands there twice: .*Person001 and .*Person01|.*Person01 and .*Person001",
        ),
        ("PersonX", "'PersonX': a number is expected after Person"),
        ("Person002/1", "holds the folder '1' where only files are expected"),
    ],
)
def test_wrong_folders_are_refused(name, message, tmp_path):
    folder = preprocessing_golden.copy("KGBD", tmp_path)
    shutil.copytree(_people(folder) / "Person001", _people(folder) / name)
    with pytest.raises(ValueError, match=message):
        _recordings(folder, tmp_path)


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda rows: rows[:19], "a frame has 20 lines; the file has 19 in all"),
        (lambda rows: [*rows[:30], "Head;1;2", *rows[31:]], "line 31: at least 4 fields separated by ';'"),
        (
            lambda rows: [*rows[:30], "Head;1;2;abc", *rows[31:]],
            "line 31, field 3: expected a number; received 'abc'",
        ),
        (
            lambda rows: [*rows[:30], "Head;1;2;1_0.5", *rows[31:]],
            "line 31, field 3: expected a number; received '1_0.5'",
        ),
        (lambda rows: [*rows[:30], "Head;1;nan;0", *rows[31:]], "line 31: a joint position is not finite"),
        (lambda rows: [*rows[:30], "", *rows[30:]], "line 31: at least 4 fields"),
    ],
)
def test_a_damaged_walk_is_named_with_its_line(change, message, tmp_path):
    folder = preprocessing_golden.copy("KGBD", tmp_path)
    path = _people(folder) / "Person002" / "3.txt"
    path.write_text("\n".join(change(path.read_text().splitlines())) + "\n")
    with pytest.raises(ValueError, match=f"Person002/3.txt.*{message}"):
        _all(_recordings(folder, tmp_path))


def test_a_lost_line_in_the_middle_is_named_in_a_warning(tmp_path):
    folder = preprocessing_golden.copy("KGBD", tmp_path)
    path = _people(folder) / "Person002" / "3.txt"
    rows = path.read_text().splitlines()
    path.write_text("\n".join(rows[:44] + rows[45:]) + "\n")
    with pytest.warns(UserWarning, match="3.txt, line 45: joint 'Elbow-Left' stands where .* 'Elbow-Right'"):
        _all(_recordings(folder, tmp_path))


def test_a_byte_order_mark_is_no_part_of_the_first_joint_name(tmp_path):
    folder = preprocessing_golden.copy("KGBD", tmp_path)
    want = _all(_recordings(folder, tmp_path))
    path = _people(folder) / "Person002" / "3.txt"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read = _all(_recordings(folder, tmp_path))
    for example, plain in zip(read, want, strict=True):
        np.testing.assert_array_equal(example["joints"], plain["joints"])
