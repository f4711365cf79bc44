# SPDX-License-Identifier: MIT
"""Frames become tracklets as a loop over the definition says, in any order of the frames."""

import numpy as np
import pytest

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


@pytest.mark.parametrize("normalised", [True, False])
@pytest.mark.parametrize("pooling, reduce", [("max", np.max), ("mean", np.mean)])
def test_pooled_blocks_of_frames_equal_a_loop_over_tracklets(pooling, reduce, normalised):
    rng = np.random.default_rng(1)
    vectors, names = rng.normal(size=(30, 4)) - 3, rng.integers(5, size=30).astype(str)
    pool = tracklets.Pool(names, pooling, normalised)
    for frames in np.split(rng.permutation(30), [1, 9, 20]):
        pool.add(frames, vectors[frames])
    own = [reduce(vectors[names == name], axis=0) for name in dict.fromkeys(names)]
    np.testing.assert_allclose(pool.result(), [unit(x) if normalised else x for x in own], rtol=0, atol=1e-14)
    assert names[pool.first].tolist() == list(dict.fromkeys(names))


def test_a_frame_without_a_tracklet_is_one_of_its_own():
    pool = tracklets.Pool(["t", "", "u", "t", ""], "max")
    assert pool.first.tolist() == [0, 1, 2, 4] and pool.number.tolist() == [0, 1, 2, 0, 3]


def test_an_unknown_pooling_is_refused():
    with pytest.raises(ValueError, match="max, mean; received 'median'"):
        tracklets.Pool(["t"], "median")
