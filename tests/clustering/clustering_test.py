# SPDX-License-Identifier: MIT
"""The methods through their common entry, against naive definitions."""

import numpy as np
import pytest

from tfskel import clustering


def blobs(seed=0, per_cluster=20, centres=((0, 0), (9, 0), (0, 9))):
    rng = np.random.default_rng(seed)
    truth = np.repeat(np.arange(len(centres)), per_cluster)
    vectors = np.array(centres, np.float32)[truth] + rng.normal(scale=0.3, size=(len(truth), 2))
    order = rng.permutation(len(truth))
    return vectors[order], truth[order]


def same_grouping(a, b):
    return np.array_equal(a[:, None] == a, b[:, None] == b)


@pytest.mark.parametrize("method, settings", [("kmeans", {"clusters": 3}), ("dbscan", {"eps": 2.0})])
def test_separate_groups_are_found_and_numbered_by_first_row(method, settings):
    vectors, truth = blobs()
    labels = clustering.cluster(vectors, method, **settings)
    assert same_grouping(labels, truth)
    assert [labels[np.flatnonzero(labels == k)[0]] for k in range(3)] == sorted(dict.fromkeys(labels.tolist()))
    assert list(dict.fromkeys(labels.tolist())) == [0, 1, 2]


def test_kmeans_is_a_fixed_point_and_repeats_with_its_seed():
    vectors = np.random.default_rng(1).normal(size=(60, 4))
    labels = clustering.cluster(vectors, "kmeans", clusters=5, seed=3)
    means = np.stack([vectors[labels == k].mean(axis=0) for k in range(5)])
    nearest = np.linalg.norm(vectors[:, None] - means, axis=-1).argmin(axis=1)
    np.testing.assert_array_equal(nearest, labels)
    np.testing.assert_array_equal(clustering.cluster(vectors, "kmeans", clusters=5, seed=3), labels)


def test_kmeans_of_few_distinct_rows_finds_each_of_them():
    vectors = np.repeat(np.eye(3, dtype=np.float32), [4, 1, 2], axis=0)
    assert clustering.cluster(vectors, "kmeans", clusters=6).tolist() == [0, 0, 0, 0, 1, 2, 2]


@pytest.mark.parametrize("eps, min_samples", [(0.4, 2), (0.8, 3), (1.5, 5)])
def test_dbscan_equals_its_definition(eps, min_samples):
    vectors = np.random.default_rng(2).normal(size=(70, 2))
    near = np.linalg.norm(vectors[:, None] - vectors, axis=-1) <= eps
    core = near.sum(axis=1) >= min_samples
    want, clusters = np.full(70, -1), 0
    for i in np.flatnonzero(core):
        if want[i] < 0:
            reached = {i}
            while (more := {j for r in reached for j in np.flatnonzero(near[r] & core)} | reached) != reached:
                reached = more
            want[[j for j in range(70) if want[j] < 0 and any(near[r, j] for r in reached)]] = clusters
            clusters += 1
    labels = clustering.cluster(vectors, "dbscan", eps=eps, min_samples=min_samples)
    assert same_grouping(labels[core], want[core])
    np.testing.assert_array_equal(labels < 0, want < 0)


@pytest.mark.parametrize(
    "vectors, method, settings, match",
    [
        (np.zeros((3, 2)), "spectral", {}, r"one of \['dbscan', 'jaccard', 'kmeans'\]; received 'spectral'"),
        (np.zeros((3, 2)), "kmeans", {"clusters": 4}, "received clusters=4 for 3 rows. Ask for fewer"),
        (np.zeros((3, 2)), "kmeans", {"clusters": 0}, "received clusters=0"),
        (np.zeros((1, 2)), "dbscan", {"eps": 1.0}, "received min_samples=2 for 1 rows"),
        (np.zeros((3, 2)), "dbscan", {"eps": 0.0}, "eps must be a distance > 0; received 0.0"),
        (
            np.zeros((3, 2)),
            "kmeans",
            {"eps": 0.5},
            r"Settings \['eps'\] do not fit clustering method 'kmeans'",
        ),
        (np.zeros((0, 2)), "kmeans", {"clusters": 1}, r"at least one of each; received shape \(0, 2\)"),
        (
            np.array([[0.0], [np.inf]]),
            "kmeans",
            {"clusters": 1},
            "NaN or infinite values, the first in row 1",
        ),
    ],
)
def test_bad_input_is_named(vectors, method, settings, match):
    with pytest.raises(ValueError, match=match):
        clustering.cluster(vectors, method, **settings)
