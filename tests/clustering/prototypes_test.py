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
