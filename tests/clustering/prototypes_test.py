# SPDX-License-Identifier: MIT
"""Prototypes against a loop over clusters."""

import numpy as np
import pytest

from tfskel.clustering import prototypes


def test_prototype_is_the_mean_of_the_members_without_outliers():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(30, 4)).astype(np.float32)
    labels = np.concatenate([[0, 1, 2, -1], rng.integers(-1, 3, 26)])
    want = [vectors[labels == k].astype(np.float64).mean(axis=0) for k in range(3)]
    np.testing.assert_allclose(prototypes.prototypes(vectors, labels), want, rtol=0, atol=1e-7)


def test_only_outliers_give_no_prototype():
    assert prototypes.prototypes(np.zeros((3, 2)), np.full(3, -1)).tolist() == []


def test_empty_clusters_and_wrong_sizes_are_named():
    with pytest.raises(ValueError, match="cluster 1 of 3 has no member"):
        prototypes.prototypes(np.zeros((2, 2)), np.array([0, 2]))
    with pytest.raises(ValueError, match=r"received \(2, 2\) and \(3,\)"):
        prototypes.prototypes(np.zeros((2, 2)), np.array([0, 1, 1]))


def test_nearest_members_are_those_of_a_loop_over_the_largest_clusters():
    rng = np.random.default_rng(1)
    vectors, labels = rng.normal(size=(40, 3)).astype(np.float32), rng.integers(-1, 4, 40)
    means = prototypes.prototypes(vectors, labels)
    rows, numbers = prototypes.nearest_members(vectors, labels, means, clusters=3, members=2)
    order = sorted(range(4), key=lambda k: (-np.sum(labels == k), k))[:3]
    want = []
    for number in order:
        own = [n for n in range(40) if labels[n] == number]
        want += sorted(own, key=lambda n: np.linalg.norm(vectors[n] - means[number]))[:2]
    assert rows.tolist() == want and numbers.tolist() == np.repeat(order, 2).tolist()


def test_only_outliers_have_no_nearest_members():
    nothing = prototypes.prototypes(np.zeros((3, 2)), np.full(3, -1))
    rows, numbers = prototypes.nearest_members(np.zeros((3, 2)), np.full(3, -1), nothing, 3, 2)
    assert len(rows) == len(numbers) == 0
