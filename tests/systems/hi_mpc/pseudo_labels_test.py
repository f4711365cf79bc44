# SPDX-License-Identifier: MIT
"""Clusters of an epoch: what is kept, what is reported, and what stops with advice."""

import numpy as np
import pytest

from tfskel import clustering
from tfskel.systems.hi_mpc import pseudo_labels

SETTINGS = {"eps": 0.6, "min_samples": 2, "k1": 6, "k2": 2}


def blobs(seed, groups=4, members=12, strays=0, units=5):
    """Tight groups and far rows of their own."""
    rng = np.random.default_rng(seed)
    centres = 6 * rng.normal(size=(groups, units))
    near = np.repeat(centres, members, axis=0) + 0.1 * rng.normal(size=(groups * members, units))
    vectors = np.concatenate([near, 60 * rng.normal(size=(strays, units))]).astype(np.float32)
    return vectors / 4


def test_levels_are_clustered_on_their_own_and_only_what_all_of_them_place_is_kept():
    features = {level: blobs(seed, strays=5) for seed, level in enumerate(("joints", "parts", "bodies"))}
    features["parts"] = np.roll(features["parts"], 7, axis=0)
    found = pseudo_labels.assign(features, SETTINGS, batch_size=4)
    for number, (level, vectors) in enumerate(features.items()):
        want = clustering.cluster(vectors, "jaccard", **SETTINGS)
        np.testing.assert_array_equal(found.labels[:, number], want)
        means = [vectors[want == k].mean(axis=0) for k in range(want.max() + 1)]
        np.testing.assert_allclose(found.prototypes[number], means, atol=1e-5, err_msg=level)
    want = [n for n in range(53) if all(found.labels[n, level] >= 0 for level in range(3))]
    assert found.kept.tolist() == want


def test_the_report_counts_clusters_outliers_and_purity_of_each_level():
    labels = np.array([[0, 0], [0, 1], [1, 1], [-1, 1]], np.int32)
    found = pseudo_labels.PseudoLabels(labels, (), np.arange(3))
    report = pseudo_labels.report(found, ("joints", "parts"), np.array(["a", "b", "b", "b"]))
    assert report == {
        "clusters/joints": 2.0, "outliers/joints": 1.0, "purity/joints": pytest.approx(2 / 3),
        "clusters/parts": 2.0, "outliers/parts": 0.0, "purity/parts": 1.0, "kept/sequences": 3.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "change, settings, batch_size, match",
    [
        (lambda v: v, {"min_samples": 49}, 4, "no cluster on level parts: all 48 .* Raise training.eps .now 0.6."),
        (lambda v: v, {}, 60, "only 45 of 48 sequences .* fewer than a batch of 60, .* lower training.batch_size"),
        (lambda v: v * np.nan, {}, 4, "level parts hold NaN .* in 48 of 48 .* first is 0. Lower training.lea"),
        (lambda v: v[:5], {}, 4, "1 <= k <= 5; received k=6 for 5 rows"),
        (lambda v: v, {"eps": 1.5}, 4, "must lie between 0 and 1"),
    ],
)
def test_an_epoch_that_cannot_be_trained_stops_with_advice(change, settings, batch_size, match):
    with pytest.raises(ValueError, match=match):
        pseudo_labels.assign({"parts": change(blobs(0))}, SETTINGS | settings, batch_size)


@pytest.mark.parametrize("resample", [True, False])
def test_rows_are_drawn_and_shuffled_once_from_the_generator(resample):
    labels = np.repeat([0, 1, 2], [9, 4, 2])
    rows = pseudo_labels.draw_rows(labels, 6, resample, np.random.RandomState(5))
    np.testing.assert_array_equal(rows, pseudo_labels.draw_rows(labels, 6, resample, np.random.RandomState(5)))
    counts = np.bincount(labels[rows])
    assert counts.tolist() == ([8, 8, 8] if resample else [9, 4, 2])
    assert rows.tolist() != sorted(rows)
