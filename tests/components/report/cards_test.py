# SPDX-License-Identifier: MIT
"""Cards: which items are shown, in which order, and what is said about them."""

import numpy as np

from components.report import cards


def draw(items, texts):
    return [f"{np.ravel(item)[0]:g} of {len(items)}: {text}" for item, text in zip(items, texts, strict=True)]


def test_a_ranked_list_shows_the_probe_and_the_entries_at_a_finite_distance():
    stored = {
        "probe": np.array([[1.0]]),
        "probe_identity": np.array(["a"]),
        "gallery": np.array([[[2.0], [3.0], [4.0]]]),
        "identity": np.array([["b", "a", "a"]]),
        "distance": np.array([[0.5, 1.25, np.inf]]),
    }
    (found,) = cards.ranked_lists(stored, draw)
    assert [card.picture for card in found] == [
        "1 of 3: Probe: person a",
        "2 of 3: Rank 1: person b, another person",
        "3 of 3: Rank 2: person a, the same person",
    ]
    assert [(card.correct, card.distance) for card in found] == [(None, ""), (False, "0.500"), (True, "1.250")]


def test_members_of_a_cluster_are_drawn_together():
    members = {
        "items": np.arange(3.0)[:, None],
        "cluster": np.array([4, 4, 1]),
        "size": np.array([9, 9, 7]),
        "identity": np.array(["a", "b", "a"]),
        "distance": np.array([0.125, 0.25, 0.5]),
    }
    large, small = cards.clusters(members, draw)
    assert (large.number, large.size, small.size) == (4, 9, 7)
    assert [card.picture for card in large.cards] == ["0 of 2: Cluster 4: person a", "1 of 2: Cluster 4: person b"]
    assert [(card.identity, card.distance) for card in small.cards] == [("a", "0.500")]


def test_items_under_names_share_a_scale_and_nothing_has_no_cards():
    found = cards.named({"fed": np.ones((1, 2)), "given back": np.zeros((2, 2))}, draw)
    assert [(card.identity, card.picture[:6]) for card in found] == [
        ("fed", "1 of 3"), ("given back", "0 of 3"), ("given back", "0 of 3"),
    ]  # fmt: skip
    assert cards.named({}, draw) == []
