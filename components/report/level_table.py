# SPDX-License-Identifier: MIT
"""The table of what more windows of a probe recording bring."""

from collections.abc import Sequence

from components.report import tables
from tfskel.evaluation import levels

CAPTION = (
    "Rank-1 / mAP in percent of one window, of the mean feature of consecutive windows and of that of a recording, "
    "each searched in the gallery's recordings, which are one mean feature each. In brackets: probe items."
)


def table(rows: Sequence[dict], baselines: Sequence[dict]) -> tables.Table | None:
    """A row for each selection and each row without learning, of all seeds; None where none has levels."""
    by_selection: dict[str, dict[str, list[dict]]] = {}
    for row in (*rows, *baselines):
        for level, metrics in row.get("levels", {}).items():
            by_selection.setdefault(row["selection"], {}).setdefault(level, []).append(metrics)
    if not by_selection:
        return None
    items = {level: metrics[0]["items"] for of_level in by_selection.values() for level, metrics in of_level.items()}
    items = {level: items[level] for level in levels.LEVELS if level in items}
    columns = ["epoch chosen by (selection)", *(f"{level} ({tables.count(number)})" for level, number in items.items())]
    body = [[kept, *(_cell(of_level.get(level, [])) for level in items)] for kept, of_level in by_selection.items()]
    return tables.Table(CAPTION, columns, body)


def _cell(metrics: list[dict]) -> str:
    return " / ".join(tables.mean([of_seed[name] for of_seed in metrics]) for name in ("rank1", "mAP"))
