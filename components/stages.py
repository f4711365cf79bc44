# SPDX-License-Identifier: MIT
"""The stages of a run, in the order of the data flow: what each reads and writes."""

import dataclasses
import functools
import importlib
import itertools
from collections.abc import Callable

import ml_collections

RECIPE = ("system", "dataset", "network", "training", "recognition", "selection")
"""Sections that a system is built from; handed on together as `recipe`. Those that a recipe lacks are None."""


@dataclasses.dataclass(frozen=True)
class Repeat:
    """One of the runs that a recipe asks for: a seed, and a random division of the data set where it has several."""

    seed: int
    division: int | None = None

    @property
    def label(self) -> int | str:
        """What results of this repeat are called."""
        return self.seed if self.division is None else f"{self.seed}, division {self.division}"

    @property
    def folder(self) -> str:
        """Folder of its outputs, inside the run's."""
        return f"seed_{self.seed}" + ("" if self.division is None else f"_division_{self.division}")


def repeats(config: ml_collections.ConfigDict) -> list[Repeat]:
    """Every seed on every division.

    Raises:
        ValueError: there is no seed, or a seed or division stands there twice.
    """
    divisions = config.dataset.divisions or (None,)
    made = [Repeat(int(seed), division) for division, seed in itertools.product(divisions, config.seeds)]
    if not made or len(set(made)) < len(made):
        raise ValueError(
            f"a run needs at least one seed, and each seed and division once; received seeds {tuple(config.seeds)}, "
            f"divisions {tuple(config.dataset.divisions)}. Try --config.seeds=1, or --config.seeds=1,2,3."
        )
    return made


@dataclasses.dataclass(frozen=True)
class Stage:
    """A function that reads folders and writes one, called with keyword arguments.

    Attributes:
        function: "module:name". It receives each section, input and output under its name; `recipe` (a dictionary of
            the sections in RECIPE, and `division`) and `seed` where it wants them.
        output: name of the folder it writes, which appears only when it is complete.
        inputs: outputs of earlier stages that it reads.
        sections: sections of the recipe beside RECIPE.
        recipe: it is built from the sections in RECIPE.
        repeated: it runs once for each repeat; otherwise it gets a repeated input as dictionary label -> folder.
        resumable: what an interrupted run with the same settings left is still in the folder.
        chosen: recipe -> modules that it runs without importing them by name.
        source: recipe -> JSON-able state of the files outside the run that it reads.
    """

    function: str
    output: str
    inputs: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    recipe: bool = False
    repeated: bool = False
    resumable: bool = False
    chosen: Callable | None = None
    source: Callable | None = None

    @property
    def name(self) -> str:
        """What it is called on the command line."""
        return self.function.partition(":")[2]

    def __call__(self, **arguments):
        """Runs the function."""
        module, _, name = self.function.partition(":")
        return getattr(importlib.import_module(module), name)(**arguments)

    def modules(self, config: ml_collections.ConfigDict) -> list[str]:
        """Modules whose source, with all that they import, decides the output."""
        return [self.function.partition(":")[0], *(self.chosen(config) if self.chosen else ())]


def _system(config) -> list[str]:
    from tfskel import systems

    return [systems.module(config.system)]


def _builder(config) -> list[str]:
    from datasets_tfds import catalogue

    return [catalogue.module(config.dataset.name)]


def _raw_files(config) -> dict:
    from components import ingest

    return ingest.source(config)


def _tested_files(config) -> dict | None:
    from components import tested_set

    return tested_set.source(config)


_fitted = functools.partial(Stage, recipe=True, repeated=True, chosen=_system)

STAGES = (
    Stage(
        "components.ingest:ingest", "recordings", sections=("dataset",), chosen=_builder, source=_raw_files
    ),
    _fitted("components.train:train", "model", ("recordings",), resumable=True),
    _fitted("components.export.stage:export", "saved_model", ("recordings", "model"), ("export", "evaluation")),
    _fitted("components.cluster:cluster", "clusters", ("recordings", "model"), ("clustering",)),
    _fitted("components.evaluate:evaluate", "results", ("recordings", "model"), ("evaluation",), source=_tested_files),
    Stage(
        "components.report.stage:report", "report", ("recordings", "model", "saved_model", "clusters", "results"),
        ("evaluation", "published"), recipe=True,
    ),
)  # fmt: skip
