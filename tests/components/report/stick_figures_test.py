# SPDX-License-Identifier: MIT
"""Stick figures on small cases."""

import re

import numpy as np

from components.report import stick_figures

PARENTS = (-1, 0, 1)
TALL = np.array([[[0, 0, 0], [0, 1, 0], [0, 3, 0]]], float)


def test_stick_figures_join_children_to_parents_in_one_scale():
    stored = {
        "probe_joints": TALL[None],
        "probe_identity": np.array(["a"]),
        "joints": np.stack([TALL / 2, 100 * TALL])[None],
        "identity": np.array([["b", "a"]]),
        "distance": np.array([[0.5, np.inf]]),
    }
    (cards,) = stick_figures.ranked_lists(stored, PARENTS)
    boxes = {re.search('viewBox="([^"]*)"', card.svg)[1] for card in cards}
    assert boxes == {"-0.080 -3.080 0.160 3.160"}, "an entry at no finite distance is none"
    bones = [re.search('path d="([^"]*)"', card.svg)[1] for card in cards]
    assert bones[0].replace("-0.000", "0.000") == "M0.000 0.000L0.000 -1.000M0.000 -1.000L0.000 -3.000"
    assert "L0.000 -1.500" in bones[1]
    assert [(card.correct, card.distance) for card in cards] == [(None, ""), (False, "0.500")]


def test_a_system_that_gives_nothing_back_has_no_cards():
    assert stick_figures.reconstruction([], PARENTS) == []
    assert [card.identity for card in stick_figures.reconstruction([TALL, TALL], PARENTS)] == ["fed", "given back"]
