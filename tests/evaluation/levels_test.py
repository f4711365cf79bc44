# SPDX-License-Identifier: MIT
"""Levels of one window to a whole recording: groups written out, and the recorded numbers of real walking."""

import numpy as np
import pytest

from datasets_tfds.cmu_walk import embedded
from tests import fakes
from tfskel import features
from tfskel.evaluation import levels, ranking


def items(vectors, identities, recordings):
    return features.Features(np.asarray(vectors), list(identities), [""] * len(recordings), list(recordings))


def test_groups_are_consecutive_windows_of_one_recording_without_the_rest():
    windows = items([[1], [10], [3], [20], [5]], "ababa", "pqpqp")
    pairs = levels.means(windows, 2)
    assert (pairs.vectors[:, 0].tolist(), pairs.recordings.tolist()) == ([2, 15], ["p", "q"])
    whole = levels.means(windows, levels.WHOLE)
    assert (whole.vectors[:, 0].tolist(), whole.identities.tolist()) == ([3, 15], ["a", "b"])
    assert len(levels.means(windows, 4)) == 0


def test_levels_search_gallery_recordings_and_leave_out_what_no_recording_reaches():
    probe = items([[0], [9], [10], [10]], "aabb", "ppqq")  # a strays in its second window
    gallery = items([[0], [2], [10]], "aab", "rrs")
    found = levels.metrics(probe, gallery, ranking.retrieve)
    assert list(found) == ["one window", "2 windows", "whole recording"]
    assert found["one window"] == {"items": 4, "rank1": 3 / 4, "mAP": pytest.approx((3 + 1 / 2) / 4)}
    assert found["2 windows"] == {"items": 2, "rank1": 1, "mAP": 1}
    assert levels.metrics(items([[0], [1]], "ab", "pq"), gallery, ranking.retrieve) == {}


def test_root_centred_joints_of_real_walking_reach_the_recorded_levels():
    windows = np.load(fakes.GOLDEN / "end_to_end/windows.npz")
    stored = embedded.read("kinect_v1", noisy=True)
    joints = np.concatenate([row["joints"] for row in stored.values()])
    ends = np.cumsum([len(row["joints"]) for row in stored.values()])

    def side(part):
        start, person = windows[f"{part}_start"], windows[f"{part}_person"]
        frames = joints[start[:, None] + np.arange(6)].astype(np.float64)  # (N, 6, 20, 3)
        frames -= frames[:, :, :1]
        return items(
            frames.reshape(len(start), -1), person.astype(str), np.searchsorted(ends, start, "right").astype(str)
        )

    found = levels.metrics(side("probe"), side("gallery"), ranking.retrieve)
    assert [level["items"] for level in found.values()] == [187, 89, 42, 16]
    assert [round(100 * level["rank1"], 1) for level in found.values()] == [31.6, 32.6, 64.3, 81.2]
