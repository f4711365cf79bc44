# SPDX-License-Identifier: MIT
"""Figures of the report on small cases."""

import numpy as np
import pytest

from components.report import figures, projection


def test_curves_of_the_two_families_are_never_in_one_figure():
    found = figures.rank_curves({"B last": [0.5, 1.0], "A last": [0.25, 1.0]}, "tracklet")
    assert ["Family A" in item.caption for item in found] == [True, False]
    assert "share of probe tracklets whose" in found[0].caption
    assert "last: rank-1 25.0 %" in found[0].svg and "rank-1 50.0 %" not in found[0].svg


def test_axes_are_named():
    curve = figures.rank_curves({"A last": [0.25, 1.0]}, "tracklet")[0].svg
    assert ">r, nearest gallery tracklets looked at<" in curve and ">probe tracklets found, %<" in curve
    asks, pairs = figures.maps(
        {"attention/x": np.array([[0.0, 1.0]]), "pairs": np.eye(3)[::-1]}, ["hip", "knee", "toe"]
    )
    assert ">looked at<" in asks.svg and ">asks<" in asks.svg
    assert (
        all(pairs.svg.count(f">{joint}<") == 2 for joint in ("hip", "knee", "toe"))
        and "hip to toe (1)" in pairs.caption
    )
    flat = projection.figure(np.random.default_rng(0).normal(size=(9, 3)), np.repeat(["a", "b", "c"], 3), "pca").svg
    assert ">first principal component, no unit<" in flat


def test_losses_and_scores_have_their_own_axes_and_gaps_are_no_error():
    values = {"train loss": [3.0, np.nan, 0.01], "probe accuracy": [0.1, 0.5, 0.6], "nAUC": [np.nan] * 3}
    found = figures.curves("recognition", values)
    assert [item.caption for item in found] == [f"recognition: {kind} per epoch" for kind in ("loss", "score")]
    assert "probe accuracy from 0.1 to 0.6" in found[1].svg and "nAUC" not in found[1].svg


def test_large_confusion_matrices_are_drawn_without_names_and_stay_small():
    counts = np.random.default_rng(0).integers(0, 9, size=(164, 164))
    found = figures.confusion(counts, [f"person {i}" for i in range(164)])
    assert len(found.svg) < 200_000 and ">person 0<" not in found.svg and len(found.sentences) == 5
    assert ">person 0<" in figures.confusion(counts[:2, :2], ["person 0", "person 1"]).svg


def test_large_feature_sets_are_thinned_and_the_largest_identities_named():
    many = np.repeat([f"person {i}" for i in range(164)], 30)
    found = projection.figure(np.random.default_rng(0).normal(size=(len(many), 8)), many, "pca")
    assert f"{projection.POINTS} features, 164 persons, {projection.NAMED} of them named" in found.caption
    assert len(found.svg) < 1_000_000


@pytest.mark.parametrize("method", projection.METHODS)
def test_projection_keeps_separate_groups_separate(method):
    rng = np.random.default_rng(0)
    vectors = np.repeat(np.eye(2, 6) * 50, 10, axis=0) + rng.normal(size=(20, 6))
    flat, _ = projection.METHODS[method](vectors)
    apart = np.linalg.norm(flat[:, None] - flat, axis=-1)
    assert apart[:10, :10].max() < apart[:10, 10:].min()
