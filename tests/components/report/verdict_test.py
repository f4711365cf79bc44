# SPDX-License-Identifier: MIT
"""The verdict: beside the best row without learning, in points, over seeds."""

from components.report import verdict


def row(label, **metrics):
    return {"selection": label, "metrics": metrics}


BASELINES = [row("colours", rank1=0.4, mAP=0.3), row("untrained", rank1=0.3, mAP=0.5), row("untrained", rank1=0.6)]


def test_results_are_compared_with_the_best_mean_of_each_metric():
    rows = [row("last", rank1=0.5, mAP=0.25), row("last", rank1=0.6, mAP=0.35)]
    assert verdict.sentence("B", "last", rows, BASELINES) == (
        "B, last, beside the best row without learning: Rank-1 55.0 beats 45.0 (untrained): +10.0 points; "
        "mAP 30.0 does not beat 50.0 (untrained): -20.0 points."
    )


def test_an_equal_result_does_not_beat_and_a_metric_without_number_is_left_out():
    rows = [row("last", rank1=0.4, mAP=float("nan"))]
    assert verdict.sentence("B", "last", rows, BASELINES[:1]) == (
        "B, last, beside the best row without learning: Rank-1 40.0 does not beat 40.0 (colours): +0.0 points."
    )


def test_nothing_to_compare_is_no_verdict():
    assert verdict.sentence("A", "last", [row("last", rank1=1.0)], []) == ""
    assert verdict.sentence("B", "", [], BASELINES) == ""
