# SPDX-License-Identifier: MIT
"""The table of what other views, scales, bias and lost joints cost."""

from collections.abc import Sequence

from components.report import level_table, tables
from tfskel.data import stress

CLEAN = "as recorded"
CAPTION = (
    "Rank-1 / mAP in percent when probe and gallery are changed, each recording by a draw of its own; what learns has "
    "learnt train as recorded. Views: turned about the vertical by up to 90 degrees to either side. Bias: each joint "
    f"is moved by 1 cm an axis in all frames. Lost: for {stress.HELD} frames a fifth of the joints stays where it was."
)


def table(rows: Sequence[dict], baselines: Sequence[dict]) -> tables.Table | None:
    """A row for each selection and each row without learning, of all seeds; None where nothing was changed."""
    results, without = ([_with_clean(row) for row in some if "stress" in row] for some in (rows, baselines))
    columns = {name: name for name in (CLEAN, *stress.CHANGES)}
    return level_table.of_columns(CAPTION, columns, level_table.by_selection(results, without, "stress"))


def sentence(rows: Sequence[dict]) -> str:
    """What the screen says of the selection that is trusted most; "" where nothing was changed."""
    found = level_table.by_selection([_with_clean(row) for row in rows if "stress" in row], [], "stress")
    kept = tables.trusted(found)
    columns = [f"{name} {level_table.cell(found[kept][name])}" for name in (CLEAN, *stress.CHANGES)] if kept else []
    return f"Under stress, {kept}, rank-1 / mAP: {'; '.join(columns)}." if kept else ""


def _with_clean(row: dict) -> dict:
    return row | {"stress": {CLEAN: row["metrics"]} | row["stress"]}
