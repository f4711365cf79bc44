# SPDX-License-Identifier: MIT
"""The table of levels: from one window on, means over seeds, baselines beside results, no table without levels."""

from components.report import level_table


def row(kept, whole, window):
    levels = {"whole recording": whole, "one window": window}
    values = {name: dict(zip(("items", "rank1", "mAP"), of, strict=True)) for name, of in levels.items() if of}
    return {"selection": kept, "levels": values}


def test_results_and_baselines_have_a_row_with_means_over_seeds():
    rows = [row("last", (16, 1, 1), (1870, rank1, 0.25)) for rank1 in (0.5, 0.7)]
    baselines = [row("no learning: joints", None, (1870, 0.25, 0.125)), {"selection": "no levels"}]
    found = level_table.table(rows, baselines)
    assert found.columns[1:] == ["one window (1,870)", "whole recording (16)"]
    assert found.rows == [
        ["last", "60.0 ± 14.1 / 25.0 ± 0.0", "100.0 ± 0.0 / 100.0 ± 0.0"],
        ["no learning: joints", "25.0 / 12.5", "– / –"],
    ]


def test_no_levels_are_no_table():
    assert level_table.table([{"selection": "last"}], []) is None
