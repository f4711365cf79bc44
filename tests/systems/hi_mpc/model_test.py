# SPDX-License-Identifier: MIT
"""Hi-MPC's encoder: sizes of the original, levels, joint order, what it refuses; its layers against loops."""

import numpy as np
import pytest

from tests.systems.hi_mpc import by_head
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
        parts.append(np.mean([mean @ kernel for kernel in np.asarray(model.meta_heads[level].kernel)], axis=0))
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


def case(sequences=3, frames=4, units=5, heads=2, prototypes=6, seed=0):
    rng = np.random.default_rng(seed)
    layer = hi_mpc.MetaHeads(heads, seed=seed)
    layer.build((None, frames, units))
    return layer, *(rng.normal(size=s).astype(np.float32) for s in ((sequences, frames, units), (prototypes, units)))


def by_definition(kernels, frames, prototypes):
    """Logits of frames (N, f, M, K) and of mean frames (N, M, K)."""
    scale = np.sqrt(frames.shape[-1])
    of_frames = np.zeros((*frames.shape[:2], len(kernels), len(prototypes)))
    of_means = np.zeros((len(frames), len(kernels), len(prototypes)))
    for m, kernel in enumerate(kernels):
        for k, prototype in enumerate(prototypes):
            key = prototype @ kernel
            for n, sequence in enumerate(frames):
                of_means[n, m, k] = (sequence.mean(axis=0) @ kernel) @ key / scale
                for t, frame in enumerate(sequence):
                    of_frames[n, t, m, k] = (frame @ kernel) @ key / scale
    return of_frames, of_means


@pytest.mark.parametrize("form", [hi_mpc.MetaHeads.logits, by_head.logits])
@pytest.mark.parametrize("sizes", [{}, {"prototypes": 1, "heads": 1}, {"sequences": 1, "frames": 1, "units": 8}])
def test_logits_in_both_orders_of_operations_equal_the_definition(form, sizes):
    layer, frames, prototypes = case(**sizes)
    want = by_definition(np.asarray(layer.kernel, np.float64), frames, prototypes)
    for got, expected in zip(form(layer, frames, prototypes), want, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4)


def test_the_feature_is_the_mean_of_the_heads_outputs():
    layer, frames, _ = case(heads=3)
    sequences = frames.mean(axis=1)
    want = np.mean([sequences @ kernel for kernel in np.asarray(layer.kernel)], axis=0)
    np.testing.assert_allclose(layer(sequences), want, atol=1e-5)


def test_heads_start_standard_normal_and_differ_by_seed():
    kernels = []
    for seed in (1, 1, 2):
        layer = hi_mpc.MetaHeads(8, seed=seed)
        layer.build((None, 6, 64))
        kernels.append(np.asarray(layer.kernel))
    assert abs(kernels[0].std() - 1) < 0.02 and abs(kernels[0].mean()) < 0.02
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert np.abs(kernels[0] - kernels[2]).max() > 1


def test_a_level_encoder_is_two_dense_layers_with_one_activation():
    layer = hi_mpc.LevelEncoder(4, seed=3)
    layer.build((None, 6))
    rng = np.random.default_rng(0)
    for variable in layer.weights:
        variable.assign(rng.normal(size=variable.shape))
    frames = rng.normal(size=(7, 6)).astype(np.float32)
    first, first_bias, second, second_bias = (np.asarray(w) for w in layer.weights)
    want = [[max(0.0, h) for h in frame @ first + first_bias] @ second + second_bias for frame in frames]
    np.testing.assert_allclose(layer(frames), want, rtol=1e-4, atol=1e-5)


def test_a_level_encoder_starts_with_glorot_kernels_and_zero_biases():
    layer = hi_mpc.LevelEncoder(40, seed=3)
    layer.build((None, 60))
    kernels, biases = (layer.hidden.kernel, layer.encoded.kernel), (layer.hidden.bias, layer.encoded.bias)
    for kernel in map(np.asarray, kernels):
        limit = np.sqrt(6 / sum(kernel.shape))
        assert 0.95 * limit < np.abs(kernel).max() <= limit
    assert not any(np.asarray(bias).any() for bias in biases)
