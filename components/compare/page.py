# SPDX-License-Identifier: MIT
"""The files of a comparison: a self-contained page with pictures, tables in three forms and the numbers."""

import csv
import io
import os
import pathlib
from collections.abc import Sequence

import numpy as np

from components import splits
from components.compare import dots, entries, results, table
from components.report import figures, kinds, page, reading, stage, tables
from tfskel import arrays
from tfskel.evaluation import bootstrap

PAGE, MARKDOWN, LATEX, NUMBERS = "compare.html", "tables.md", "tables.tex", "results"


def write(folder: pathlib.Path, name: str, methods: Sequence[entries.Entry], final: pathlib.Path) -> list[str]:
    """Writes all files of a comparison of finished runs.

    Args:
        folder: receives the files. final: where it will be, for the links to reports.
        name: of the comparison.
        methods: what is compared.

    Returns:
        sentences on every method beside what learns nothing.
    """
    finished = results.runs(methods)
    families = results.families(finished)
    shown = [table.table(family) for family in families]
    sentences = [sentence for family in families for sentence in table.sentences(family)]
    content = {
        "title": f"{name}: {len(methods)} methods on {methods[0].config.dataset.name}",
        "summary": "Every number stands beside what learns nothing. Differences are on the same probe items.",
        "sentences": sentences,
        "parts": [_part(family, one, finished, methods) for family, one in zip(families, shown, strict=True)],
        "runs": [_described(entry, final) for entry in methods],
        "acknowledgements": list(dict.fromkeys(filter(None, (run.acknowledgement() for run in finished.values())))),
    }
    template = page.environment(pathlib.Path(__file__).parent).get_template("compare.html.j2")
    arrays.write_text(folder / PAGE, template.render(content))
    arrays.write_text(folder / MARKDOWN, "\n".join(map(table.markdown, shown)))
    arrays.write_text(folder / LATEX, "\n".join(map(table.latex, shown)))
    records = [record for family in families for record in table.records(family)]
    arrays.write_json(folder / f"{NUMBERS}.json", {"sentences": sentences, "results": records})
    arrays.write_text(folder / f"{NUMBERS}.csv", _csv(records))
    return sentences


def _part(family: results.Family, shown: table.Table, finished: dict, methods: Sequence[entries.Entry]) -> dict:
    drawn = [dots.figure(shown.title, family.results, metric) for metric in bootstrap.METRICS]
    curves = figures.rank_curves(_curves(family, finished), _item(methods[0], next(iter(finished.values()))))
    meaning = tables.FAMILIES[family.title[0]][1]
    return {"table": shown, "meaning": meaning, "figures": [*filter(None, drawn), *curves]}


def _curves(family: results.Family, finished: dict[str, reading.Run]) -> dict[str, np.ndarray]:
    """Label, which the letter of the family begins, -> CMC curve of each method's first selection, mean over seeds."""
    letter, curves = family.title[0], {}
    first = {result.method: result for result in reversed(family.results) if result.learns}
    for result in reversed(first.values()):
        run = finished[result.method]
        of_seeds = [run.rank_curves(seed).get(f"{letter} {result.selection}") for seed in run.seeds]
        of_seeds = [curve for curve in of_seeds if curve is not None]
        length = min(map(len, of_seeds))
        curves[f"{letter} {result.method} ({result.selection})"] = np.mean(
            [curve[:length] for curve in of_seeds], axis=0
        )
    for key, curve in next(iter(finished.values())).rank_curves().items():
        curves |= {key: curve} if key == f"{letter} {results.NO_LEARNING}" else {}
    return curves


def _item(entry: entries.Entry, run: reading.Run) -> str:
    """What a probe is, in the singular."""
    dataset = splits.resolved({"dataset": entry.config.dataset}, run.recordings)["dataset"]
    return kinds.of(run.kind(), dataset, entries.pooling(entry.config)).item


def _described(entry: entries.Entry, final: pathlib.Path) -> dict[str, str]:
    report = entry.workdir / "report" / stage.PAGE
    link = pathlib.Path(os.path.relpath(report, final)).as_posix() if report.exists() else ""
    return {"label": entry.label, "words": entry.words, "folder": str(entry.workdir), "report": link}


def _csv(records: Sequence[dict]) -> str:
    stream = io.StringIO()
    columns = list(dict.fromkeys(key for record in records for key in record))
    writer = csv.DictWriter(stream, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return stream.getvalue()
