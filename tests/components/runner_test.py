# SPDX-License-Identifier: MIT
"""The runner reuses what is finished, redoes what is not, and never loses what was complete."""

import json
import os
import pathlib

import pytest
from ml_collections import ConfigDict

from components import artefacts, base, runner

CALLS = []


@base.component()
def collect(dataset: base.Param, numbers: base.Output):
    """Writes the numbers of the recipe."""
    CALLS.append("collect")
    (numbers / "numbers.json").write_text(json.dumps(list(dataset.numbers)))


@base.component()
def double(training: base.Param, numbers: base.Input, seed: base.Seed, doubled: base.Resumable):
    """Writes each number times the factor plus the seed; remembers what an interrupted run left."""
    CALLS.append(f"double {seed}")
    left = (doubled / "left").exists()
    (doubled / "left").write_text("x")
    if training.fail:
        raise ValueError("told to fail")
    values = [training.factor * value + seed for value in json.loads((numbers / "numbers.json").read_text())]
    (doubled / "doubled.json").write_text(json.dumps({"values": values, "resumed": left}))


@base.component()
def add(doubled: base.Each, total: base.Output):
    """Adds the numbers of all seeds."""
    CALLS.append("add")
    values = [sum(json.loads((folder / "doubled.json").read_text())["values"]) for folder in doubled.values()]
    (total / "total.json").write_text(json.dumps(sum(values)))


STAGES = (collect, double, add)


@pytest.fixture
def config():
    CALLS.clear()
    return ConfigDict(
        {"seeds": (1, 2), "dataset": {"numbers": (1, 2, 3)}, "training": {"factor": 2, "fail": False}, "other": 0}
    )


def total(workdir: pathlib.Path) -> int:
    return json.loads((workdir / "total/total.json").read_text())


def test_all_stages_run_once_for_each_seed_and_are_reused_afterwards(config, tmp_path):
    first = runner.run(config, tmp_path, STAGES)
    assert total(tmp_path) == 2 * 12 + 3 * (1 + 2)
    assert CALLS == ["collect", "double 1", "double 2", "add"]
    second = runner.run(config, tmp_path, STAGES)
    assert {outcome.status for outcome in first} == {"ran"} and {outcome.status for outcome in second} == {"reused"}
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
    assert {outcome.status for outcome in runner.run(config, tmp_path, STAGES)} == {"reused"}


def test_changed_source_files_rerun_the_stage_that_reads_them(config, tmp_path):
    raw = tmp_path / "raw.txt"
    raw.write_text("1")

    @base.component(source=lambda recipe: raw.read_text())
    def read(dataset: base.Param, numbers: base.Output):
        (numbers / "numbers.json").write_text(f"[{raw.read_text()}]")

    runner.run(config, tmp_path / "work", (read,))
    assert runner.run(config, tmp_path / "work", (read,))[0].status == "reused"
    raw.write_text("2")
    assert runner.run(config, tmp_path / "work", (read,))[0].status == "ran"
    assert (tmp_path / "work/numbers/numbers.json").read_text() == "[2]"


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


def test_an_interrupted_resumable_stage_gets_back_what_it_left(config, tmp_path):
    config.training.fail = True
    with pytest.raises(runner.StageError):
        runner.run(config, tmp_path, STAGES)
    key = runner.Plan(config, tmp_path, STAGES).key(double, 1)
    config.training.fail = False
    assert runner.Plan(config, tmp_path, STAGES).key(double, 1) != key
    runner.run(config, tmp_path, STAGES)
    assert not json.loads((tmp_path / "seed_1/doubled/doubled.json").read_text())["resumed"], (
        "other settings start anew"
    )

    work = artefacts.begin(
        tmp_path / "seed_2/doubled", runner.Plan(config, tmp_path, STAGES).key(double, 2), resume=True
    )
    (work / "left").write_text("x")
    (tmp_path / "seed_2/doubled" / artefacts.FINGERPRINT).unlink()
    runner.run(config, tmp_path, STAGES)
    assert json.loads((tmp_path / "seed_2/doubled/doubled.json").read_text())["resumed"]


@pytest.mark.parametrize(
    "damage, reason",
    [
        (lambda folder: (folder / "fingerprint.json").write_text("{"), "is damaged"),
        (lambda folder: (folder / "fingerprint.json").write_text("[]"), "is damaged"),
        (lambda folder: (folder / "fingerprint.json").unlink(), "no fingerprint"),
        (lambda folder: (folder / "doubled.json").unlink(), "is missing"),
        (lambda folder: (folder / "doubled.json").write_text("{}"), "is damaged"),
    ],
)
def test_a_damaged_output_is_noticed_and_written_again(config, tmp_path, damage, reason):
    runner.run(config, tmp_path, STAGES)
    folder = tmp_path / "seed_1/doubled"
    damage(folder)
    assert reason in artefacts.finished(folder, runner.Plan(config, tmp_path, STAGES).key(double, 1))
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


def test_a_component_without_roles_or_output_is_refused():
    with pytest.raises(TypeError, match="argument 'numbers' .* has no role"):
        base.component()(lambda numbers: None)
    with pytest.raises(TypeError, match="exactly one output"):

        @base.component()
        def nothing(dataset: base.Param):
            pass


def test_the_code_version_follows_the_source(tmp_path, monkeypatch):
    (tmp_path / "somewhere.py").write_text("A = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    before = base.code_version.__wrapped__(("somewhere",))
    (tmp_path / "somewhere.py").write_text("A = 2\n")
    assert base.code_version.__wrapped__(("somewhere",)) != before
