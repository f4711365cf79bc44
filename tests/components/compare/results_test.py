# SPDX-License-Identifier: MIT
"""Comparisons of finished runs that are written by hand: means, intervals, who is the best, and the three forms."""

import dataclasses
import math
import types

import numpy as np
import pytest

from components.compare import dots, results, table
from tfskel.training import selection

ITEMS, UNITS = 24, 8
PLAIN, UNTRAINED = "no learning: plain", "no learning: untrained network"


def row(family, kept, seed, **metrics):
    return {"family": family, "selection": kept, "seed": seed, "metrics": metrics}


def hits(share):
    """(2, ITEMS) rank-1 hits and average precisions: the last `share` items of every unit are found."""
    return np.tile([float(place < share) for place in range(ITEMS // UNITS)], (2, UNITS))


def run(shares, untrained=0, items=ITEMS, probe_best=None):
    """A finished run: rank-1 hits out of 3 items of a unit by seed, of `last` and of probe-best."""
    unit = np.repeat([f"r{number}" for number in range(UNITS)], ITEMS // UNITS)[:items]
    scores = {PLAIN: hits(1), UNTRAINED: hits(untrained)}
    common = {"drawn": np.array("recordings"), "unit": unit, "direction": np.zeros(items, int)}
    probes, rows = {}, []
    for seed, share in shares.items():
        probes[seed] = common | scores | {selection.LAST: hits(share), "A recognition network last": hits(share)}
        rows.append(row("B retrieval", selection.LAST, seed, rank1=share / 3, mAP=share / 3))
        rows.append(row("B retrieval", f"{selection.LAST} of joints", seed, rank1=1.0, mAP=1.0))
        rows.append(row("A recognition network", selection.LAST, seed, rank1=share / 3, nAUC=0.9))
        if probe_best is not None:
            probes[seed][selection.PROBE_BEST] = hits(probe_best)
            rows.append(row("B retrieval", selection.PROBE_BEST, seed, rank1=probe_best / 3, mAP=probe_best / 3))
    baselines = [
        row("B retrieval", PLAIN, None, rank1=1 / 3, mAP=1 / 3),
        row("B retrieval", UNTRAINED, None, rank1=untrained / 3, mAP=untrained / 3),
    ]
    return types.SimpleNamespace(rows=lambda: {"rows": rows, "baselines": baselines}, probes=lambda: probes)


@pytest.fixture
def families():
    return results.families({"good": run({1: 3, 2: 2}), "weak": run({1: 1}, untrained=1, probe_best=3)})


def test_rows_are_main_features_then_what_learns_nothing_once_where_all_agree(families):
    a, b = families
    assert [(one.method, one.selection, one.seeds) for one in b.results] == [
        ("good", "last", [1, 2]), ("weak", "last", [1]), ("weak", "probe-best", [1]),
        ("plain", "", []), ("untrained network of good", "", []), ("untrained network of weak", "", []),
    ]  # fmt: skip
    assert b.drawn == "8 recordings of the probe" and [one.method for one in a.results] == ["good", "weak"]


def test_means_deviations_and_differences_are_counted_by_hand(families):
    good, weak, *_ = families[1].results
    assert (good.mean("rank1"), good.deviation("rank1")) == pytest.approx((5 / 6, math.sqrt(2) / 6))
    assert good.interval("rank1") == pytest.approx((5 / 6, 5 / 6))  # every unit is like the others
    found = good.against(weak, "rank1")
    assert (found["points"], found["low"], found["high"]) == pytest.approx((0.5, 0.5, 0.5))
    assert found["p"] == pytest.approx(2 / 1001) and weak.against(weak, "mAP")["p"] == 1
    assert math.isnan(weak.deviation("rank1")) and math.isnan(weak.mean("nAUC"))


def test_an_epoch_chosen_on_the_probe_is_the_best_only_where_there_is_no_other(families):
    b = families[1]
    best = b.references("rank1")
    assert (best[results.BEST].method, best[results.NO_LEARNING].method) == ("good", "plain")
    alone = dataclasses.replace(b, results=[one for one in b.results if one.selection != selection.LAST])
    assert alone.references("rank1")[results.BEST].selection == selection.PROBE_BEST
    assert results.NO_LEARNING not in families[0].references("rank1")


def test_the_same_result_for_all_seeds_is_one(families):
    (good, *_) = results.families({"good": run({1: 3, 2: 3}), "weak": run({1: 1})})[1].results
    assert good.seeds == [1] and good.values["rank1"] == [1.0]


def test_runs_scored_on_other_items_are_refused():
    other = run({1: 1})
    other.probes()[1]["unit"] = other.probes()[1]["unit"][:-1]
    with pytest.raises(ValueError, match="good and weak were scored on other probe items .24 and 23."):
        results.families({"good": run({1: 3}), "weak": other})


def test_tables_say_selection_family_seeds_spread_and_verdict(families):
    text = table.markdown(table.table(families[1]))
    assert text.startswith("Family B retrieval. Percent, ") and "1,000 paired draws of the 8 recordings" in text
    lines = text.splitlines()
    assert lines[2].count("|") == lines[4].count("|") == 10
    assert (
        "| good | last | 1, 2 | 83.3 ± 23.6 (83.3 to 83.3) | 83.3 ± 23.6 (83.3 to 83.3) | beats it: +50.0" in lines[4]
    )
    assert "| weak | last | 1 | 33.3 (33.3 to 33.3) |" in lines[5] and "does not beat it: +0.0" in lines[5]
    assert lines[4].endswith("| the best | the best |") and "no learning: plain" in lines[7]
    assert table.sentences(families[1])[0] == (
        "good, last: Rank-1 83.3 beats 33.3: +50.0 points (+50.0 to +50.0, p 0.002); mAP 83.3 beats 33.3: "
        "+50.0 points (+50.0 to +50.0, p 0.002)."
    )
    assert table.sentences(families[0]) == []  # nothing learns nothing in family A


def test_one_method_alone_stands_beside_no_learning_only():
    _, family = results.families({"good": run({1: 3})})
    columns = table.table(family).columns
    assert "Rank-1 beside no learning" in columns and "Rank-1 beside the best" not in columns


def test_latex_escapes_what_it_reads_as_commands_and_closes_its_table(families):
    first, *others = families[1].results
    renamed = dataclasses.replace(families[1], results=[dataclasses.replace(first, method="a_b & 50 %"), *others])
    text = table.latex(table.table(renamed))
    assert r"a\_b \& 50 \% & last & 1, 2 & 83.3 $\pm$ 23.6" in text
    body = text[text.index(r"\begin{tabular}{lllrrrrrr}") :]
    rows = [line for line in body.splitlines() if line.endswith(r"\\")]
    assert len(rows) == 7 and {line.replace(r"\&", "").count("&") for line in rows} == {8}
    assert body.endswith("\\hline\n\\end{tabular}\n")


def test_records_hold_numbers_and_nothing_that_json_lacks(families):
    records = [record for family in families for record in table.records(family)]
    good = next(one for one in records if one["family"].startswith("B") and one["metric"] == "rank1")
    assert good["mean"] == pytest.approx(5 / 6) and good["no learning: points"] == pytest.approx(0.5)
    assert good["the best: method"] == "good" and good["the best: p"] == 1
    values = [value for record in records for value in record.values()]
    assert all(math.isfinite(value) for value in values if isinstance(value, float))


def test_dots_are_drawn_for_every_method_that_has_the_metric(families):
    picture = dots.figure("B", families[1].results, "rank1")
    assert "good (last) 83.3" in picture.svg and "plain 33.3" in picture.svg
    assert dots.figure("A", families[0].results, "mAP") is None
