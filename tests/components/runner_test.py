# SPDX-License-Identifier: MIT
"""The runner reuses what is finished, redoes what is not, and never loses what was complete."""

import dataclasses
import json
import os
import pathlib
import shutil
import sys
import types

import pytest
from ml_collections import ConfigDict

from components import artefacts, runner, stages
from tfskel import arrays

CALLS = []


def collect(dataset, numbers):
    """Writes the numbers of the recipe."""
    CALLS.append("collect")
    (numbers / "numbers.json").write_text(json.dumps(list(dataset.numbers)))


def double(training, numbers, seed, doubled):
    """Writes each number times the factor plus the seed; remembers what an interrupted run left."""
    CALLS.append(f"double {seed}")
    left = (doubled / "left").exists()
    (doubled / "left").write_text("x")
    if training.fail:
        raise ValueError("told to fail")
    values = [training.factor * value + seed for value in json.loads((numbers / "numbers.json").read_text())]
    (doubled / "doubled.json").write_text(json.dumps({"values": values, "resumed": left}))


def add(doubled, total):
    """Adds the numbers of all seeds."""
    CALLS.append("add")
    values = [sum(json.loads((folder / "doubled.json").read_text())["values"]) for folder in doubled.values()]
    (total / "total.json").write_text(json.dumps(sum(values)))


COLLECT = stages.Stage(f"{__name__}:collect", "numbers", sections=("dataset",))
DOUBLE = stages.Stage(f"{__name__}:double", "doubled", ("numbers",), ("training",), repeated=True, resumable=True)
ADD = stages.Stage(f"{__name__}:add", "total", ("doubled",))
STAGES = (COLLECT, DOUBLE, ADD)


@pytest.fixture
def config():
    CALLS.clear()
    return ConfigDict(
        {
            "seeds": (1, 2),
            "dataset": {"numbers": (1, 2, 3), "divisions": ()},
            "training": {"factor": 2, "fail": False, "strategy": ""},
            "other": 0,
        }
    )


def total(workdir: pathlib.Path) -> int:
    return json.loads((workdir / "total/total.json").read_text())


def test_all_stages_run_once_for_each_seed_and_are_reused_afterwards(config, tmp_path):
    first = runner.run(config, tmp_path, STAGES)
    assert total(tmp_path) == 2 * 12 + 3 * (1 + 2)
    assert CALLS == ["collect", "double 1", "double 2", "add"]
    second = runner.run(config, tmp_path, STAGES)
    assert all(first) and not any(second)
    assert len(CALLS) == 4


def test_a_changed_setting_reruns_its_stage_and_what_follows_only(config, tmp_path):
    runner.run(config, tmp_path, STAGES)
    config.training.factor = 3
    CALLS.clear()
    runner.run(config, tmp_path, STAGES)
    assert CALLS == ["double 1", "double 2", "add"] and total(tmp_path) == 2 * 18 + 9


def test_another_seed_leaves_the_finished_seeds_alone(config, tmp_path):
    runner.run(config, tmp_path, STAGES)
    config.seeds = (1, 2, 5)
    CALLS.clear()
    runner.run(config, tmp_path, STAGES)
    assert CALLS == ["double 5", "add"]


def test_a_setting_no_stage_reads_reruns_nothing(config, tmp_path):
    runner.run(config, tmp_path, STAGES)
    config.other = 1
    assert not any(runner.run(config, tmp_path, STAGES))


def test_changed_source_files_rerun_the_stage_that_reads_them(config, tmp_path):
    raw = tmp_path / "raw.txt"
    raw.write_text("1")

    read = dataclasses.replace(COLLECT, source=lambda recipe: raw.read_text())
    runner.run(config, tmp_path / "work", (read,))
    assert runner.run(config, tmp_path / "work", (read,)) == [False]
    raw.write_text("2")
    assert runner.run(config, tmp_path / "work", (read,)) == [True]


def test_a_failing_stage_says_why_and_keeps_what_was_complete(config, tmp_path):
    runner.run(config, tmp_path, STAGES)
    config.training.update(fail=True, factor=9)
    with pytest.raises(runner.StageError, match=r"stage double \(seed 1\) failed: told to fail\n.*untouched"):
        runner.run(config, tmp_path, STAGES)
    assert total(tmp_path) == 33
    config.training.update(fail=False, factor=2)
    CALLS.clear()
    runner.run(config, tmp_path, STAGES)
    assert CALLS == [], "the complete outputs are still valid"


class OpError(Exception):
    """As TensorFlow raises it."""


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), OpError("No space left on device")])
def test_a_full_disk_is_told_with_the_place_whatever_library_met_it(config, tmp_path, monkeypatch, error):
    def fails(*arguments, **named):
        raise error

    monkeypatch.setitem(sys.modules, "tensorflow", types.SimpleNamespace(errors=types.SimpleNamespace(OpError=OpError)))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: types.SimpleNamespace(free=4096))
    monkeypatch.setattr(stages.Stage, "__call__", fails)
    with pytest.raises(
        runner.StageError, match="No space left on device.*\n.*The disk of .* has 4,096 bytes left"
    ) as told:
        runner.run(config, tmp_path, (COLLECT,))
    assert str(tmp_path) in str(told.value)


