# SPDX-License-Identifier: MIT
"""The stress forms and levels of the goals' table, on what they are defined by."""

import numpy as np

from tests import fakes
from tfskel import features
from tools import joint_distances_goals as goals


def test_changes_leave_what_they_should():
    rng, row = np.random.default_rng(0), {"joints": fakes.walk(0, 0, 12).astype(np.float32)}
    joints = row["joints"]
    turned, moved, resized = (change(rng)(row) for change in (goals.random_view, goals.bias, goals.scale))
    np.testing.assert_allclose(np.linalg.norm(turned, axis=2), np.linalg.norm(joints, axis=2), rtol=1e-5)
    assert np.abs(turned - joints).max() > 0.1 and (turned[..., 1] == joints[..., 1]).all()
    np.testing.assert_allclose((moved - joints).std(axis=0), 0, atol=1e-6)
    assert 0.008 < (moved - joints)[0].std() < 0.012
    ratio = resized / joints
    assert np.ptp(ratio) < 1e-5 and 0.9 <= ratio.mean() <= 1.1 and abs(ratio.mean() - 1) > 1e-3


def test_real_people_have_their_splits_and_every_recording_is_changed_once():
    counts = {split: int(found.length.sum()) for split, found in goals.cmu_walk().items()}
    assert counts == {"train": 2913, "gallery": 954, "probe": 1159}
    numbers = iter(range(100))
    marked = goals.cmu_walk(lambda row: np.full_like(row["joints"], next(numbers)))
    values = {name: set() for found in marked.values() for name in found.recording}
    for found in marked.values():
        for name, start in zip(found.recording, found.start, strict=True):
            values[name].add(float(found.joints[start, 0, 0]))
    assert len(values) == 50 and all(len(value) == 1 for value in values.values())


def test_consecutive_windows_are_averaged_and_an_incomplete_group_is_left_out():
    vectors = np.arange(14, dtype=np.float32).reshape(7, 2)
    rows = features.Features(vectors, ["a"] * 5 + ["b"] * 2, [""] * 7, list("0000011"))
    two, whole = goals._means(rows, 2), goals._means(rows, 0)
    np.testing.assert_array_equal(two.vectors, [[1, 2], [5, 6], [11, 12]])
    assert two.identities.tolist() == ["a", "a", "b"]
    np.testing.assert_array_equal(whole.vectors, [[4, 5], [11, 12]])
