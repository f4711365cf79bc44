# SPDX-License-Identifier: MIT
"""Tested on another set: what is searched, what stays of the set that was learnt from, and what is refused."""

import numpy as np
import pytest

from components import splits, tested_set
from components.report import stage as report_stage
from tests import fakes
from tests.components import invented
from tests.components.report import finished_run
from tfskel import arrays
from tfskel.data import frames, recordings
from tfskel.evaluation import protocols

SIDES = ("train", "probe", "gallery")


def write(folder, kind=splits.SKELETONS, **facts):
    arrays.write_json(folder / splits.POINTER, {"name": folder.name, "kind": kind, "folder": "tfds"} | facts)
    return folder


@pytest.fixture
def sets(tmp_path, monkeypatch):
    """Folders of three sets: here (people a, b, Kinect v1), there (c, d, Kinect v2) and pictures."""
    stored = {
        "here": {name: invented.split(("a", place), ("b", 10)) for place, name in enumerate(SIDES)},
        "ias": {name: fakes.walkers(place, people=3, joints=25) for place, name in enumerate(("train", "a", "b"))},
    }
    monkeypatch.setattr(recordings, "load", lambda path, name, index=None: stored[path.parent.name][name])
    write(tmp_path / "here", skeleton="kinect_v1")
    write(tmp_path / "ias", skeleton="kinect_v2")
    write(tmp_path / "pictures", "images", divisions=[], videos={})
    return tmp_path


def read(sets, **settings):
    config = invented.recipe("sm_sge", **{"dataset.name": "here"} | settings)
    parts = splits.read(sets / "here", config.dataset)
    return parts, tested_set.read(parts, config.evaluation, sets / "here")


def test_without_another_set_everything_stays_but_for_the_recipe_s_pooling(sets):
    parts, found = read(sets, **{"evaluation.pooling": "mean"})
    assert found.probe is parts.probe and found.gallery is parts.gallery
    assert found.protocol == protocols.Protocol(pooling="mean")
    assert tested_set.warnings(parts.dataset, invented.recipe("sm_sge").evaluation) == []


def test_probe_and_gallery_are_of_the_other_set_by_its_own_protocol_and_the_joints_of_the_system(sets):
    parts, found = read(sets, **{"evaluation.on": str(sets / "ias"), "evaluation.on_probe": "b"})
    assert found.train is parts.train and found.classes == ["a", "b"]
    assert set(found.probe.identity) == {"p0", "p1", "p2"}
    assert (found.protocol.probe, found.protocol.gallery) == ("b", "a")
    assert found.probe.read([0]).shape == (1, invented.F, 20, 3)


def test_fewer_probe_items_are_evenly_spread_and_the_gallery_stays_whole(sets):
    parts, found = read(sets, **{"evaluation.most_probes": 2})
    assert len(parts.probe) == 2 and found.probe.content.tolist() == parts.probe.content.tolist()
    parts, found = read(
        sets, **{"evaluation.on": str(sets / "ias"), "evaluation.on_probe": "b", "evaluation.most_probes": 3}
    )
    whole = read(sets, **{"evaluation.on": str(sets / "ias"), "evaluation.on_probe": "b"})[1]
    assert len(whole.probe) > 4 and len(found.gallery) == len(whole.gallery)
    wanted = np.linspace(0, len(whole.probe) - 1, 3).astype(int)
    np.testing.assert_array_equal(found.probe.content, whole.probe.content[wanted])


def test_a_run_s_folder_stands_for_what_it_has_ingested(sets, tmp_path):
    (tmp_path / "run").mkdir()
    (sets / "ias").rename(tmp_path / "run/recordings")
    assert tested_set.folder(str(tmp_path / "run")) == tmp_path / "run/recordings"


@pytest.mark.parametrize("on, settings, error, message", [
    ("nowhere", {}, FileNotFoundError, "evaluation.on is '.*nowhere', but there is no dataset.json in"),
    ("pictures", {}, ValueError, "pictures holds images, but the system was trained on skeletons"),
    ("ias", {"evaluation.on_probe": "c"}, ValueError, "'ias' has no probe 'c'; choose a or b"),
    ("ias", {"evaluation.on_probe": "a", "dataset.length": 21}, ValueError, "No sequence of f = 21"),
])  # fmt: skip
def test_what_does_not_fit_is_said(sets, on, settings, error, message):
    with pytest.raises(error, match=message):
        read(sets, **{"evaluation.on": str(sets / on)} | settings)


def test_images_of_the_other_set_have_the_size_that_the_system_takes(tmp_path, monkeypatch):
    stored = {"here": fakes.photographs(), "there": fakes.photographs(people=3, height=64)}
    monkeypatch.setattr(frames, "load", lambda folder, name, index: frames.from_list(stored[folder.parent.name]))
    for name in stored:
        write(tmp_path / name, "images", divisions=[["p0"], ["p1", "p2"]] if name == "there" else [], videos={})
    config = fakes.recipe("upmnet", **{"dataset.name": "here", "evaluation.on": str(tmp_path / "there"),
                                       "evaluation.on_division": 1})  # fmt: skip
    found = tested_set.read(splits.read(tmp_path / "here", config.dataset), config.evaluation, tmp_path / "here")
    assert set(found.probe.identity) == {"p0"}
    assert found.probe.read([0]).shape == (1, 64, 32, 3) == found.train.read([0]).shape


def test_the_report_says_where_it_was_tested_and_leaves_out_published_numbers(tmp_path):
    arguments = finished_run.arguments(tmp_path)
    write(tmp_path / "ks20")
    arguments["evaluation"].on = str(tmp_path / "ks20")
    report_stage.report(**arguments)
    page = (tmp_path / "report/report.html").read_text(encoding="utf-8")
    assert "sm_sge on gait_sim, tested on ks20" in page
    assert arrays.read_json(tmp_path / "report/metrics.json")["published"] == []
    (said,) = tested_set.warnings(arguments["recipe"]["dataset"], arguments["evaluation"])
    assert said.startswith("tested on data set 'ks20' (") and "trained on 'gait_sim'" in said


def test_a_change_of_the_other_set_repeats_the_evaluation(sets):
    config = invented.recipe("sm_sge", **{"evaluation.on": str(sets / "ias")})
    before = tested_set.source(config)
    assert tested_set.source(invented.recipe("sm_sge")) is None and before == tested_set.source(config)
    np.save(sets / "ias/more.npy", np.zeros(1))
    assert tested_set.source(config) != before
