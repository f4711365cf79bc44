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
    found = by_selection(rows, baselines, "levels")
    items = {level: metrics[0]["items"] for of_level in found.values() for level, metrics in of_level.items()}
    items = {level: items[level] for level in levels.LEVELS if level in items}
    columns = {level: f"{level} ({tables.count(number)})" for level, number in items.items()}
    return of_columns(CAPTION, columns, found)


def by_selection(rows: Sequence[dict], baselines: Sequence[dict], key: str) -> dict[str, dict[str, list[dict]]]:
    """Selection -> what is compared -> "rank1" and "mAP" of each seed, of the rows that have `key`."""
    found: dict[str, dict[str, list[dict]]] = {}
    for row in (*rows, *baselines):
        for column, metrics in row.get(key, {}).items():
            found.setdefault(row["selection"], {}).setdefault(column, []).append(metrics)
    return found


def of_columns(caption: str, columns: dict[str, str], found: dict[str, dict[str, list[dict]]]) -> tables.Table | None:
    """A table of what is compared -> its heading; None where nothing is found."""
    body = [[kept, *(cell(of_column.get(column, [])) for column in columns)] for kept, of_column in found.items()]
    return tables.Table(caption, ["epoch chosen by (selection)", *columns.values()], body) if body else None


def cell(metrics: list[dict]) -> str:
    """Means over seeds of rank-1 and mAP."""
    return " / ".join(tables.mean([of_seed[name] for of_seed in metrics]) for name in ("rank1", "mAP"))
