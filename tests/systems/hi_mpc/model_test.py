# SPDX-License-Identifier: MIT
"""Hi-MPC's encoder: sizes of the original, levels, joint order, and what it refuses."""

import numpy as np
import pytest

from tfskel import skeletons
from tfskel.systems.hi_mpc import model as hi_mpc


@pytest.mark.parametrize(
    "skeleton, units, total",
    [
        ("kinect_v1", 256, 1_797_888),
        ("kinect_v2", 256, 1_801_728),
        ("openpose", 256, 1_793_280),
        ("kinect_v2", 32, 31_680),
    ],
)
def test_the_number_of_parameters_is_the_originals_without_its_frozen_twins(skeleton, units, total):
    assert hi_mpc.HiMPC(skeleton, 6, units=units).count_params() == total


def joints(skeleton="kinect_v1", sequences=3, length=4, seed=0):
    count = skeletons.get(skeleton).num_joints
    return np.random.default_rng(seed).normal(size=(sequences, length, count, 3)).astype(np.float32)


@pytest.mark.parametrize("skeleton", sorted(skeletons.SKELETONS))
def test_levels_are_means_of_their_joints(skeleton):
    values, table = joints(skeleton), skeletons.get(skeleton)
    found = hi_mpc.HiMPC(skeleton, 4, units=3, heads=1).levels(values)
    frames = values.reshape(-1, *values.shape[2:])
    np.testing.assert_array_equal(found["joints"], frames)
    for level in ("parts", "bodies"):
        want = np.stack([frames[:, list(group)].mean(axis=1) for group in getattr(table, level)], axis=1)
        np.testing.assert_allclose(found[level], want, atol=1e-6)


def test_features_are_levels_transformed_by_the_mean_head_side_by_side():
    model = hi_mpc.HiMPC("kinect_v1", 4, units=6, heads=3, seed=1)
    values = joints()
    found = model.representations(values)
    parts = []
    for level in hi_mpc.LEVELS:
        first, first_bias, second, second_bias = (np.asarray(w) for w in model.encoders[level].weights)
        nodes = np.asarray(model.levels(values)[level]).reshape(3, 4, -1)
        mean = (np.maximum(nodes @ first + first_bias, 0) @ second + second_bias).mean(axis=1)
        np.testing.assert_allclose(found[level], mean, atol=1e-5)
        parts.append(np.mean([mean @ kernel for kernel in np.asarray(model.heads[level].kernel)], axis=0))
    np.testing.assert_allclose(found["features"], np.concatenate(parts, axis=1), atol=1e-5)
    np.testing.assert_array_equal(model(values), found["features"])


def test_a_joint_order_is_the_same_as_ordered_joints():
    order = np.random.default_rng(3).permutation(20)
    plain = hi_mpc.HiMPC("kinect_v1", 4, units=6, heads=2, seed=1)
    ordering = hi_mpc.HiMPC("kinect_v1", 4, units=6, heads=2, seed=1, joint_order=order)
    np.testing.assert_allclose(ordering(joints()), plain(joints()[:, :, order]), atol=1e-6)


@pytest.mark.parametrize(
    "settings, match",
    [
        ({"skeleton": "kinect"}, "Unknown skeleton 'kinect'"),
        ({"units": 0}, "units must be at least 1; received 0"),
        ({"heads": 0}, "heads must be at least 1"),
        ({"length": 0}, "length must be at least 1"),
        ({"joint_order": (0, 1, 1)}, r"each of 20 joints once; received \[0, 1, 1\]"),
    ],
)
def test_impossible_settings_are_named(settings, match):
    with pytest.raises(ValueError, match=match):
        hi_mpc.HiMPC(**{"skeleton": "kinect_v1", "length": 6, "units": 4, "heads": 1} | settings)
