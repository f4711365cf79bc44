# SPDX-License-Identifier: MIT
"""KS20: how frames become recordings, under which setting they are filed, body numbers, damaged names."""

import shutil

import numpy as np
import pytest
import tensorflow_datasets as tfds

from datasets_tfds import catalogue
from datasets_tfds.ks20 import draw, grouping, ks20_dataset_builder
from tests.datasets_tfds import preprocessing_golden

VIEWS = ks20_dataset_builder.VIEWS


class Ks20BuilderTest(tfds.testing.DatasetBuilderTestCase):
    """TFDS's own checks of a builder."""

    DATASET_CLASS = ks20_dataset_builder.Builder
    SPLITS = {"train": 8, "gallery": 12, "probe": 12}

    @classmethod
    def setUpClass(cls):
        cls.EXAMPLE_DIR = preprocessing_golden.raw() / "KS20"
        super().setUpClass()


def _recordings(folder, tmp_path, **options):
    return catalogue.load("ks20", tmp_path / "data", options).recordings(folder)


def _rows(splits):
    return {raw.recording: (split, raw) for split in splits for raw in splits[split].recordings}


def _tiny(folder, names, views=VIEWS):
    """Views whose frames all hold x = the position of the file among `names`."""
    for view in views:
        (folder / "KS20" / view).mkdir(parents=True)
        for number, name in enumerate(names):
            lines = [f"{joint},{number},{joint},1.5" for joint in range(25)]
            (folder / "KS20" / view / name).write_text("\n".join(lines) + "\n")
    return folder


def _frames(people, count=2):
    """File names of three settings: people are body numbers."""
    return [f"gc{s}_body{body}_{n:06d}_skel.txt" for s in (1, 2, 3) for body in people for n in range(count)]


DRAWS = {str(identity): [0, 1] for identity in range(20)}  # gc1 is gallery, gc2 is probe, gc3 is train


def test_a_recording_is_filed_under_the_setting_of_the_frame_that_closes_it(tmp_path):
    folder = _tiny(tmp_path, _frames((1, 2, 3)))
    builder = catalogue.load("ks20", tmp_path / "data", {"draws": DRAWS})
    found = {name: split for name, (split, _) in _rows(builder.recordings(folder)).items() if "frontal" in name}
    assert found == {
        "frontal/gc1_body1": "gallery",
        "frontal/gc1_body2": "gallery",
        "frontal/gc1_body3": "probe",
        "frontal/gc2_body1": "probe",
        "frontal/gc2_body2": "probe",
        "frontal/gc2_body3": "train",
        "frontal/gc3_body1": "train",
        "frontal/gc3_body2": "train",
    }
    assert builder.info.metadata["never_stored"] == [f"{view}/gc3_body3" for view in VIEWS]


def test_the_corrected_rule_files_every_recording_under_its_own_setting(tmp_path):
    folder = _tiny(tmp_path, _frames((1, 2, 3)))
    builder = catalogue.load("ks20", tmp_path / "data", {"draws": DRAWS, "grouping": "corrected"})
    rows = _rows(builder.recordings(folder))
    assert len(rows) == 5 * 9 and builder.info.metadata["never_stored"] == []
    for split, take in rows.values():
        assert split == {"gc1": "gallery", "gc2": "probe", "gc3": "train"}[take.setting]


def test_a_single_body_in_a_view_is_joined_over_the_settings_and_never_stored(tmp_path):
    folder = _tiny(tmp_path, _frames((4,)), views=VIEWS[:1])
    _tiny(folder, _frames((1, 2)), views=VIEWS[1:])
    builder = catalogue.load("ks20", tmp_path / "data", {"draws": DRAWS})
    splits = builder.recordings(folder)
    assert not [name for name in _rows(splits) if "frontal" in name]
    assert builder.info.metadata["never_stored"][0] == "frontal/gc1+gc2+gc3_body4"
    corrected = _rows(_recordings(folder, tmp_path, draws=DRAWS, grouping="corrected"))
    assert [name for name in corrected if "frontal" in name] == [
        "frontal/gc3_body4",
        "frontal/gc1_body4",
        "frontal/gc2_body4",
    ]


def test_an_example_tells_view_setting_and_identity(tmp_path):
    example = next(iter(_recordings(preprocessing_golden.raw(), tmp_path, draws=DRAWS)["gallery"]))
    words = {key: example[key] for key in ("identity", "recording", "camera", "condition", "setting")}
    assert words == {
        "identity": "7",
        "recording": "frontal/gc1_body11",
        "camera": "frontal",
        "condition": "",
        "setting": "gc1",
    }
    paths = sorted((preprocessing_golden.raw() / "KS20" / "frontal").glob("gc1_body11_*"))
    expected = [[[float(v) for v in row.split(",")[1:4]] for row in path.read_text().splitlines()] for path in paths]
    np.testing.assert_array_equal(example["joints"], expected)
    assert example["frames"].tolist() == list(range(len(paths)))
    assert example["captured"] == len(paths)


def test_frames_follow_their_names_as_text_or_their_time_stamps(tmp_path):
    names = [f"gc1_body{body}_{time}_x" for body in (1, 2) for time in (9, 95, 100)]
    folder = _tiny(tmp_path, names)
    by_name = next(iter(_recordings(folder, tmp_path, draws=DRAWS)["gallery"]))
    assert by_name["joints"][:, 0, 0].tolist() == [2, 1, 0]
    by_time = next(iter(_recordings(folder, tmp_path, draws=DRAWS, frame_order="time")["gallery"]))
    assert by_time["joints"][:, 0, 0].tolist() == [0, 1, 2]


