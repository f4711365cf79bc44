# SPDX-License-Identifier: MIT
"""Results of several finished runs beside each other: means over seeds, intervals, and paired differences."""

import dataclasses
import itertools
import math
import statistics
from collections.abc import Sequence

import numpy as np

from components import evaluate, stages
from components.compare import entries
from components.report import reading, tables
from tfskel.evaluation import bootstrap
from tfskel.training import selection

FAMILIES = {evaluate.FAMILY_A: f"{evaluate.FAMILY_A} ", evaluate.FAMILY_B: ""}
"""Compared families -> how the names of their scores begin in probes.npz, before the selection."""
NO_LEARNING, BEST = "no learning", "the best"


@dataclasses.dataclass(frozen=True)
class Result:
    """One method by one selection in one family.

    Attributes:
        method, selection: names; a row that learns nothing has no selection.
        learns: whether anything was learned.
        seeds: labels of its repeats; one where all are the same. values: metric -> its fraction for each of them.
        drawn: (2, 1 + draws) as from `bootstrap.drawn`.
    """

    method: str
    selection: str
    learns: bool
    seeds: list[int | str]
    values: dict[str, list[float]]
    drawn: np.ndarray

    def mean(self, metric: str) -> float:
        """Mean over the repeats; NaN where it is not known."""
        known = [value for value in self.values.get(metric, ()) if math.isfinite(value)]
        return statistics.fmean(known) if known else math.nan

    def deviation(self, metric: str) -> float:
        """Sample deviation over the repeats; NaN for one repeat."""
        known = [value for value in self.values.get(metric, ()) if math.isfinite(value)]
        return statistics.stdev(known) if len(known) > 1 else math.nan

    def interval(self, metric: str) -> tuple[float, float]:
        """95 % interval over the probe's units."""
        return bootstrap.interval(self.drawn[bootstrap.METRICS.index(metric)])[1:]

    def against(self, other: "Result", metric: str) -> dict[str, float]:
        """ "points", "low", "high", "p" of this minus another."""
        row = bootstrap.METRICS.index(metric)
        difference = self.drawn[row] - other.drawn[row]
        named = dict(zip(("points", "low", "high"), bootstrap.interval(difference), strict=True))
        return named | {"p": bootstrap.p_value(difference)}


@dataclasses.dataclass(frozen=True)
class Family:
    """All results of one metric family on one probe; `drawn` says over what the intervals are."""

    title: str
    drawn: str
    results: list[Result]

    def references(self, metric: str) -> dict[str, Result]:
        """The best result without learning and the best with it, of those whose metric is known.

        An epoch chosen on the probe itself is the best only where no method has another.
        """
        known = [result for result in self.results if math.isfinite(result.mean(metric))]
        learned = [result for result in known if result.learns]
        fair = [result for result in learned if result.selection != selection.PROBE_BEST] or learned
        candidates = {NO_LEARNING: [result for result in known if not result.learns], BEST: fair}
        return {name: max(some, key=lambda one: one.mean(metric)) for name, some in candidates.items() if some}


def runs(methods: Sequence[entries.Entry]) -> dict[str, reading.Run]:
    """Label -> its finished run."""
    return {entry.label: _run(entry) for entry in methods}


def _run(entry: entries.Entry) -> reading.Run:
    repeats = stages.repeats(entry.config)
    of_stage = {name: {one.label: entry.workdir / one.folder / name for one in repeats}
                for name in ("model", "saved_model", "clusters", "results")}  # fmt: skip
    return reading.Run(entry.workdir / "recordings", **of_stage)


def families(finished: dict[str, reading.Run]) -> list[Family]:
    """Every family that one of the runs has.

    Raises:
        ValueError: the runs were not scored on the same probe items.
    """
    rows = {label: run.rows() for label, run in finished.items()}
    probes = {label: run.probes() for label, run in finished.items()}
    _check_items(probes)
    first = next(iter(next(iter(probes.values())).values()))
    found = []
    for title, prefix in FAMILIES.items():
        several = _rows(title, rows)
        searched = [_searches(probes[label], row_seeds, prefix + key) for label, key, row_seeds, _ in several]
        if several:
            units = bootstrap.names(searched)
            drawn = (bootstrap.drawn(searches, units) for searches in searched)
            labelled = [(row[0], _result(*row, values)) for row, values in zip(several, drawn, strict=True)]
            found.append(Family(title, f"{len(units)} {first['drawn']} of the probe", _once(labelled)))
    return found


def _check_items(probes: dict[str, dict]) -> None:
    items = {label: np.sort(next(iter(of_seed.values()))["unit"]) for label, of_seed in probes.items()}
    for (one, first), (other, second) in itertools.combinations(items.items(), 2):
        if not np.array_equal(first, second):
            raise ValueError(
                f"{one} and {other} were scored on other probe items ({len(first):,} and {len(second):,}); give both "
                "the same settings of the data set."
            )


def _rows(title: str, rows: dict[str, dict]) -> list[tuple[str, str, list, list[dict]]]:
    """(label of the run, selection, its seeds, its rows) of the family's main features, then what learns nothing."""
    order = {name: place for place, name in enumerate(tables.TRUST)}
    found = []
    for part in ("rows", "baselines"):
        for label, of_run in rows.items():
            mine = [row for row in of_run[part] if row["family"] == title]
            kept = dict.fromkeys(row["selection"] for row in mine)
            main = sorted((key for key in kept if key in order), key=order.get) if part == "rows" else kept
            for key in main:
                of_key = [row for row in mine if row["selection"] == key]
                found.append((label, key, [row["seed"] for row in of_key], of_key))
    return found


def _searches(probes: dict, seeds: list, key: str) -> bootstrap.Searches:
    """Searches of some seeds; of all where a row stands for all."""
    wanted = probes if None in seeds else seeds
    return [search for seed in wanted for search in bootstrap.searches(probes[seed], key)]


def _result(label: str, key: str, seeds: list, rows: list[dict], drawn: np.ndarray) -> Result:
    learns = not key.startswith(evaluate.NO_LEARNING)
    values = {metric: [row["metrics"].get(metric, math.nan) for row in rows] for metric in rows[0]["metrics"]}
    if len(rows) > 1 and all(row["metrics"] == rows[0]["metrics"] for row in rows):
        seeds, values = seeds[:1], {metric: of_seeds[:1] for metric, of_seeds in values.items()}
    if learns:
        return Result(label, key, True, seeds, values, drawn)
    known = [seed for seed in seeds if seed is not None]
    return Result(key.removeprefix(evaluate.NO_LEARNING), "", False, known, values, drawn)


def _once(labelled: list[tuple[str, Result]]) -> list[Result]:
    """Rows that learn nothing once where all runs agree on them; else, as an untrained network, one of each run."""
    found = [result for _, result in labelled if result.learns]
    for name in dict.fromkeys(result.method for _, result in labelled if not result.learns):
        several = [(label, result) for label, result in labelled if not result.learns and result.method == name]
        if all(result.values == several[0][1].values for _, result in several):
            found.append(several[0][1])
        else:
            found += [dataclasses.replace(result, method=f"{name} of {label}") for label, result in several]
    return found
