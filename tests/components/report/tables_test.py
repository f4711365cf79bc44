# SPDX-License-Identifier: MIT
"""Result tables: which kept is trusted, mean and deviation over seeds, dashes where there is no number."""

from components.report import tables
from tfskel.training import selection


def row(kept="last", **fields):
    metrics = fields.pop("metrics", {"rank1": 0.5, "mAP": 0.25})
    return {"family": "B retrieval", "selection": kept, "metrics": metrics, **fields}


def test_headline_prefers_the_selection_that_never_saw_the_probe():
    rows = [row(name, seed=1) for name in (selection.PROBE_BEST, selection.LAST, selection.HELD_OUT)]
    found = tables.families(rows, [], [], [])
    assert [(family.letter, family.selection) for family in found] == [("B", selection.HELD_OUT)]
    assert tables.families(rows[:1], [], [], [])[0].selection == selection.PROBE_BEST


def test_lines_hold_mean_deviation_each_seed_and_dashes_for_missing_numbers():
    rows = [row(seed=s, epoch=s, scored=1500, metrics={"rank1": v}) for s, v in ((3, 0.5), (4, 0.6), (5, 0.7))]
    rows[0]["metrics"]["mINP"] = float("nan")
    family = tables.families(rows, [row("no learning", metrics={"mAP": 0.3})], [], [])[0]
    assert family.columns == ["Rank-1", "mAP", "mINP"]
    assert family.lines[0].seeds == "mean ± sd of seeds 3, 4, 5"
    assert family.lines[0].cells == [
        ("60.0 ± 10.0", "50.0 · 60.0 · 70.0"),
        ("–", "– · – · –"),
        ("–", "– · – · –"),
        ("3 · 4 · 5", ""),
        ("1,500", ""),
    ]
    assert [cell for cell, _ in family.lines[1].cells] == ["–", "30.0", "–", "", ""]


def test_published_numbers_are_one_row_for_each_family():
    values = {"A rank1": 0.6, "B mAP": 0.2, "A nAUC": 0.9}
    found = tables.published(values, [{"selection": "last"}, {"selection": "probe-best"}])
    assert {line["selection"] for line in found} == {"published (probe-best)"}
    assert {line["selection"] for line in tables.published(values, [{"selection": "last"}])} == {"published (last)"}
    assert [(line["family"], line["metrics"]) for line in found] == [
        ("A recognition network", {"rank1": 0.6, "nAUC": 0.9}),
        ("B retrieval", {"mAP": 0.2}),
    ]


def test_forms_of_the_cmc_are_named_in_every_heading_and_explained():
    metrics = {"rank1": 0.1, "rank1 single-shot": 0.2, "rank5 single-shot": 0.3, "mAP": 0.4}
    rows = [row(epoch=1, scored=9, metrics=metrics, unmatched=3, seed=1)]
    (family,) = tables.families(rows, [], [], [])
    assert family.columns == ["Rank-1", "mAP", "Rank-1 single-shot", "Rank-5 single-shot"]
    assert [name for name, _, _ in family.headline] == family.columns
    meanings = tables.metric_meanings(rows)
    assert list(meanings) == ["Rank-k single-shot", "Rank-k"] and "drawn ten times" in meanings["Rank-k single-shot"]
    assert meanings["Rank-k"].startswith("share of all probe items; 3 of them have no match")
    assert tables.metric_meanings([row()]) == {}


def test_a_phase_of_one_epoch_is_a_table():
    found = tables.once("discriminant", {"dimensions": [10.0], "largest separation": [46.78912]})
    assert found.caption == "discriminant, one epoch"
    assert found.rows == [["dimensions", "10"], ["largest separation", "46.79"]]
