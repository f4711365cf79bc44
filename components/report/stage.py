# SPDX-License-Identifier: MIT
"""Report: gathers the results of all seeds into metrics.json and one HTML page."""

import pathlib

import ml_collections

from components import splits, tested_set
from components.export import model_card
from components.report import page, reading, stress_table, tables, unknown_table, verdict
from tfskel import arrays
from tfskel.training import execution

METRICS, PAGE = "metrics.json", "report.html"


def report(
    recipe: dict,
    evaluation: ml_collections.ConfigDict,
    published: ml_collections.ConfigDict,
    recordings: pathlib.Path,
    model: dict[int | str, pathlib.Path],
    saved_model: dict[int | str, pathlib.Path],
    clusters: dict[int | str, pathlib.Path],
    results: dict[int | str, pathlib.Path],
    report: pathlib.Path,
):
    """Writes `metrics.json` (sentences first, then all rows of all seeds), `report.html` and, with results,
    `model_card.md`; pictures and the card are of the first seed."""
    recipe = splits.resolved(recipe, recordings)
    run = reading.Run(recordings, model, saved_model, clusters, results)
    everything = run.rows()
    everything |= {
        "protocol": " ".join(
            filter(None, (tested_set.protocol(recipe["dataset"], evaluation).text, execution.said(recipe["training"])))
        ),
        "published": tables.published({} if evaluation.on else published.to_dict(), everything["rows"]),
        "verdicts": verdict.verdicts(everything["rows"], everything["baselines"], run.probes()),
        "clusters": run.cluster_quality(),
        "unknown": run.unknown(),
    }
    page.write(report / PAGE, recipe, evaluation, run, everything)
    said = sentences(everything)
    arrays.write_text(report / model_card.FILE, model_card.completed(run.model_card(), said, _families(everything)))
    arrays.write_json(report / METRICS, {"sentences": said} | everything, sort_keys=False)


def _families(stored: dict) -> list[tables.Family]:
    return tables.families(*(stored.get(name, []) for name in ("rows", "baselines", "published", "verdicts")))


def sentences(stored: dict) -> list[str]:
    """What is to be said of a run before its tables, of what `report` stores: verdicts, unknown people, stress."""
    said = [str(family.verdict) for family in _families(stored) if family.verdict]
    said += [unknown_table.sentence(stored["rows"], stored.get("unknown", "")), stress_table.sentence(stored["rows"])]
    return list(filter(None, said))
