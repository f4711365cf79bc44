# SPDX-License-Identifier: MIT
"""Runs the stages of a recipe in order and reuses what is already there."""

import contextlib
import dataclasses
import fcntl
import json
import pathlib
import time
from collections.abc import Iterator, Sequence

import ml_collections
from absl import logging

from components import artefacts, base


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
        stages: components in the order of the data flow.
    """

    config: ml_collections.ConfigDict
    workdir: pathlib.Path
    stages: Sequence[base.Component]

    def __post_init__(self):
        self.producers = {stage.output: stage for stage in self.stages}
        self._keys = {}

    def seeds(self, stage: base.Component) -> list[int | None]:
        """Seeds the stage runs for; [None] when it runs once."""
        return [int(seed) for seed in self.config.seeds] if stage.per_seed else [None]

    def folder(self, stage: base.Component, seed: int | None) -> pathlib.Path:
        """Final folder of a stage's output."""
        parent = self.workdir / f"seed_{seed}" if stage.per_seed else self.workdir
        return parent / stage.output

    def key(self, stage: base.Component, seed: int | None) -> dict:
        """Everything that decides a stage's output: settings, seed, code, inputs, raw files."""
        if (stage.name, seed) not in self._keys:
            self._keys[stage.name, seed] = self._new_key(stage, seed)
        return self._keys[stage.name, seed]

    def _new_key(self, stage: base.Component, seed: int | None) -> dict:
        inputs, sections = {}, stage.named("param") + list(base.RECIPE if stage.named("recipe") else ())
        for name in stage.named("input", "each"):
            producer = self.producers[name]
            wanted = [seed] if stage.per_seed and producer.per_seed else self.seeds(producer)
            inputs[name] = [artefacts.fingerprint_of(self.key(producer, each)) for each in wanted]
        return {
            "stage": stage.name,
            "seed": seed,
            "params": {name: _plain(self.config.get(name)) for name in sections},
            "code": base.code_version(stage.packages),
            "inputs": inputs,
            "source": _plain(stage.source(self.config)) if stage.source else None,
        }

    def arguments(self, stage: base.Component, seed: int | None, work: pathlib.Path) -> dict:
        """Keyword arguments of one call of a component."""
        values = {}
        for name, kind in stage.roles.items():
            if kind == "param":
                values[name] = self.config.get(name)
            elif kind == "recipe":
                values[name] = {section: self.config.get(section) for section in base.RECIPE}
            elif kind == "seed":
                values[name] = seed
            elif kind == "each":
                producer = self.producers[name]
                values[name] = {each: self.folder(producer, each) for each in self.seeds(producer)}
            elif kind == "input":
                values[name] = self.folder(self.producers[name], seed)
            else:
                values[name] = work
        return values


def _check_names(stages: Sequence[base.Component], *selections: Sequence[str]) -> None:
    known = [stage.name for stage in stages]
    for name in {name for selection in selections for name in selection}:
        if name not in known:
            raise ValueError(f"there is no stage {name!r}; the stages are {', '.join(known)}.")


@contextlib.contextmanager
def _locked(workdir: pathlib.Path) -> Iterator[None]:
    workdir.mkdir(parents=True, exist_ok=True)
    with (workdir / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ValueError(
                f"another run is working in {workdir}; wait for it or choose another --workdir."
            ) from error
        yield


def _missing_inputs(plan: Plan, stage: base.Component, seed: int | None) -> list[pathlib.Path]:
    values = plan.arguments(stage, seed, pathlib.Path())
    paths = [values[name] for name in stage.named("input")]
    paths += [path for name in stage.named("each") for path in values[name].values()]
    return [path for path in paths if not (path / artefacts.FINGERPRINT).exists()]


def _run_stage(plan: Plan, stage: base.Component, seed: int | None, force: bool) -> Outcome:
    folder, key = plan.folder(stage, seed), plan.key(stage, seed)
    label = stage.name if seed is None else f"{stage.name} (seed {seed})"
    reason = "forced" if force else artefacts.finished(folder, key)
    if not reason:
        logging.info("stage %s: reused %s", label, folder)
        return Outcome(stage.name, "reused", 0.0, folder)
    if missing := _missing_inputs(plan, stage, seed):
        raise StageError(
            f"stage {label} needs {', '.join(map(str, missing))}, which earlier stages have not written; "
            "run without --stages, or name the earlier stages too."
        )
    logging.info("stage %s: running (%s)", label, reason)
    began = time.monotonic()
    work = artefacts.begin(folder, key, stage.resumable and not force)
    try:
        stage(**plan.arguments(stage, seed, work))
        artefacts.publish(folder, key)
    except (ValueError, OSError, RuntimeError) as error:
        raise StageError(f"stage {label} failed: {error}\nOutputs of earlier stages are untouched.") from error
    seconds = time.monotonic() - began
    logging.info("stage %s: ran in %.1f s -> %s", label, seconds, folder)
    return Outcome(stage.name, "ran", seconds, folder)


def run(
    config: ml_collections.ConfigDict,
    workdir: str | pathlib.Path,
    stages: Sequence[base.Component],
    only: Sequence[str] = (),
    force: Sequence[str] = (),
) -> list[Outcome]:
    """Runs the stages of a recipe.

    Args:
        config: resolved recipe; its sections are the components' parameters, `config.seeds` the seeds.
        workdir: folder of the run; outputs are `workdir/<output>` or `workdir/seed_<s>/<output>`.
        stages: components in the order of the data flow.
        only: stage names to run; empty for all. Inputs of a named stage must be there.
        force: stage names to run even when their output could be reused.

    Returns:
        one Outcome per stage and seed.

    Raises:
        ValueError: an unknown stage name, or another run works in the same folder.
        StageError: a stage failed; nothing that was complete before is lost.
    """
    _check_names(stages, only, force)
    plan = Plan(config, pathlib.Path(workdir), stages)
    outcomes = []
    with _locked(plan.workdir):
        artefacts.write_json(plan.workdir / "config.json", _plain(config))
        for stage in stages:
            if not only or stage.name in only:
                for seed in plan.seeds(stage):
                    outcomes.append(_run_stage(plan, stage, seed, stage.name in force))
    return outcomes
