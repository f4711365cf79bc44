# SPDX-License-Identifier: MIT
"""Rendered sets as plain folders: the layouts of the original programs, complete or not at all."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from datasets_tfds.person_sim import examples
from datasets_tfds.person_sim.options import Options
from datasets_tfds.readers import frame_lists, image_files
from tools import export_person_sim

WALKERS = {"train_persons": 2, "test_persons": 3, "train_frames": 2, "test_frames": 1, "seed": 4}
DANCERS = {
    "set": "dancers",
    "train_videos": 2,
    "test_videos": 1,
    "persons_per_video": 2,
    "train_frames": 2,
    "test_frames": 2,
}


def exported(folder, options):
    arguments = [f"--{name}={value}" for name, value in options.items()]
    assert export_person_sim.main(["--out", str(folder), *arguments]) == 0
    return folder


def pixels(content):
    return np.asarray(Image.open(io.BytesIO(content)))


def test_walkers_are_listed_by_tracklet_within_the_camera_and_running(tmp_path):
    folder = exported(tmp_path / "walkers", WALKERS)
    assert (folder / "testdata.txt").read_text().splitlines() == [
        *(f"cam1/person_500{person}/0001.png {person + 1} 1 {person + 1}" for person in range(3)),
        *(f"cam2/person_500{person}/0001.png {person + 1} 2 {person + 4}" for person in range(3)),
    ]
    listed = frame_lists.read(folder / "traindata.txt")
    assert [frame[1:] for frame in listed] == [(1, 1), (1, 1), (2, 1), (2, 1), (1, 2), (1, 2), (2, 2), (2, 2)]
    for frame, row in zip(listed, examples.splits(Options(**WALKERS))["train"], strict=True):
        assert image_files.read(folder / frame.path) == row["image"]


def test_dancers_have_poses_and_lists_that_agree_with_the_files(tmp_path):
    folder = exported(tmp_path / "dancers", DANCERS)
    meta, splits, videos = (json.loads((folder / f"{name}.json").read_text()) for name in ("meta", "splits", "video"))
    assert splits == [{"trainval": [0, 1, 2, 3], "query": [4, 5], "gallery": [4, 5]}]
    assert videos == {"video0": [0, 1], "video1": [2, 3], "video50": [4, 5]}
    listed = [name for names in meta["identities"] for name in names]
    assert sorted(listed) == sorted(path.name for path in (folder / "images").iterdir())
    for person, names in enumerate(meta["identities"]):
        assert names == [f"{person:04d}_00000{frame}.jpg" for frame in (0, 1)]
    rows = [row for split in examples.splits(Options(**DANCERS)).values() for row in split]
    for name, row in zip(listed, rows, strict=True):
        np.testing.assert_array_equal(pixels((folder / "images" / name).read_bytes()), pixels(row["image"]))
        pose = np.loadtxt(folder / "poses" / name.replace(".jpg", ".txt"))
        np.testing.assert_allclose(pose, row["pose"], atol=6e-4)


def test_a_contact_sheet_lies_beside(tmp_path):
    assert pixels((exported(tmp_path / "new", WALKERS) / "contact_sheet.png").read_bytes()).shape == (256, 96, 3)


@pytest.mark.parametrize(
    "arguments, message",
    [(["--height=63"], "height must be even"), ([], "exists; remove it or write to another folder")],
)
def test_what_is_refused_leaves_nothing_behind(tmp_path, capsys, arguments, message):
    out = tmp_path / "out"
    if not arguments:
        out.mkdir()
    before = list(tmp_path.iterdir())
    assert export_person_sim.main(["--out", str(out), *arguments]) == 1
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == before
