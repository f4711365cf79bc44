# SPDX-License-Identifier: MIT
"""The report of images and tracklets: their words, strips, sheet, quality tables, and what a network looks at."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from components import train
from components.report import image_quality, reading, stage
from tests import fakes
from tests.components.report import finished_run
from tfskel import arrays
from tfskel.data import heat_overlay
from tfskel.systems.upmnet import grad_cam
from tfskel.systems.upmnet import system as upmnet_system


def pictures(*shape):
    return np.random.default_rng(0).integers(0, 256, (*shape, 16, 8, 3)).astype(np.uint8)


FILES = {
    "results/ranked.npz": finished_run.FILES["results/ranked.npz"]
    | {"probe": pictures(1, 4), "gallery": pictures(1, 2, 4)},
    "results/probes.npz": finished_run.FILES["results/probes.npz"] | {"drawn": np.array("identities")},
    "clusters/members.npz": finished_run.FILES["clusters/members.npz"] | {"items": pictures(3, 4)},
    "model/overlays.npz": {"local": pictures(8), "global": pictures(8)},
    "model/generated.npz": {"anchor": pictures(2), "anchor, rebuilt": pictures(2)},
    "model/reconstruction.npz": None,
}


@pytest.fixture(scope="module")
def page(ingested_images, tmp_path_factory):
    folder, config = tmp_path_factory.mktemp("run"), fakes.recipe("upmnet")
    given = finished_run.arguments(folder, files=FILES) | {"recordings": ingested_images}
    stage.report(**given | {"recipe": fakes.sections(config), "evaluation": config.evaluation})
    return (folder / "report" / stage.PAGE).read_text(encoding="utf-8")


def sections(page):
    return dict(re.findall(r'<h2 id="(\w+)">(.*?)(?=<h2|</main>)', page, re.DOTALL))


def widths(section):
    found = re.findall('data:image/jpeg;base64,([^"]*)', section)
    return [Image.open(io.BytesIO(base64.b64decode(data))).width for data in found]


def test_words_are_those_of_tracklets(page):
    text = re.sub("<[^>]*>", " ", re.sub("<style>.*?</style>", "", page, flags=re.DOTALL))
    assert "images of 64 x 32 pixels" in text and "train: 4 identities, 8 tracklets" in text
    assert "gallery tracklets nearest to it, each by a few of its frames" in text and "9 tracklets" in text
    assert not re.search(r"skeleton|half from the side|recordings", text.split("Settings and files")[0])


def test_tracklets_are_strips_of_frames_and_single_images_as_they_are(page):
    found = sections(page)
    assert widths(found["lists"]) == [32] * 3 and widths(found["clusters"]) == [32] * 3
    assert widths(found["inside"]) == [8] * (16 + 4)
    assert re.findall(r"anchor[^<]*(?=</span>)", found["inside"]) == ["anchor", "anchor, rebuilt"] * 2
    assert len(widths(found["data"])) == 12 + 6 + 6, "a dozen of each split, or all"


def test_quality_tables_count_images_tracklets_and_cameras(ingested_images):
    quality = arrays.read_json(ingested_images / reading.QUALITY)
    split, camera, poses = image_quality.tables(quality)
    counts = quality["splits"]["train"]["poses"]
    assert poses.rows[-1] == ["train", "24", str(counts["missing"]), str(counts["outside"]), "0", "17"]
    assert split.rows[-1][:8] == ["train", "4", "8", "24", "3", "32", "16", "0"]
    assert ["train, camera 1", "4", "4", "12", "3"] in camera.rows
    shared = quality | {"duplicates": [{"splits": ["train", "probe"], "count": 1200, "frames": []}]}
    shared["splits"]["probe"]["height"] = {"least": 20, "median": 31.5, "most": 1040}
    for counts in shared["splits"].values():
        counts |= {"cameras": {}, "poses": counts["poses"] | {"poses": 0}}
    split, duplicates = image_quality.tables(shared)
    assert duplicates.rows == [["train and probe", "1,200"]]
    assert next(row for row in split.rows if row[0] == "probe")[5] == "20 – 31.5 – 1,040"


def test_training_keeps_the_images_that_a_system_makes_of_the_probe(tmp_path, monkeypatch):
    system = upmnet_system.UPMNetSystem(fakes.recipe("upmnet"), 4, 1)
    probe = fakes.image_split(fakes.photographs(), 64)
    monkeypatch.setattr(system, "generated", lambda data: {"probe, negative": 255 - data.picture(slice(2))})
    train._draw(system, probe, tmp_path)
    (name, made), *others = arrays.read(tmp_path / train.GENERATED).items()
    assert name == "probe, negative" and not others
    np.testing.assert_array_equal(made, 255 - probe.picture(slice(2)))


def test_training_keeps_what_each_network_looks_at_in_images_of_the_whole_probe(tmp_path):
    system = upmnet_system.UPMNetSystem(fakes.recipe("upmnet"), 4, 1)
    probe = fakes.image_split(fakes.photographs(people=6), 64)
    train._draw(system, probe, tmp_path)
    stored = arrays.read(tmp_path / train.OVERLAYS)
    assert list(stored) == ["local", "global"]
    last = len(probe) - 1
    for name, drawn in stored.items():
        (cam,) = grad_cam.maps(system.networks[name], probe.read(np.array([last])))
        want = 255 * heat_overlay.overlay(probe.picture(np.array([last]))[0], cam)
        np.testing.assert_allclose(drawn[-1].astype(float), want, atol=2)
