# SPDX-License-Identifier: MIT
"""The table of changed recordings: as recorded first, results beside what learns nothing."""

from components.report import stress_table
from tfskel.data import stress


def row(kept, clean, value):
    return {
        "selection": kept,
        "metrics": {"rank1": clean, "mAP": clean},
        "stress": {name: {"rank1": value, "mAP": value} for name in stress.CHANGES},
    }


def test_every_change_stands_beside_what_was_recorded():
    found = stress_table.table([row("last", 0.9, 0.8), {"selection": "last"}], [row("no learning: joints", 0.5, 0.25)])
    assert found.columns == ["epoch chosen by (selection)", "as recorded", *stress.CHANGES]
    assert found.rows == [
        ["last", "90.0 / 90.0", *["80.0 / 80.0"] * 4],
        ["no learning: joints", "50.0 / 50.0", *["25.0 / 25.0"] * 4],
    ]


def test_the_sentence_is_of_the_selection_that_is_trusted_most():
    said = stress_table.sentence([row("probe-best", 1, 1), row("last", 0.9, 0.8)])
    assert said.startswith("Under stress, last, rank-1 / mAP: as recorded 90.0 / 90.0; random views 80.0 / 80.0; scale")


def test_nothing_changed_is_no_table_and_no_sentence():
    assert stress_table.sentence([{"selection": "last", "metrics": {}}]) == ""
    assert stress_table.table([{"selection": "last", "metrics": {}}], []) is None
