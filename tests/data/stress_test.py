# SPDX-License-Identifier: MIT
"""Changed recordings: what each change keeps, how far it goes, that seeds decide, and that the split itself stays."""

import numpy as np
import pytest

from tests import fakes
from tfskel.data import skeleton_split, stress

WALK = fakes.walk(0, 0, frames=40)


@pytest.fixture
def split():
    return skeleton_split.build(fakes.walkers(0, people=3, frames=20), f=4, rule="testing")


def changed(name, walk=WALK, seed=0):
    return stress.CHANGES[name](walk, np.random.default_rng(seed))


def distances(joints):
    return np.linalg.norm(joints[:, :, None] - joints[:, None], axis=-1)


def test_another_view_keeps_heights_and_distances_and_turns_all_frames_alike():
    turned = changed("random views")
    np.testing.assert_allclose(distances(turned), distances(WALK), atol=1e-9)
    np.testing.assert_array_equal(turned[..., 1], WALK[..., 1])
    before, after = (walk[:, 5] - walk[:, 9] for walk in (WALK, turned))
    angles = [np.arctan2(bone[:, 2], bone[:, 0]) for bone in (before, after)]
    turns = np.angle(np.exp(1j * np.subtract(*angles)))
    assert np.ptp(turns) < 1e-9 and 0 < abs(turns[0]) <= np.pi / 2


def test_another_scale_multiplies_all_distances_by_up_to_a_tenth():
    ratios = [(changed("scale ±10 %", seed=seed) / WALK).round(9) for seed in range(20)]
    assert all(np.ptp(ratio) == 0 for ratio in ratios)
    assert 0.9 <= min(ratio.min() for ratio in ratios) < 0.95 < 1.05 < max(ratio.max() for ratio in ratios) <= 1.1


def test_bias_is_a_centimetre_and_the_same_in_all_frames():
    moved = changed("bias 1 cm") - WALK
    np.testing.assert_allclose(moved, np.broadcast_to(moved[0], moved.shape), atol=1e-12)
    assert 0.007 < moved[0].std() < 0.013


def test_a_fifth_of_the_joints_stays_where_it_was_for_eight_frames():
    lost = changed("a fifth of the joints lost")
    moved = (lost != WALK).any(axis=-1)
    assert moved[1:8].sum(axis=1).tolist() == [4] * 7 and moved[8:].sum(axis=1).tolist() == [4] * 32
    for first in range(8, 40, 8):
        (joints,) = {tuple(np.flatnonzero(frame)) for frame in moved[first : first + 8]}
        np.testing.assert_array_equal(lost[first : first + 8, joints], WALK[[first - 1] * 8][:, joints])


@pytest.mark.parametrize("name", stress.CHANGES)
def test_a_changed_split_has_the_same_sequences_of_other_joints_and_its_seed_decides(split, name):
    before = split.raw(slice(None)).copy()
    once, again, other = (stress.changed(split, name, seed) for seed in (0, 0, 1))
    assert len(once) == len(split) and once.raw(slice(None)).dtype == np.float32
    np.testing.assert_array_equal(once.raw(slice(None)), again.raw(slice(None)))
    assert np.abs(once.raw(slice(None)) - other.raw(slice(None))).max() > 1e-3
    np.testing.assert_array_equal(split.raw(slice(None)), before)
    assert once.identity.tolist() == split.identity.tolist()


def test_recordings_are_changed_each_by_a_draw_of_its_own(split):
    bias = stress.changed(split, "bias 1 cm", 0).recordings.joints - split.recordings.joints
    first, second = (bias[start] for start in split.recordings.start[:2])
    assert np.abs(first - second).max() > 1e-3
