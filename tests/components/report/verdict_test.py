# SPDX-License-Identifier: MIT
"""The verdict: beside the best row without learning, in points with their interval, over seeds."""

import numpy as np
import pytest

from components import reranked
from components.report import verdict

UNITS = {"drawn": np.array("recordings"), "unit": np.array(list("ppqqrr")), "direction": np.zeros(6, int)}
RIGHT, WRONG = np.ones((2, 6)), np.zeros((2, 6))
HALF = np.array([[1, 1, 1, 1, 0, 0]] * 2, float)


def row(kept, seed=1, **metrics):
    return {"family": "B", "selection": kept, "seed": seed, "metrics": metrics}


def scored(**by_selection):
    return UNITS | by_selection


def test_results_are_compared_with_the_best_mean_of_each_metric_over_seeds():
    rows = [row("last", seed, rank1=rank1, mAP=0.3) for seed, rank1 in ((1, 1.0), (2, 2 / 3))]
    baselines = [row("colours", rank1=0.0, mAP=0.3), row("untrained", 1, mAP=1.0), row("untrained", 2, mAP=1.0)]
    probes = {seed: scored(last=last, colours=WRONG, untrained=RIGHT) for seed, last in ((1, RIGHT), (2, HALF))}
    rank1, mAP = verdict.verdicts(rows, baselines, probes)
    assert (rank1["baseline"], rank1["beats"], mAP["baseline"], mAP["beats"]) == ("colours", True, "untrained", False)
    assert (rank1["points"], rank1["high"], mAP["points"]) == pytest.approx((5 / 6, 1, -1 / 6))
    assert rank1["low"] == pytest.approx(0.5)  # nothing but the third recording drawn
    assert str(verdict.statements([rank1, mAP])["B", "last"]) == (
        "B, last, beside the best row without learning: Rank-1 83.3 beats 0.0 (colours): +83.3 points "
        "(+50.0 to +100.0); mAP 30.0 does not beat 100.0 (untrained): -16.7 points (-50.0 to +0.0). "
        "Intervals: 95 %, 1,000 paired draws of the 3 recordings of the probe."
    )


def test_more_points_with_an_interval_down_to_zero_do_not_beat():
    (said,) = verdict.verdicts(
        [row("last", rank1=2 / 3)], [row("colours", rank1=0.0)], {1: scored(last=HALF, colours=WRONG)}
    )
    assert (said["points"], said["low"], said["beats"]) == (pytest.approx(2 / 3), 0, False)


def test_what_is_re_ranked_is_compared_with_what_is_re_ranked():
    rows, baselines = ([row(kept, rank1=1.0) | {"family": reranked.FAMILY}] for kept in ("last", "colours"))
    again = {f"{reranked.FAMILY} last": RIGHT, f"{reranked.FAMILY} colours": HALF}
    (said,) = verdict.verdicts(rows, baselines, {1: scored(last=WRONG, colours=RIGHT) | again})
    assert said["family"] == reranked.FAMILY and said["points"] == pytest.approx(1 / 3)


def test_nothing_to_compare_is_no_verdict():
    assert verdict.verdicts([row("last", rank1=1.0)], [], {}) == []
    assert verdict.verdicts([], [row("colours", rank1=0.1)], {}) == []
    assert verdict.verdicts([row("last", rank1=float("nan"))], [row("colours", rank1=0.1)], {}) == []
