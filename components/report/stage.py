# SPDX-License-Identifier: MIT
"""Report: gathers the results of all seeds into metrics.json and one HTML page."""

from components import artefacts, base
from components.report import page, reading, tables

METRICS, PAGE = "metrics.json", "report.html"


@base.component("components", "tfskel.skeletons", "tfskel.evaluation", "tfskel.features")
def report(
    recipe: base.Recipe,
    evaluation: base.Param,
    published: base.Param,
    recordings: base.Input,
    model: base.Each,
    saved_model: base.Each,
    clusters: base.Each,
    results: base.Each,
    report: base.Output,
):
    """Writes `metrics.json` (all rows of all seeds) and `report.html`; pictures are of the first seed."""
    run = reading.Run(recordings, model, saved_model, clusters, results)
    everything = run.rows()
    everything |= {"published": tables.published(published.to_dict()), "clusters": run.cluster_quality()}
    page.write(report / PAGE, recipe, evaluation.projection, run, everything)
    artefacts.write_json(report / METRICS, everything)
