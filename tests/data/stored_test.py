# SPDX-License-Identifier: MIT
"""Joints that stay in their files: read, cut and learnt from, they are those of the same recordings in memory."""

import dataclasses

import numpy as np
import pytest

from components import evaluate, ingest, skeleton_items, train
from datasets_tfds import catalogue
from tests import fakes
from tfskel import arrays, skeletons
from tfskel.data import quality, recordings, stored, windows
from tfskel.data import skeleton_split as sequences

RECIPES = {"hi_mpc": {"training.epochs": 1, "selection.held_out": 0.0}, "joint_distances": {}}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Folder of prepared data sets whose files can be read at random, and that of the small recipes in it."""
    folder = tmp_path_factory.mktemp("prepared")
    options = fakes.recipe("hi_mpc").dataset.options.to_dict()
    builder = catalogue.load("gait_sim", folder, options, file_format="array_record")
    builder.download_and_prepare()
    return folder, folder / builder.data_path


@pytest.fixture
def on_demand(monkeypatch):
    monkeypatch.setattr(recordings, "IN_MEMORY_BYTES", 0)


@pytest.fixture
def both(prepared, on_demand, monkeypatch):
    """The same recordings in their files, and in memory."""
    files = recordings.load(prepared[1], "train")
    monkeypatch.undo()
    memory = recordings.load(prepared[1], "train")
    assert isinstance(files.joints, stored.Joints) and isinstance(memory.joints, np.ndarray)
    return files, memory


def test_everything_but_the_joints_is_in_memory_and_the_joints_are_read_like_an_array(both):
    files, memory = both
    for field in dataclasses.fields(memory):
        if field.name != "joints":
            np.testing.assert_array_equal(getattr(files, field.name), getattr(memory, field.name))
    assert (files.joints.shape, files.joints.dtype) == (memory.joints.shape, memory.joints.dtype)
    for frames in (slice(3, 47), slice(None), slice(0, 0), np.array([5, 44, 5, 0]), np.array([[59, 60], [21, 19]])):
        np.testing.assert_array_equal(files.joints[frames], memory.joints[frames])
    with pytest.raises(IndexError, match=f"rows from 0 to {len(memory.joints) - 1}"):
        files.joints.take(np.array([len(memory.joints)]))
    few, again = [4, 0, 7], [2, 1]
    np.testing.assert_array_equal(files.with_joints(few).with_joints(again).joints[:9], memory.joints[:9, [7, 0]])


@pytest.mark.parametrize("rule", sequences.RULES)
def test_sequences_are_those_in_memory_also_of_a_selection(both, rule):
    chosen = np.array([0, 2, 3])
    for of in (lambda whole: whole, lambda whole: whole.select(chosen)):
        in_files, in_memory = (sequences.build(of(each), f=3, rule=rule) for each in both)
        assert len(in_files) == len(in_memory) >= 18
        rows = np.random.default_rng(0).permutation(len(in_files))
        for read in ("read", "raw", "picture"):
            np.testing.assert_array_equal(getattr(in_files, read)(rows), getattr(in_memory, read)(rows))
        for column in ("identity", "recording", "camera", "labels"):
            np.testing.assert_array_equal(getattr(in_files, column), getattr(in_memory, column))


def test_sequences_in_the_order_of_time_read_each_recording_once(both):
    read, (files, _) = [], both
    joints = stored.Joints(lambda rows: read.extend(rows) or files.joints._examples(rows), files.length)
    read.clear()
    cut = windows.testing(files, 3)
    for begin in range(0, len(cut), 4):
        windows.gather(joints, cut.start[begin : begin + 4], 3)
    assert read == list(range(len(files)))


def test_the_index_saves_the_second_pass_over_the_files(prepared, on_demand, tmp_path, monkeypatch):
    first = recordings.load(prepared[1], "probe", tmp_path / "probe.npz")
    monkeypatch.setattr(recordings, "_columns", None)
    second = recordings.load(prepared[1], "probe", tmp_path / "probe.npz")
    np.testing.assert_array_equal(first.recording, second.recording)
    np.testing.assert_array_equal(first.joints[:], second.joints[:])


def test_a_large_split_is_looked_at_in_evenly_spread_recordings_and_the_report_says_so(both, monkeypatch):
    skeleton, (files, memory) = skeletons.get("kinect_v1"), both
    whole, all_of_it = (quality.report({"train": part}, 3, skeleton) for part in (memory, files))
    assert all_of_it.pop("warnings")[-1].startswith("train does not lie in memory: all but the counts is of 5 of its 5")
    assert all_of_it == {name: value for name, value in whole.items() if name != "warnings"}
    monkeypatch.setattr(quality, "_SAMPLED_FRAMES", 50)
    few = quality.report({"train": files}, 3, skeleton)
    assert "is of 3 of its 5 recordings, evenly spread" in few["warnings"][-1]
    assert few["splits"]["train"]["frames"] == 100 and few["bones"] != whole["bones"]


def results(system, prepared, folder):
    """Losses, weights and, of the system without epochs, metrics on the probe; others are scored while they train."""
    config = fakes.recipe(system, **{"dataset.data_dir": str(prepared[0])} | RECIPES[system])
    folders = {name: folder / name for name in ("recordings", "model", "results")}
    for path in folders.values():
        path.mkdir(parents=True)
    ingest.ingest(config.dataset, folders["recordings"])
    given = {"recipe": fakes.sections(config), "seed": 1, "recordings": folders["recordings"]}
    train.train(**given, model=folders["model"])
    learnt = fakes.logged(folders["model"]), fakes.kept_weights(folders["model"])
    if system != "joint_distances":
        return learnt
    evaluate.evaluate(**given, evaluation=config.evaluation, model=folders["model"], results=folders["results"])
    return *learnt, arrays.read_json(folders["results"] / "metrics.json")


@pytest.mark.parametrize("system", RECIPES)
def test_losses_weights_and_metrics_equal_those_in_memory(prepared, tmp_path, monkeypatch, system):
    in_memory = results(system, prepared, tmp_path / "memory")
    monkeypatch.setattr(recordings, "IN_MEMORY_BYTES", 0)
    on_demand = results(system, prepared, tmp_path / "files")
    assert (tmp_path / "files/recordings" / skeleton_items.INDEX.format("train")).is_file()
    assert on_demand == in_memory
