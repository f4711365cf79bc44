# SPDX-License-Identifier: MIT
"""Re-ranking: equal to the definition written out item by item, in both directions and in blocks of any size."""

import numpy as np
import pytest

from tests import fakes
from tfskel.clustering import reranking


def sets(probes=9, gallery=14, seed=0):
    """Items of five people with an offset in common."""
    rng = np.random.default_rng(seed)
    people = 3 + rng.normal(size=(5, 4))
    return [(people[rng.integers(5, size=count)] + 0.3 * rng.normal(size=(count, 4))) for count in (probes, gallery)]


def mutual(rank, item, width):
    return {other for other in rank[item][:width] if item in rank[other][:width]}


def by_definition(probe, gallery, k1, k2, share):
    """(P, G) distances, item by item."""
    items = np.concatenate([probe, gallery])
    squares = ((items[:, None] - items) ** 2).sum(axis=-1)
    squares /= squares.max(axis=1, keepdims=True)
    rank = np.argsort(squares, axis=1, kind="stable").tolist()
    weights = np.zeros_like(squares)
    for item in range(len(items)):
        grown = near = mutual(rank, item, k1 + 1)
        for other in near:
            half = mutual(rank, other, round(k1 / 2) + 1)
            if len(half & near) > 2 / 3 * len(half):
                grown = grown | half
        chosen = sorted(grown)
        weights[item, chosen] = np.exp(-squares[item, chosen]) / np.exp(-squares[item, chosen]).sum()
    weights = np.stack([weights[rank[item][:k2]].mean(axis=0) for item in range(len(items))])
    smaller = np.minimum(weights[:, None], weights).sum(axis=-1)
    larger = np.maximum(weights[:, None], weights).sum(axis=-1)
    both = (1 - share) * (1 - smaller / larger) + share * squares
    return both[: len(probe), len(probe) :], both[len(probe) :, : len(probe)]


@pytest.mark.parametrize("k1, k2, share", [(6, 3, 0.3), (10, 1, 0.0), (4, 2, 1.0)])
def test_distances_equal_the_definition(k1, k2, share, monkeypatch):
    monkeypatch.setattr(reranking, "BLOCK_BYTES", 400)
    probe, gallery = sets()
    found = reranking.Reranked(probe, gallery, k1, k2, share)
    for reverse, want in zip((False, True), by_definition(probe, gallery, k1, k2, share), strict=True):
        blocks = list(found.distances(reverse))
        assert len(blocks) > 1
        np.testing.assert_allclose(np.concatenate(blocks), want, atol=2e-5)


def test_few_items_have_fewer_neighbours():
    probe, gallery = sets(2, 3)
    (found,) = reranking.Reranked(probe, gallery).distances()
    np.testing.assert_allclose(found, by_definition(probe, gallery, 4, 5, 0.3)[0], atol=2e-5)


def test_equal_items_are_no_error():
    (found,) = reranking.Reranked(np.ones((3, 2)), np.ones((4, 2))).distances()
    assert found.shape == (3, 4) and np.isfinite(found).all()


def test_values_that_are_no_numbers_are_refused():
    with pytest.raises(ValueError, match="features hold NaN or infinite values, the first in row 1"):
        reranking.Reranked(np.array([[1.0], [np.nan]]), np.ones((3, 1)))


def test_root_centred_joints_of_real_people_are_found_less_often_when_re_ranked():
    from components import reranked
    from tfskel.data import skeleton_split
    from tfskel.evaluation import protocols
    from tfskel.features import Features

    sides = []
    walks = fakes.real_recordings()
    for side in ("probe", "gallery"):
        data = skeleton_split.build(walks[side], f=6, rule="testing")
        joints = data.picture(slice(None)).reshape(len(data), -1)
        sides.append(Features(joints, data.identity, data.camera, data.recording))
    result = reranked.retrieve(protocols.STANDARD, *sides, max_rank=20)
    assert (round(100 * result.rank(1), 1), round(100 * result.mAP, 1)) == (49.2, 31.1)
