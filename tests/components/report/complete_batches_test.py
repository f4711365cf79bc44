# SPDX-License-Identifier: MIT
"""Rows on complete batches: a sentence when they repeat the others, a table when they do not."""

from components.report import complete_batches, tables

COMPLETE = "B retrieval, complete batches"


def row(family, rank1, kept="last", mAP=0.25):
    scored = 96 if family == COMPLETE else 100
    return {"family": family, "selection": kept, "scored": scored, "metrics": {"rank1": rank1, "mAP": mAP}}


def test_rows_that_repeat_the_others_are_a_sentence_with_the_largest_difference():
    rows = [row("B retrieval", 0.5), row("B retrieval", 0.75), row(COMPLETE, 0.508), row(COMPLETE, 0.75)]
    (family,) = tables.families(rows, [], [], [])
    assert (family.title, len(family.lines)) == ("B retrieval", 1)
    assert family.note == (
        "On the 96 items of complete batches, which the original program scores, no metric differs by more "
        "than 0.4 points."
    )


def test_one_metric_of_one_selection_that_differs_or_has_no_number_keeps_the_table():
    same = [row("B retrieval", 0.5), row(COMPLETE, 0.5)]
    for few in (row(COMPLETE, 0.52, "probe-best"), row(COMPLETE, 0.5, "probe-best", mAP=float("nan"))):
        rows = [*same, row("B retrieval", 0.5, "probe-best"), few]
        assert complete_batches.folded(rows) == (rows, {})
        assert [family.title for family in tables.families(rows, [], [], [])] == ["B retrieval", COMPLETE]
