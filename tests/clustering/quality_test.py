# SPDX-License-Identifier: MIT
"""Cluster quality on cases counted by hand and against pair counting."""

import itertools

import numpy as np
import pytest

from tfskel.clustering import quality


def test_perfect_clusters_score_one():
    found = quality.quality(np.array([1, 1, 0, 0]), np.array(["a", "a", "b", "b"]))
    assert found == {"clusters": 2, "outliers": 0, "ami": 1.0, "ari": 1.0, "purity": 1.0}


def test_purity_counts_the_commonest_identity_of_each_cluster_and_no_outliers():
    labels = np.array([0, 0, 0, 1, 1, -1, -1])
    found = quality.quality(labels, np.array(list("aabbcaa")))
    assert (found["clusters"], found["outliers"]) == (2, 2)
    assert found["purity"] == pytest.approx((2 + 1) / 5)


def test_rand_index_equals_pair_counting_with_outliers_alone():
    rng = np.random.default_rng(0)
    labels, person = rng.integers(-1, 4, 40), rng.integers(3, size=40)
    both = together = same = pairs = 0
    for i, j in itertools.combinations(range(40), 2):
        linked, equal = labels[i] == labels[j] >= 0, person[i] == person[j]
        both, together, same, pairs = both + (linked and equal), together + linked, same + equal, pairs + 1
    expected = together * same / pairs
    want = (both - expected) / ((together + same) / 2 - expected)
    assert quality.quality(labels, person)["ari"] == pytest.approx(want, abs=1e-12)


def test_only_outliers_have_no_purity():
    found = quality.quality(np.full(3, -1), np.array(["a", "b", "b"]))
    assert (found["clusters"], found["outliers"], found["purity"]) == (0, 3, 0.0)


def test_wrong_sizes_are_named():
    with pytest.raises(ValueError, match=r"received \(2,\) and \(3,\)"):
        quality.quality(np.zeros(2, int), np.zeros(3))
