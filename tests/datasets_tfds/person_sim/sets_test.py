# SPDX-License-Identifier: MIT
"""Whole sets: who is in which split, options and their messages, difficulty, contact sheet."""

import io
import pathlib

import numpy as np
import pytest
from PIL import Image

from datasets_tfds.person_sim import contact_sheet, examples, walkers
from datasets_tfds.person_sim.options import OPTIONS, Options
from tfskel.data import colour_histogram
from tfskel.evaluation import protocols

SMALL = {
    "walkers": Options(train_persons=2, test_persons=3, cameras=3, train_frames=2, test_frames=2),
    "dancers": Options(
        set="dancers", train_videos=2, test_videos=1, persons_per_video=3, train_frames=2, test_frames=3
    ),
}
SIZES = {"walkers": {"train": 12, "probe": 6, "gallery": 12}, "dancers": {"train": 12, "test": 9}}


@pytest.fixture(scope="module", params=SMALL)
def small(request):
    return request.param, {split: list(rows) for split, rows in examples.splits(SMALL[request.param]).items()}


def test_no_person_is_trained_with_and_tested(small):
    name, splits = small
    assert {split: len(rows) for split, rows in splits.items()} == SIZES[name]
    trained = {row["identity"] for row in splits["train"]}
    tested = {row["identity"] for split, rows in splits.items() if split != "train" for row in rows}
    assert trained and tested and not trained & tested
    if name == "dancers":  # other videos, too
        assert not {examples.video(row) for row in splits["train"]} & {examples.video(row) for row in splits["test"]}
    else:
        assert {row["camera"] for row in splits["probe"]} == {"1"}
        assert {row["camera"] for row in splits["gallery"]} == {"2", "3"}


def test_each_set_has_a_protocol(small):
    name, splits = small
    found = protocols.protocol("person_sim", {"walkers": "probe", "dancers": "test"}[name])
    assert {found.train, found.probe, found.gallery} == set(splits)


def test_tracklets_are_unique_and_hold_the_frames_in_order(small):
    rows = [row for split in small[1].values() for row in split]
    assert len({row["path"] for row in rows}) == len(rows)
    owners = {}
    for row in rows:
        assert small[0] == "walkers" or row["camera"] == str(row["frame"])
        camera = row["camera"] if small[0] == "walkers" else ""
        owners.setdefault(row["tracklet"], []).append((row["identity"], camera, row["frame"]))
    for members in owners.values():
        assert len({member[:2] for member in members}) == 1
        assert [member[2] for member in members] == list(range(len(members)))


def test_videos_name_the_persons_whose_tracklets_are_theirs(small):
    name, splits = small
    rows = [row for rows in splits.values() for row in rows]
    expected = {}
    for row in rows if name == "dancers" else ():
        expected.setdefault(examples.video(row), {})[row["identity"]] = None
    assert examples.videos(SMALL[name]) == {video: list(persons) for video, persons in expected.items()}


def test_pictures_are_stored_without_loss():
    row = next(iter(examples.splits(SMALL["walkers"])["train"]))
    decoded = np.asarray(Image.open(io.BytesIO(row["image"])))
    np.testing.assert_array_equal(decoded, walkers.picture(SMALL["walkers"], 0, 0, 0).pixels)


@pytest.mark.parametrize(
    "given, message",
    [
        ({"set": "runners"}, "set must be one of walkers, dancers; received 'runners'"),
        ({"train_persons": 0}, "train_persons must be at least 1 and at most 5000; received 0"),
        ({"test_persons": 1}, "test_persons must be at least 2"),
        ({"cameras": 1}, "cameras must be at least 2"),
        ({"train_frames": -1}, "train_frames must be at least 1; received -1"),
        ({"height": 63}, "height must be even"),
        ({"height": 16}, "height must be at least 32 and at most 512; received 16"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"colour": float("nan")}, "colour must be between 0"),
        ({"occlusion": 1.5}, "occlusion must be a share between 0 and 1; received 1.5"),
        ({"train_videos": 3}, "train_videos belongs to the dancers; received 3 with set='walkers'"),
        ({"set": "dancers", "cameras": 3}, "cameras belongs to the walkers"),
        ({"set": "dancers", "train_videos": 51}, "train_videos must be at least 1 and at most 50"),
    ],
)
def test_wrong_options_are_named_with_value_and_range(given, message):
    with pytest.raises(ValueError, match=message):
        Options(**given)


def test_options_left_open_are_the_sets_own():
    assert (Options().train_frames, Options().test_frames, Options().height, Options().occlusion) == (8, 6, 64, 0.25)
    dancing = Options(set="dancers", height=128)
    assert (dancing.train_frames, dancing.test_frames, dancing.height, dancing.occlusion) == (20, 12, 128, 0.15)
    assert {**vars(Options()), "train_frames": 0, "test_frames": 0, "height": 0, "occlusion": -1.0} == OPTIONS


def rank1_of_colours(colour, persons=24, frames=2):
    """Share of persons whose nearest tracklet of the other camera, by mean colours of strips, is their own."""
    options = Options(colour=colour)
    first, second = (
        np.stack([
            colour_histogram.strip_histograms(
                np.stack([walkers.picture(options, person, camera, frame).pixels for frame in range(frames)])
            ).mean(axis=0)
            for person in range(persons)
        ])
        for camera in (0, 1)
    )  # fmt: skip
    distances = np.linalg.norm(first[:, None] - second[None], axis=-1)
    own = np.arange(persons)
    return ((distances.argmin(axis=1) == own).mean() + (distances.argmin(axis=0) == own).mean()) / 2


def test_colours_find_many_persons_but_not_most_and_casts_make_it_harder():
    default = rank1_of_colours(0.5)
    assert 0.35 <= default <= 0.80  # of 24 persons; 35 to 70 % of 40
    assert rank1_of_colours(2.0) < default - 0.15


def test_a_contact_sheet_shows_a_person_in_each_column():
    options = SMALL["walkers"]
    sheet = contact_sheet.contact_sheet(options, columns=2, rows=4)
    assert sheet.shape == (4 * 64, 2 * 32, 3)
    second = examples.FIRST_TEST_PERSON + 1
    np.testing.assert_array_equal(sheet[64:128, 32:], walkers.picture(options, second, 1, 0).pixels)
    assert contact_sheet.contact_sheet(SMALL["dancers"], columns=12, rows=2).shape == (2 * 96, 3 * 48, 3)


@pytest.mark.parametrize("name, columns", [("walkers", 12), ("dancers", 8)])
def test_the_pictures_of_the_readme_are_drawn_again(name, columns):
    """Everywhere the same, but for values that another machine rounds to the next level."""
    shown = np.asarray(Image.open(pathlib.Path(contact_sheet.__file__).with_name(f"{name}.png")))
    drawn = contact_sheet.contact_sheet(Options(set=name), columns, rows=2)
    assert np.abs(drawn.astype(int) - shown).max() <= 4
    assert (drawn != shown).mean() < 0.001


def test_the_rest_of_a_last_row_stays_white():
    pictures = [np.full((2, 1, 3), value, np.uint8) for value in (1, 2, 3)]
    sheet = contact_sheet.tiled(pictures, 2)
    np.testing.assert_array_equal(sheet[:, :, 0], [[1, 2], [1, 2], [3, 255], [3, 255]])
