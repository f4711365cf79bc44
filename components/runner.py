# SPDX-License-Identifier: MIT
"""Runs the stages of a recipe in order and reuses what is already there."""

import contextlib
import dataclasses
import json
import pathlib
import time
from collections.abc import Iterator, Sequence

import filelock
import ml_collections
from absl import logging

from components import artefacts, code_version
from components import stages as stage_rows
from tfskel import arrays


class StageError(RuntimeError):
    """A stage failed; the message says which, why, and that earlier outputs are untouched."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What happened to one stage: `status` is "reused" or "ran"."""

    stage: str
    status: str
    seconds: float
    folder: pathlib.Path


def _plain(value):
    if isinstance(value, ml_collections.ConfigDict):
        return {name: _plain(item) for name, item in value.items()}
    return json.loads(json.dumps(value))


@dataclasses.dataclass
class Plan:
    """Folders and fingerprints of every stage of one recipe.

    Args:
        config: the resolved recipe.
        workdir: folder of the run.
        stages: rows in the order of the data flow.
    """

    config: ml_collections.ConfigDict
    workdir: pathlib.Path
    stages: Sequence[stage_rows.Stage]

    def __post_init__(self):
        self.producers = {stage.output: stage for stage in self.stages}
        self.repeats = stage_rows.repeats(self.config)
        self._keys = {}
        for stage in self.stages:
            for repeat in self.runs(stage):
                self.key(stage, repeat)

    def runs(self, stage: stage_rows.Stage) -> list[stage_rows.Repeat | None]:
        """Repeats the stage runs for; [None] when it runs once."""
        return self.repeats if stage.repeated else [None]

    def folder(self, stage: stage_rows.Stage, repeat: stage_rows.Repeat | None) -> pathlib.Path:
        """Final folder of a stage's output."""
        return self.workdir / (repeat.folder if stage.repeated else "") / stage.output

    def _read(self, stage: stage_rows.Stage, repeat: stage_rows.Repeat | None) -> Iterator[tuple]:
        """Each input: (name, stage that wrote it, repeats that are read)."""
        for name in stage.inputs:
            producer = self.producers[name]
            yield name, producer, [repeat] if stage.repeated and producer.repeated else self.runs(producer)

    def key(self, stage: stage_rows.Stage, repeat: stage_rows.Repeat | None) -> dict:
        """Everything that decides a stage's output: settings, repeat, code, inputs, raw files."""
        if (stage.name, repeat) not in self._keys:
            sections = (*stage.sections, *(stage_rows.RECIPE if stage.recipe else ()))
            self._keys[stage.name, repeat] = {
                "stage": stage.name,
                "repeat": dataclasses.asdict(repeat) if repeat else None,
                "params": {name: _plain(self.config.get(name)) for name in sections},
                "code": code_version.version(stage.modules(self.config)),
                "inputs": {
                    name: [artefacts.fingerprint_of(self.key(producer, each)) for each in wanted]
                    for name, producer, wanted in self._read(stage, repeat)
                },
                "source": _plain(stage.source(self.config)) if stage.source else None,
            }
        return self._keys[stage.name, repeat]

    def arguments(self, stage: stage_rows.Stage, repeat: stage_rows.Repeat | None, work: pathlib.Path) -> dict:
        """Keyword arguments of one call of a stage."""
        values = {name: self.config.get(name) for name in stage.sections} | {stage.output: work}
        if stage.recipe:
            sections = {section: self.config.get(section) for section in stage_rows.RECIPE}
            values["recipe"] = sections | {"division": repeat.division if repeat else None}
        if stage.repeated:
            values["seed"] = repeat.seed
        for name, producer, wanted in self._read(stage, repeat):
            folders = {each.label if each else None: self.folder(producer, each) for each in wanted}
            values[name] = folders if producer.repeated and not stage.repeated else folders.popitem()[1]
        return values

    def missing(self, stage: stage_rows.Stage, repeat: stage_rows.Repeat | None) -> list[pathlib.Path]:
        """Input folders that are not complete."""
        folders = [self.folder(producer, each) for _, producer, wanted in self._read(stage, repeat) for each in wanted]
        return [folder for folder in folders if not (folder / artefacts.FINGERPRINT).exists()]


def _check_names(stages: Sequence[stage_rows.Stage], *selections: Sequence[str]) -> None:
    known = [stage.name for stage in stages]
    for name in {name for selection in selections for name in selection}:
        if name not in known:
            raise ValueError(f"there is no stage {name!r}; the stages are {', '.join(known)}.")


@contextlib.contextmanager
def _locked(workdir: pathlib.Path) -> Iterator[None]:
    workdir.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(workdir / ".lock", timeout=0):
            yield
    except filelock.Timeout as error:
        raise ValueError(f"another run is working in {workdir}; wait for it or choose another --workdir.") from error


def _run_stage(plan: Plan, stage: stage_rows.Stage, repeat: stage_rows.Repeat | None, force: bool) -> Outcome:
    folder, key = plan.folder(stage, repeat), plan.key(stage, repeat)
    label = stage.name if repeat is None else f"{stage.name} (seed {repeat.label})"
    reason = "forced" if force else artefacts.finished(folder, key)
    if not reason:
        logging.info("stage %s: reused %s", label, folder)
        return Outcome(stage.name, "reused", 0.0, folder)
    if missing := plan.missing(stage, repeat):
        raise StageError(
            f"stage {label} needs {', '.join(map(str, missing))}, which earlier stages have not written; "
            "run without --stages, or name the earlier stages too."
        )
    logging.info("stage %s: running (%s)", label, reason)
    began = time.monotonic()
    work = artefacts.begin(folder, key, stage.resumable and not force)
    try:
        stage(**plan.arguments(stage, repeat, work))
        artefacts.publish(folder, key)
    except (ValueError, OSError, RuntimeError) as error:
        raise StageError(f"stage {label} failed: {error}\nOutputs of earlier stages are untouched.") from error
    seconds = time.monotonic() - began
    logging.info("stage %s: ran in %.1f s -> %s", label, seconds, folder)
    return Outcome(stage.name, "ran", seconds, folder)


def run(
    config: ml_collections.ConfigDict,
    workdir: str | pathlib.Path,
    stages: Sequence[stage_rows.Stage],
    only: Sequence[str] = (),
    force: Sequence[str] = (),
) -> list[Outcome]:
    """Runs the stages of a recipe.

    Args:
        config: resolved recipe; its sections are the stages' settings, its seeds and divisions the repeats.
        workdir: folder of the run; outputs are `workdir/<output>` or `workdir/<repeat>/<output>`.
        stages: rows in the order of the data flow.
        only: stage names to run; empty for all. Inputs of a named stage must be there.
        force: stage names to run even when their output could be reused.

    Returns:
        one Outcome per stage and repeat.

    Raises:
        ValueError: an unknown stage name, no seed, or another run works in the same folder.
        StageError: a stage failed; nothing that was complete before is lost.
    """
    _check_names(stages, only, force)
    plan = Plan(config, pathlib.Path(workdir), stages)
    outcomes = []
    with _locked(plan.workdir):
        arrays.write_json(plan.workdir / "config.json", _plain(config))
        for stage in stages:
            if not only or stage.name in only:
                for repeat in plan.runs(stage):
                    outcomes.append(_run_stage(plan, stage, repeat, stage.name in force))
    return outcomes
