# SPDX-License-Identifier: MIT
"""The user's own images through a run: odd ones are learnt from and said, what cannot be used stops it by name."""

import io
import json

import numpy as np
import pytest
from absl import logging
from PIL import Image

from components import main
from tests import fakes

PEOPLE = 4


def write(folder, people=PEOPLE, cameras=2, seed=0, **changed):
    """Pictures of persons before cameras; `changed`: path -> content instead, None to leave it out."""
    files = {f"{row['identity']}/{row['camera']}/{row['frame']}.png": row["image"]
             for row in fakes.photographs(people, cameras, seed=seed)}  # fmt: skip
    for path, content in (files | changed).items():
        if content is not None:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
    return folder


def picture(mode):
    stream = io.BytesIO()
    pixels = np.random.default_rng(5).integers(0, 256, (48, 20, 3), np.uint8)
    Image.fromarray(pixels).convert(mode).save(stream, "PNG")
    return stream.getvalue()


def recipe(folder, **settings):
    small = {"dataset.manual_dir": str(folder), "dataset.image_size": 64,
             "network.parts": 2, "network.width": 0.1, "training.batch_size": 6, "training.steps": 3}  # fmt: skip
    return fakes.read_recipe("upmnet_own_images:relation=local", **small | settings)


@pytest.mark.filterwarnings("ignore:own_images. no splits are given")
def test_odd_images_and_a_tracklet_of_one_frame_are_learnt_from_searched_and_said(tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr(logging, "warning", lambda text, *words: said.append(text % words))
    odd = {f"p{person}/cam0/1.png": picture(mode) for person, mode in enumerate(("L", "RGBA", "1", "LA"))}
    alone = {f"p{person}/cam1/{frame}.png": None for person in range(PEOPLE) for frame in (1, 2)}
    folder = write(tmp_path / "own", **odd, **alone)
    main.execute(recipe(folder), tmp_path / "run", ["ingest", "train", "evaluate"])
    quality = json.loads((tmp_path / "run/recordings/quality.json").read_text())
    assert sum(counts["frames"] for counts in quality["splits"].values()) == 4 * PEOPLE
    assert sum(sum(counts["converted"].values()) for counts in quality["splits"].values()) == PEOPLE
    assert [len(quality["splits"][name]["single_frame_tracklets"]) for name in ("train", "gallery")] == [2, 0]
    for text in ("RGBA; their alpha channel is dropped", "mode L; converted", "train: 2 tracklets with one frame: p"):
        assert any(line.startswith("own_images: ") and text in line for line in said), (text, said)
    rows = fakes.rows(tmp_path / "run/seed_1/results")
    assert all(row["scored"] == 2 for row in rows if "scored" in row) and rows


REFUSED = {
    "truncated": ({"p2/cam1/1.png": picture("RGB")[:200]}, {}, r"image p2/cam1/1\.png: truncated or damaged image"),
    "not an image": ({"p2/cam1/1.png": b"<html>"}, {}, r"image p2/cam1/1\.png: not an image; expected a PNG or JPEG"),
    "batch": (
        {},
        {"training.batch_size": 40},
        r"a batch of 40 frames is larger than train, which has 12; set --config",
    ),
    "parts": ({}, {"network.parts": 3}, "64 pixels high gives a map of 2 rows, fewer than the 3 parts. Set --config"),
}


@pytest.mark.filterwarnings("ignore:own_images. no splits are given")
@pytest.mark.parametrize("changed, settings, message", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_used_stops_the_run_by_name(tmp_path, changed, settings, message):
    folder = write(tmp_path / "own", **changed)
    with pytest.raises(SystemExit, match=message):
        main.execute(recipe(folder, **settings), tmp_path / "run", ["ingest", "train"])
    left = [path for path in (tmp_path / "run").rglob("*") if path.is_file() and "seed_1" in path.parts]
    assert not [path for path in left if path.suffix == ".h5"]


def test_one_camera_stops_the_run(tmp_path):
    with pytest.raises(SystemExit, match=r"0 of 4 identities are seen by more than one camera \(cameras: cam0\)"):
        main.execute(recipe(write(tmp_path / "own", cameras=1)), tmp_path / "run", ["ingest"])
