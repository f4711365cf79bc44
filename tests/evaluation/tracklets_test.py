# SPDX-License-Identifier: MIT
"""Frames become tracklets as a loop over the definition says, in any order of the frames."""

import numpy as np
import pytest

from tfskel import features
from tfskel.evaluation import tracklets


def unit(vector):
    return vector / np.sqrt(np.sum(vector**2))


def test_descriptors_of_frames_equal_a_loop_over_frames_and_parts():
    rng = np.random.default_rng(0)
    local, joint = rng.normal(size=(5, 6, 3)), rng.normal(size=(5, 4, 3))
    want = [
        np.concatenate([unit(np.concatenate([local[n, :, p], joint[n, :, p]])) / np.sqrt(3) for p in range(3)])
        for n in range(5)
    ]
    ours = tracklets.frame_descriptors(local, joint)
    np.testing.assert_allclose(ours, want, rtol=0, atol=1e-15)
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), 1)


def test_a_part_without_features_stays_zero():
    values = np.ones((1, 2, 2))
    values[:, :, 0] = 0
    np.testing.assert_allclose(tracklets.frame_descriptors(values), [[0, 0, 0.5, 0.5]])


@pytest.mark.parametrize(
    "shapes, message",
    [([(2, 3)], "received .*2, 3"), ([(2, 3, 4), (2, 3, 5)], "parts"), ([(2, 3, 4), (1, 3, 4)], "1, 3, 4")],
)
def test_features_that_do_not_fit_together_are_refused(shapes, message):
    with pytest.raises(ValueError, match=message):
        tracklets.frame_descriptors(*map(np.ones, shapes))


@pytest.mark.parametrize("pooling, reduce", [("max", np.max), ("mean", np.mean)])
def test_templates_equal_a_loop_over_tracklets(pooling, reduce):
    rng = np.random.default_rng(1)
    vectors, tracklet = rng.normal(size=(30, 4)), rng.integers(5, size=30)
    want = [unit(reduce(vectors[tracklet == name], axis=0)) for name in dict.fromkeys(tracklet)]
    np.testing.assert_allclose(tracklets.templates(vectors, tracklet, pooling), want, rtol=0, atol=1e-14)


def test_pooled_features_keep_who_and_where_in_the_order_in_which_tracklets_begin():
    given = features.Features(
        [[3, 0], [0, 4], [0, 1], [0, 2], [1, 1]], list("abacc"), list("12133"), ["t", "u", "t", "", ""]
    )
    found = tracklets.pooled(given, "max", normalised=False)
    np.testing.assert_array_equal(found.vectors, [[3, 1], [0, 4], [0, 2], [1, 1]])
    assert "".join(found.identities) == "abcc" and "".join(found.cameras) == "1233"
    assert found.recordings.tolist() == ["t", "u", "", ""]
    np.testing.assert_allclose(np.linalg.norm(tracklets.pooled(given, "mean").vectors, axis=1), 1, atol=1e-6)
    assert tracklets.pooled(given, "") is given


@pytest.mark.parametrize("column", ["identities", "cameras"])
def test_a_tracklet_of_two_persons_or_cameras_is_refused_by_name(column):
    columns = {"identities": ["a", "a"], "cameras": ["1", "1"]} | {column: ["x", "y"]}
    given = features.Features([[1.0], [2.0]], recordings=["t7", "t7"], **columns)
    with pytest.raises(ValueError, match=f"'t7' has two {column}, 'x' and 'y'"):
        tracklets.pooled(given, "max")


def test_an_unknown_pooling_is_refused():
    with pytest.raises(ValueError, match="max, mean; received 'median'"):
        tracklets.templates(np.ones((1, 1)), np.zeros(1), "median")
