# SPDX-License-Identifier: MIT
"""What is compared: recipes with their settings, each with a folder that its run works in and may be finished in."""

import dataclasses
import hashlib
import itertools
import pathlib
import re
from collections.abc import Sequence

from ml_collections import ConfigDict

from components import recipe_check, recipe_flags, recipe_names, runner, screen, tested_set

SECTION = "--config."
SEEDS = f"{SECTION}seeds"
LONGEST = 100  # characters of a run's folder
STAGES = ("ingest", "train", "evaluate")  # what a comparison reads, and what these stages read


@dataclasses.dataclass(frozen=True)
class Entry:
    """One method: `words` as given, the resolved recipe and the folder of its run. `label` is its name in tables."""

    label: str
    words: str
    config: ConfigDict
    workdir: pathlib.Path


def read(named: Sequence[tuple[str, str]], runs: pathlib.Path, seeds: Sequence[int] = ()) -> list[Entry]:
    """The methods of a comparison.

    Args:
        named: (label, recipe and settings as `tools/run.py --config` takes them); a label "" is made of them.
        runs: folder of the runs. A recipe without settings works where `tools/run.py` does by default; settings, but
            for the seeds, make another folder.
        seeds: of every method; empty for those that the recipes say.

    Raises:
        ValueError: a recipe that cannot be used, the same method twice, or methods of different data sets or
            protocols.
    """
    found = []
    for label, words in named:
        path, settings, config = recipe_flags.read(words)
        if seeds:
            config.seeds = tuple(seeds)
        changed = [word.removeprefix(SECTION) for word in settings if not word.startswith(SEEDS)]
        folder = _short("_".join([recipe_names.default_name(path), *re.findall(r"\w+", " ".join(changed))]))
        argument = path.partition(".py:")[2].split(",")
        name = label or ", ".join([config.system, *filter(None, argument), *changed])
        found.append(Entry(name, words, config, runs / folder))
    _check(found)
    return found


def _short(name: str) -> str:
    """A name that file systems take; a digest stands for the end of a long one."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _check(entries: Sequence[Entry]) -> None:
    for entry in entries:
        recipe_check.check(entry.config)
    for one, other in itertools.combinations(entries, 2):
        if one.workdir == other.workdir or one.label == other.label:
            raise ValueError(f"the same method stands there twice: {one.words!r} and {other.words!r}.")
    first, facts = entries[0], _facts(entries[0].config)
    for entry in entries[1:]:
        for name, value in _facts(entry.config).items():
            if value != facts.get(name):
                raise ValueError(
                    "only results on one data set and protocol can be compared: "
                    f"{name} is {facts.get(name)!r} in {first.words!r} and {value!r} in {entry.words!r}. "
                    "Make them equal, or compare in two tables."
                )


def _facts(config: ConfigDict) -> dict:
    """Settings that decide what is searched, and in what; the same for all methods of a comparison."""
    from datasets_tfds import catalogue

    dataset = config.dataset
    names = [name for name in ("name", "probe", "manual_dir", "divisions", "length", "cut_gaps") if name in dataset]
    facts = {f"dataset.{name}": dataset[name] for name in names}
    options = catalogue.options(dataset.name) | dataset.options.to_dict()
    facts |= {f"dataset.options.{name}": value for name, value in options.items()}
    facts |= {f"evaluation.{name}": config.evaluation[name] for name in ("on", "on_probe", "on_division")}
    return facts | {"evaluation.pooling": pooling(config)}


def pooling(config: ConfigDict) -> str:
    """How the frames of a tracklet become one item, "" where each is its own."""
    return tested_set.protocol(config.dataset, config.evaluation).pooling


def finish(entries: Sequence[Entry], stages: Sequence[str] = STAGES) -> None:
    """Runs what is missing of every method, after a look at all of them.

    Args:
        entries: the methods.
        stages: names of the stages; empty for all, with a report of each run.

    Raises:
        FileNotFoundError: the data set is missing.
        runner.StageError: a stage failed.
    """
    from components import ingest

    for entry in entries:
        ingest.check_available(entry.config)
    for entry in entries:
        with screen.log(entry.workdir):
            runner.run(entry.config, entry.workdir, only=stages)