def test_bodies_sort_as_text_so_that_body_11_goes_before_body_2(tmp_path):
    folder = _tiny(tmp_path, _frames((2, 11, 1)))
    names = [name for name in _rows(_recordings(folder, tmp_path, draws=DRAWS)) if "frontal/gc1" in name]
    assert names[:2] == ["frontal/gc1_body11", "frontal/gc1_body1"]


def test_body_numbers_become_twenty_identities():
    table = {1: 0, 4: 3, 7: 4, 9: 6, 11: 7, 17: 13, 19: 14, 24: 19}
    assert {body: grouping.identity(body) for body in table} == table
    assert sorted(grouping.identity(body) for body in grouping.BODIES) == list(range(20))


@pytest.mark.parametrize("f, seed", [(6, 2024), (4, 77)])
def test_drawn_settings_are_those_of_a_legacy_generator(f, seed):
    rng = np.random.RandomState(seed)
    for count, wanted in ((5, 3), (4, 3), (3, 2)):
        rng.choice(count, wanted, replace=False)
    recorded = preprocessing_golden.ks20_draws(f)
    assert {str(i): rng.choice(3, 2, replace=False).tolist() for i in range(20)} == recorded
    fresh = np.random.RandomState(seed)
    assert draw.draw(seed) == {str(i): fresh.choice(3, 2, replace=False).tolist() for i in range(20)}


def test_draws_are_recorded_with_the_data(tmp_path):
    builder = catalogue.load("ks20", tmp_path / "data", {"seed": 3})
    config = tfds.download.DownloadConfig(manual_dir=preprocessing_golden.raw())
    builder.download_and_prepare(download_config=config)
    metadata = tfds.builder_from_directory(builder.data_dir).info.metadata
    assert (metadata["seed"], metadata["draws"]) == (3, draw.draw(3))


def test_an_unknown_body_number_is_kept_as_identity_and_named_in_a_warning(tmp_path):
    folder = _tiny(tmp_path, _frames((1, 5, 8)))
    with pytest.warns(UserWarning, match=r"body numbers that the data set does not have: 5 \(as body 8\)"):
        rows = _rows(_recordings(folder, tmp_path, draws=DRAWS))
    assert rows["frontal/gc1_body5"][1].identity == rows["frontal/gc1_body8"][1].identity == "5"
    with pytest.raises(ValueError, match="does not have: 5 .*Known: 1, 2, 3, 4, 7.*Rename or remove"):
        _recordings(folder, tmp_path, unknown_bodies="refuse")


def test_a_body_number_without_a_drawn_setting_is_refused(tmp_path):
    folder = _tiny(tmp_path, _frames((1, 31)))
    with pytest.raises(ValueError, match="does not have: 31.*Rename or remove"):
        _recordings(folder, tmp_path)
    with (
        pytest.warns(UserWarning, match="does not have: 31"),
        pytest.raises(ValueError, match="identity 31 has no row"),
    ):
        _recordings(folder, tmp_path, draws=DRAWS)


@pytest.mark.parametrize("row", [[0], [1, 1], [0, 3], [0, 1, 2]])
def test_draws_that_are_not_two_settings_are_refused(row, tmp_path):
    with pytest.raises(ValueError, match="identity 4: .gallery, probe., two different numbers out of 0, 1, 2"):
        _recordings(preprocessing_golden.raw(), tmp_path, draws={**DRAWS, "4": row})


@pytest.mark.parametrize(
    "name",
    ["gc4_body1_000001_skel.txt", "gc1_1_000001_skel.txt", "gc1_body1_100.txt", "gc1_body1_late_skel.txt"],
)
def test_a_name_that_cannot_be_taken_apart_is_refused(name, tmp_path):
    folder = _tiny(tmp_path, [*_frames((1, 2)), name])
    with pytest.raises(ValueError, match="(?s)<integer time stamp>_<rest>.*received " + repr(name)):
        _recordings(folder, tmp_path)


def test_one_body_under_two_names_is_refused(tmp_path):
    folder = _tiny(tmp_path, _frames(("1", "2", "01", "7")))
    with pytest.raises(ValueError, match="gc1_body1 stands there twice"):
        _recordings(folder, tmp_path)


def test_a_missing_view_is_named_with_both_trees(tmp_path):
    folder = _tiny(tmp_path, _frames((1, 2)), views=VIEWS[:4])
    with pytest.raises(
        FileNotFoundError, match="(?s)no folder 'right_lateral'.*Found:.*frontal/.*Expected:.*right_lateral/"
    ):
        _recordings(folder, tmp_path)


def test_a_folder_in_a_view_is_refused(tmp_path):
    folder = _tiny(tmp_path, _frames((1, 2)))
    shutil.copytree(folder / "KS20" / "frontal", folder / "KS20" / "frontal" / "frontal")
    with pytest.raises(ValueError, match="holds the folder 'frontal' where only files are expected"):
        _recordings(folder, tmp_path)


@pytest.mark.parametrize(
    "lines, message",
    [
        (["0,1,2,3"] * 24, "25 lines are expected, one a joint; received 24"),
        ([*["0,1,2,3"] * 24, "0,1,2"], "line 25: at least 4 fields"),
        ([*["0,1,2,3"] * 24, "0,1,2,-"], "line 25, field 3: expected a number"),
    ],
)
def test_a_damaged_frame_is_named(lines, message, tmp_path):
    folder = _tiny(tmp_path, _frames((1, 2)))
    path = folder / "KS20" / "frontal" / "gc1_body1_000001_skel.txt"
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(ValueError, match=f"gc1_body1_000001_skel.txt.*{message}"):
        list(_recordings(folder, tmp_path, draws=DRAWS)["gallery"])
