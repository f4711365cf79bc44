# SPDX-License-Identifier: MIT
"""Figures and stick figures of the report on small cases."""

import re

import numpy as np
import pytest

from components import figures, skeleton_pictures

PARENTS = (-1, 0, 1)


def test_stick_figures_join_children_to_parents_in_one_scale():
    tall = np.array([[[0, 0, 0], [0, 1, 0], [0, 3, 0]]], float)
    cards = skeleton_pictures.ranked_list(tall, "a", [(tall / 2, "b", 0.5)], PARENTS)
    boxes = {re.search('viewBox="([^"]*)"', card.svg)[1] for card in cards}
    assert boxes == {"-0.080 -3.080 0.160 3.160"}
    bones = [re.search('path d="([^"]*)"', card.svg)[1] for card in cards]
    assert bones[0].replace("-0.000", "0.000") == "M0.000 0.000L0.000 -1.000M0.000 -1.000L0.000 -3.000"
    assert "L0.000 -1.500" in bones[1]
    assert [(card.correct, card.distance) for card in cards] == [(None, ""), (False, "0.500")]


def test_curves_of_the_two_families_are_never_in_one_figure():
    found = figures.cmc({"B last": [0.5, 1.0], "A last": [0.25, 1.0]})
    assert ["Family A" in item.caption for item in found] == [True, False]
    assert "last: rank-1 25.0 %" in found[0].svg and "rank-1 50.0 %" not in found[0].svg


def test_losses_and_scores_have_their_own_axes_and_gaps_are_no_error():
    values = {"train loss": [3.0, np.nan, 0.01], "probe accuracy": [0.1, 0.5, 0.6], "nAUC": [np.nan] * 3}
    found = figures.curves("recognition", values)
    assert [item.caption for item in found] == [f"recognition: {kind} per epoch" for kind in ("loss", "score")]
    assert "probe accuracy from 0.1 to 0.6" in found[1].svg and "nAUC" not in found[1].svg


@pytest.mark.parametrize("method", figures.PROJECTIONS)
def test_projection_keeps_separate_groups_separate(method):
    rng = np.random.default_rng(0)
    vectors = np.repeat(np.eye(2, 6) * 50, 10, axis=0) + rng.normal(size=(20, 6))
    flat, _ = figures.PROJECTIONS[method](vectors)
    apart = np.linalg.norm(flat[:, None] - flat, axis=-1)
    assert apart[:10, :10].max() < apart[:10, 10:].min()
