# SPDX-License-Identifier: MIT
"""The table of unknown people: means over seeds, results beside what learns nothing, and the sentence of the screen."""

from components.report import unknown_table


def row(kept, *values):
    return {"selection": kept, "unknown": dict(zip(unknown_table.COLUMNS, values, strict=True))}


ROWS = [row("last", 0.9, 0.5, 0.75, 1.0), row("last", 0.7, 0.5, 0.75, 1.0), row("probe-best", 1, 1, 1, 1)]


def test_results_and_baselines_have_a_row_with_means_over_seeds():
    found = unknown_table.table(ROWS, [row("no learning: joints", 0.5, 0.25, 0.5, 0.5)], "From train alone.")
    assert found.caption.endswith("same person. From train alone.")
    assert found.rows[0] == ["last", "80.0 ± 14.1", "50.0 ± 0.0", "75.0 ± 0.0", "100.0 ± 0.0"]
    assert found.rows[2] == ["no learning: joints", "50.0", "25.0", "50.0", "50.0"]


def test_the_sentence_is_of_the_selection_that_is_trusted_most():
    assert unknown_table.sentence(ROWS[:1], "") == (
        "Unknown people, last: AUROC 90.0; 50.0 % of the known are found at 10 % false accepts; at the threshold "
        "learnt from train 75.0 % of the known are found and 100.0 % of the strangers rejected."
    )


def test_nothing_judged_is_the_reason_alone():
    assert unknown_table.table([{"selection": "last"}], [], "Because.") is None
    assert unknown_table.sentence([{"selection": "last"}], "Because.") == "Because."