def test_an_interrupted_resumable_stage_gets_back_what_it_left(config, tmp_path):
    config.training.fail = True
    with pytest.raises(runner.StageError):
        runner.run(config, tmp_path, STAGES)
    key = runner.Plan(config, tmp_path, STAGES).keys["double", stages.Repeat(1)]
    config.training.fail = False
    assert runner.Plan(config, tmp_path, STAGES).keys["double", stages.Repeat(1)] != key
    runner.run(config, tmp_path, STAGES)
    assert not json.loads((tmp_path / "seed_1/doubled/doubled.json").read_text())["resumed"], (
        "other settings start anew"
    )

    work = artefacts.begin(
        tmp_path / "seed_2/doubled", runner.Plan(config, tmp_path, STAGES).keys["double", stages.Repeat(2)], resume=True
    )
    (work / "left").write_text("x")
    (work / f"{arrays.UNFINISHED}7.weights.h5").write_text("half")  # a program was killed while it wrote this
    (tmp_path / "seed_2/doubled" / artefacts.FINGERPRINT).unlink()
    runner.run(config, tmp_path, STAGES)
    assert json.loads((tmp_path / "seed_2/doubled/doubled.json").read_text())["resumed"]
    assert not list(tmp_path.rglob(f"{arrays.UNFINISHED}*"))


@pytest.mark.parametrize(
    "damage, reason",
    [
        (lambda folder: (folder / "fingerprint.json").write_text("{"), "is damaged"),
        (lambda folder: (folder / "fingerprint.json").write_text("[]"), "is damaged"),
        (lambda folder: (folder / "fingerprint.json").write_text('{"key": {}, "files": {"a": [1]}}'), "is damaged"),
        (lambda folder: (folder / "fingerprint.json").unlink(), "no fingerprint"),
        (lambda folder: (folder / "doubled.json").unlink(), "is missing"),
        (lambda folder: (folder / "doubled.json").write_text("{}"), "is damaged"),
    ],
)
def test_a_damaged_output_is_noticed_and_written_again(config, tmp_path, damage, reason):
    runner.run(config, tmp_path, STAGES)
    folder = tmp_path / "seed_1/doubled"
    damage(folder)
    assert reason in artefacts.finished(folder, runner.Plan(config, tmp_path, STAGES).keys["double", stages.Repeat(1)])
    CALLS.clear()
    runner.run(config, tmp_path, STAGES)
    assert CALLS == ["double 1"] and total(tmp_path) == 33


def test_named_stages_alone_run_and_missing_inputs_are_named(config, tmp_path):
    with pytest.raises(runner.StageError, match="needs .*numbers, which earlier stages have not written"):
        runner.run(config, tmp_path, STAGES, only=["double"])
    runner.run(config, tmp_path, STAGES, only=["collect"])
    runner.run(config, tmp_path, STAGES, only=["double"])
    assert CALLS == ["collect", "double 1", "double 2"]


def test_force_runs_a_finished_stage_again(config, tmp_path):
    runner.run(config, tmp_path, STAGES)
    CALLS.clear()
    runner.run(config, tmp_path, STAGES, force=["add"])
    assert CALLS == ["add"]


def test_an_unknown_stage_is_refused_with_the_list(config, tmp_path):
    with pytest.raises(ValueError, match=r"no stage 'trian'; the stages are collect, double, add"):
        runner.run(config, tmp_path, STAGES, only=["trian"])


def test_two_runs_in_one_folder_are_refused(config, tmp_path):
    with runner._locked(tmp_path), pytest.raises(ValueError, match="another run is working"):
        runner.run(config, tmp_path, STAGES)


def test_a_full_disk_leaves_the_earlier_output_in_place(config, tmp_path, monkeypatch):
    runner.run(config, tmp_path, STAGES)
    replace = os.replace

    def full(source, target):
        if str(source).endswith("doubled.partial"):
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    config.training.factor = 5
    with pytest.raises(runner.StageError, match="No space left on device"):
        runner.run(config, tmp_path, STAGES)
    assert total(tmp_path) == 33 and (tmp_path / "seed_1/doubled/doubled.json").exists()


@pytest.mark.parametrize("seeds, divisions", [((), ()), ((), (0,)), ((1, 2, 1), ()), ((1,), (0, 0))])
def test_no_seed_or_the_same_twice_is_refused_before_any_work(config, tmp_path, seeds, divisions):
    config.seeds = seeds
    config.dataset.divisions = divisions
    with pytest.raises(ValueError, match=r"at least one seed, and each seed and division once; received seeds"):
        runner.run(config, tmp_path, STAGES)
    assert CALLS == [] and not list(tmp_path.iterdir())


def test_every_seed_runs_on_every_division_in_a_folder_of_its_own(config, tmp_path):
    config.dataset.divisions = (0, 4)
    runner.run(config, tmp_path, STAGES)
    assert ["collect", *["double 1", "double 2"] * 2, "add"] == CALLS
    assert total(tmp_path) == 2 * (2 * 12 + 3 * (1 + 2))
    folders = {path.name for path in tmp_path.glob("seed_*")}
    assert folders == {"seed_1_division_0", "seed_2_division_0", "seed_1_division_4", "seed_2_division_4"}
    CALLS.clear()
    config.dataset.numbers = (1, 2, 3)
    assert not any(runner.run(config, tmp_path, STAGES))
