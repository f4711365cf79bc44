# SPDX-License-Identifier: MIT
"""IAS-Lab: identities by position or by folder, extra lines, clip per split, builds that break."""

import pathlib
import shutil

import numpy as np
import pytest
import tensorflow_datasets as tfds

from datasets_tfds import catalogue
from datasets_tfds.ias import ias_dataset_builder
from tests.datasets_tfds import preprocessing_golden


class IasBuilderTest(tfds.testing.DatasetBuilderTestCase):
    """TFDS's own checks of a builder."""

    DATASET_CLASS = ias_dataset_builder.Builder
    SPLITS = {"train": 3, "a": 3, "b": 3}

    @classmethod
    def setUpClass(cls):
        cls.EXAMPLE_DIR = preprocessing_golden.raw() / "IAS"
        super().setUpClass()


def _recordings(folder, tmp_path, **options):
    return catalogue.load("ias", tmp_path / "data", options).recordings(folder)


def test_training_is_clipped_at_its_beginning_only(tmp_path):
    splits = _recordings(preprocessing_golden.raw(), tmp_path)
    first = next(iter(splits["train"]))
    assert first["captured"] == 21
    assert first["frames"].tolist() == [n for n in range(21) if n not in (4, 13)][10:]
    np.testing.assert_allclose(first["joints"][0, :3, 0], [-0.091313, -0.107291, -0.104649], rtol=0, atol=0)
    whole = _recordings(preprocessing_golden.raw(), tmp_path, clip=False)
    for split, (head, tail) in {"train": (10, 0), "a": (10, 10), "b": (10, 10)}.items():
        for clipped, complete in zip(splits[split], whole[split], strict=True):
            stop = len(complete["frames"]) - tail
            np.testing.assert_array_equal(clipped["joints"], complete["joints"][head:stop])
            np.testing.assert_array_equal(clipped["frames"], complete["frames"][head:stop])


def test_identities_are_positions_in_each_split_or_the_names_of_the_folders(tmp_path):
    folder = preprocessing_golden.copy("IAS", tmp_path)
    shutil.rmtree(folder / "IAS" / "TestingA" / "000")
    with pytest.warns(UserWarning, match="TestingA has the folders 001, 002 but Training has 000, 001, 002"):
        by_position = _recordings(folder, tmp_path)
    assert [example["identity"] for example in by_position["a"]] == ["0", "1"]
    by_folder = _recordings(folder, tmp_path, identities="folder")
    assert [example["identity"] for example in by_folder["a"]] == ["001", "002"]
    assert [example["identity"] for example in by_folder["train"]] == ["000", "001", "002"]
    for one, other in zip(by_position["a"], by_folder["a"], strict=True):
        assert (one["recording"], one["condition"]) == (other["recording"], "TestingA")


def test_an_unknown_value_of_an_option_is_answered_with_the_known_ones(tmp_path):
    with pytest.raises(ValueError, match="identities must be one of 'position', 'folder'; received 'name'"):
        _recordings(preprocessing_golden.raw(), tmp_path, identities="name")


def _extra_line(folder: pathlib.Path, state: int) -> pathlib.Path:
    path = sorted((folder / "IAS" / "Training" / "000").glob("*skel.txt"))[12]
    path.write_text(path.read_text() + f"21,0.1,0.2,3.0,300,200,{state},0\n")
    return path


def test_an_untracked_extra_line_drops_the_frame_unless_only_the_first_skeleton_counts(tmp_path):
    folder = preprocessing_golden.copy("IAS", tmp_path)
    before = next(iter(_recordings(folder, tmp_path, clip=False)["train"]))
    _extra_line(folder, state=0)
    dropped = next(iter(_recordings(folder, tmp_path, clip=False)["train"]))
    assert before["frames"].tolist() == sorted([*dropped["frames"].tolist(), 12])
    first_only = next(iter(_recordings(folder, tmp_path, clip=False, first_skeleton_only=True)["train"]))
    np.testing.assert_array_equal(first_only["joints"], before["joints"])


def test_a_tracked_extra_line_is_refused_unless_only_the_first_skeleton_counts(tmp_path):
    folder = preprocessing_golden.copy("IAS", tmp_path)
    path = _extra_line(folder, state=2)
    with pytest.raises(ValueError, match=f"{path.name}: 20 lines are expected.* received 21, all tracked.*option"):
        list(_recordings(folder, tmp_path)["train"])
    assert len(list(_recordings(folder, tmp_path, first_skeleton_only=True)["train"])) == 3


@pytest.mark.parametrize("damage", ["cut short", "cannot be read"])
def test_a_bad_file_in_the_middle_of_a_build_leaves_nothing_behind(damage, tmp_path):
    folder = preprocessing_golden.copy("IAS", tmp_path / "raw")
    path = sorted((folder / "IAS" / "TestingB" / "001").glob("*skel.txt"))[20]
    if damage == "cut short":
        path.write_text("".join(path.read_text().splitlines(keepends=True)[:7]))
    else:
        path.unlink()
        path.symlink_to(tmp_path / "gone")
    builder = catalogue.load("ias", tmp_path / "data")
    config = tfds.download.DownloadConfig(manual_dir=folder)
    with pytest.raises((ValueError, OSError), match=f"{path.name}.*{damage}"):
        builder.download_and_prepare(download_config=config)
    left = [entry for entry in (tmp_path / "data" / "ias").rglob("*") if ".config" not in entry.parts]
    assert [entry.name for entry in left] in ([], ["recordings"])
    assert not builder.is_prepared()
