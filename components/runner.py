# SPDX-License-Identifier: MIT
"""Runs the stages of a recipe in order and reuses what is already there."""

import contextlib
import dataclasses
import json
import pathlib
import shutil
import sys
import time
from collections.abc import Iterator, Sequence

import filelock
import ml_collections
from absl import logging

from components import artefacts, code_version, stages, workers
from tfskel import arrays

LITTLE = 64 << 20  # bytes on a disk


class StageError(RuntimeError):
    """A stage failed; the message says which, why, and that earlier outputs are untouched."""


def _plain(value):
    """A setting as JSON gives it back, so that it equals what was stored."""
    return json.loads(json.dumps(value, default=dict))


class Plan:
    """Every stage and repeat of one recipe, in the order of the data flow.

    Args:
        config: the resolved recipe.
        workdir: folder of the run.
        rows: the stages.

    Attributes:
        keys: (stage name, repeat) -> everything that decides that output: settings, code, inputs, raw files.
    """

    def __init__(self, config: ml_collections.ConfigDict, workdir: pathlib.Path, rows: Sequence[stages.Stage]):
        self.config, self.workdir, self.rows = config, workdir, rows
        self.producers = {stage.output: stage for stage in rows}
        self.repeats = stages.repeats(config)
        self.keys: dict[tuple, dict] = {}
        for stage, repeat in self.runs():
            self.keys[stage.name, repeat] = self._key(stage, repeat)

    def runs(self) -> list[tuple[stages.Stage, stages.Repeat | None]]:
        """Every stage with each of its repeats; None for a stage that runs once."""
        return [(stage, repeat) for stage in self.rows for repeat in self._repeats(stage)]

    def _repeats(self, stage: stages.Stage) -> list[stages.Repeat | None]:
        return self.repeats if stage.repeated else [None]

    def folder(self, stage: stages.Stage, repeat: stages.Repeat | None) -> pathlib.Path:
        """Final folder of a stage's output."""
        return self.workdir / (repeat.folder if repeat else "") / stage.output

    def _read(self, stage: stages.Stage, repeat: stages.Repeat | None) -> Iterator[tuple]:
        """Each input: (stage that wrote it, repeats that are read)."""
        for producer in (self.producers[name] for name in stage.inputs):
            yield producer, [repeat] if stage.repeated and producer.repeated else self._repeats(producer)

    def _key(self, stage: stages.Stage, repeat: stages.Repeat | None) -> dict:
        sections = (*stage.sections, *(stages.RECIPE if stage.recipe else ()))
        return {
            "stage": stage.name,
            "repeat": dataclasses.asdict(repeat) if repeat else None,
            "params": {name: _plain(self.config.get(name)) for name in sections},
            "code": code_version.version(stage.modules(self.config)),
            "inputs": {
                producer.output: [artefacts.fingerprint_of(self.keys[producer.name, each]) for each in wanted]
                for producer, wanted in self._read(stage, repeat)
            },
            "source": _plain(stage.source(self.config)) if stage.source else None,
        }

    def arguments(self, stage: stages.Stage, repeat: stages.Repeat | None, work: pathlib.Path) -> dict:
        """Keyword arguments of one call of a stage."""
        values = {name: self.config.get(name) for name in stage.sections} | {stage.output: work}
        if stage.recipe:
            sections = {section: self.config.get(section) for section in stages.RECIPE}
            values["recipe"] = sections | {"division": repeat.division if repeat else None}
        if repeat:
            values["seed"] = repeat.seed
        for producer, wanted in self._read(stage, repeat):
            folders = {each.label if each else None: self.folder(producer, each) for each in wanted}
            several = producer.repeated and not stage.repeated
            values[producer.output] = folders if several else folders.popitem()[1]
        return values

    def reason(self, stage: stages.Stage, repeat: stages.Repeat | None, forced: bool) -> str:
        """Why a stage must run; "" where its output can be reused."""
        return "forced" if forced else artefacts.finished(self.folder(stage, repeat), self.keys[stage.name, repeat])

    def missing(self, stage: stages.Stage, repeat: stages.Repeat | None) -> list[pathlib.Path]:
        """Input folders that are not complete."""
        folders = [self.folder(producer, each) for producer, wanted in self._read(stage, repeat) for each in wanted]
        return [folder for folder in folders if not (folder / artefacts.FINGERPRINT).exists()]


@contextlib.contextmanager
def _locked(workdir: pathlib.Path) -> Iterator[None]:
    workdir.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(workdir / ".lock", timeout=0):
            yield
    except filelock.Timeout as error:
        raise ValueError(f"another run is working in {workdir}; wait for it or choose another --workdir.") from error


