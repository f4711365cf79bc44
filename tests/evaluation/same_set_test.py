# SPDX-License-Identifier: MIT
"""Retrieval inside one set against a loop over the original's rule, and the protocol rows that use it."""

import types

import numpy as np
import pytest
from sklearn import metrics

from tfskel.evaluation import protocols, same_set


def case(rows=30, seed=0, copies=0):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(rows, 4)).astype(np.float32)
    vectors[:copies] = vectors[copies : 2 * copies]
    return types.SimpleNamespace(vectors=vectors, identities=rng.integers(0, 6, rows).astype(str))


def by_definition(features, ranks=(1, 5, 10)):
    precision, hits = [], []
    for i, (vector, identity) in enumerate(zip(features.vectors.astype(float), features.identities, strict=True)):
        distance = np.array([np.linalg.norm(vector - other) for other in features.vectors.astype(float)])
        match = features.identities == identity
        if i > 0:
            precision.append(metrics.average_precision_score(match, -distance))
        ordered = match[np.argsort(distance, kind="stable")][1:]
        hits.append([ordered[:rank].any() for rank in ranks])
    return np.mean(precision), np.mean(hits, axis=0)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("block_bytes", [1, 1 << 20])
def test_metrics_follow_the_rule_of_the_original(seed, block_bytes):
    features = case(seed=seed)
    found = same_set.retrieve(features, block_bytes=block_bytes)
    mean, ranks = by_definition(features)
    assert found.mAP == pytest.approx(mean, abs=1e-12)
    assert [found.rank(k) for k in (1, 5, 10)] == ranks.tolist() == [found.cmc[k - 1] for k in (1, 5, 10)]


def test_equal_rows_tie_exactly():
    features = case(copies=5)
    assert same_set.retrieve(features).mAP == pytest.approx(by_definition(features)[0], abs=1e-12)


def test_ranked_lists_leave_the_searched_row_out():
    found = same_set.retrieve(case(), top=29)
    assert all(i not in row for i, row in enumerate(found.top_index.tolist()))


@pytest.mark.parametrize(
    "vectors, match",
    [
        (np.zeros((1, 2)), "needs at least 2 rows; received 1"),
        (np.full((3, 2), np.nan), "the set holds NaN or infinite values in 3 rows, the first is row 0"),
        (np.zeros(3), r"the set must be a matrix .* received shape \(3,\)"),
    ],
)
def test_too_few_rows_or_nan_are_named(vectors, match):
    features = types.SimpleNamespace(vectors=vectors, identities=np.array(["a"] * len(vectors)))
    with pytest.raises(ValueError, match=match):
        same_set.retrieve(features)


@pytest.mark.parametrize("probe, gallery", [("nm", "nm"), ("cl", "nm"), ("bg", "bg")])
def test_conditions_have_rows_and_equal_ones_their_own_rule(probe, gallery):
    row = protocols.protocol("released", f"{probe}_{gallery}")
    assert (row.probe, row.gallery, row.same_set) == (probe, gallery, probe == gallery)
    features = case()
    other = case(seed=9)
    want = by_definition(features)[0] if row.same_set else row.retrieve(features, other).mAP
    assert row.retrieve(features, other).mAP == pytest.approx(want)