def _label(stage: stages.Stage, repeat: stages.Repeat | None) -> str:
    return f"{stage.name} (seed {repeat.label})" if repeat else stage.name


def _errors_of_tensorflow() -> tuple[type[Exception], ...]:
    """What its files and steps raise; nothing before a stage has imported it."""
    tensorflow = sys.modules.get("tensorflow")
    return (tensorflow.errors.OpError,) if tensorflow else ()


def _room(workdir: pathlib.Path) -> str:
    """A sentence where the disk is nearly full, which not every library says of the write that failed."""
    free = shutil.disk_usage(workdir).free
    if free >= LITTLE:
        return ""
    return f"\nThe disk of {workdir} has {free:,} bytes left; if that is the reason, make room and run this again."


def _run_stage(plan: Plan, stage: stages.Stage, repeat: stages.Repeat | None, reason: str, force: bool) -> bool:
    """Runs a stage unless there is no `reason` to; whether it ran."""
    folder, key, label = plan.folder(stage, repeat), plan.keys[stage.name, repeat], _label(stage, repeat)
    if not reason:
        logging.debug("stage %s: reused %s", label, folder)
        return False
    if missing := plan.missing(stage, repeat):
        raise StageError(
            f"stage {label} needs {', '.join(map(str, missing))}, which earlier stages have not written; "
            "run without --stages, or name the earlier stages too."
        )
    logging.info("stage %s: running", label, extra={"stage": label})
    began = time.monotonic()
    work = artefacts.begin(folder, key, stage.resumable and not force)
    try:
        with workers.together(plan.config):
            if stage.resumable:
                workers.call(plan.config, plan.repeats.index(repeat) + 1)
            stage(**plan.arguments(stage, repeat, work))
        artefacts.publish(folder, key)
    except (ValueError, OSError, RuntimeError, *_errors_of_tensorflow()) as error:
        logging.debug("stage %s failed", label, exc_info=error)
        raise StageError(
            f"stage {label} failed: {error}{_room(plan.workdir)}\nOutputs of earlier stages are untouched."
        ) from error
    seconds = time.monotonic() - began
    logging.info("stage %s: ran in %.1f s -> %s", label, seconds, folder, extra={"stage": "", "stays": True})
    return True


def _announce(plan: Plan, reasons: dict[tuple, str]) -> None:
    """Says of every stage whether it will run, and why."""
    width = max(len(_label(*run)) for run in reasons)
    lines = [f"  {_label(*run):{width}}  {f'run ({reason})' if reason else 'reuse'}" for run, reason in reasons.items()]
    logging.info("work in %s:\n%s", plan.workdir, "\n".join(lines), extra={"stays": True})
    logging.debug("recipe:\n%s", plan.config)


def run(
    config: ml_collections.ConfigDict,
    workdir: str | pathlib.Path,
    rows: Sequence[stages.Stage] = stages.STAGES,
    only: Sequence[str] = (),
    force: Sequence[str] = (),
) -> list[bool]:
    """Runs the stages of a recipe.

    Args:
        config: resolved recipe; its sections are the stages' settings, its seeds and divisions the repeats.
        workdir: folder of the run; outputs are `workdir/<output>` or `workdir/<repeat>/<output>`.
        rows: stages in the order of the data flow.
        only: stage names to run; empty for all. Inputs of a named stage must be there.
        force: stage names to run even when their output could be reused.

    Returns:
        for each stage and repeat, whether it ran; it was reused otherwise. Empty for another worker than the chief.

    Raises:
        ValueError: an unknown stage name, no seed, or another run works in the same folder.
        StageError: a stage failed; nothing that was complete before is lost.
    """
    known = [stage.name for stage in rows]
    for name in (*only, *force):
        if name not in known:
            raise ValueError(f"there is no stage {name!r}; the stages are {', '.join(known)}.")
    if not workers.chief(config):
        with workers.together(config):
            workers.follow(next(stage for stage in rows if stage.resumable), Plan(config, pathlib.Path(workdir), rows))
        return []
    plan = Plan(config, pathlib.Path(workdir), rows)
    with _locked(plan.workdir):
        arrays.write_json(plan.workdir / "config.json", _plain(config))
        wanted = [(stage, repeat) for stage, repeat in plan.runs() if not only or stage.name in only]
        reasons = {run: plan.reason(*run, forced=run[0].name in force) for run in wanted}
        _announce(plan, reasons)
        ran = [_run_stage(plan, *run, reason, run[0].name in force) for run, reason in reasons.items()]
        workers.call(config)
        return ran
