# SPDX-License-Identifier: MIT
"""Meta-transformation heads and level encoders against loops written from their definitions."""

import numpy as np
import pytest

from tfskel.systems.hi_mpc import level_encoder, meta_heads


def case(sequences=3, frames=4, units=5, heads=2, prototypes=6, seed=0):
    rng = np.random.default_rng(seed)
    layer = meta_heads.MetaHeads(heads, seed=seed)
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


@pytest.mark.parametrize("form", ["logits", "logits_by_head"])
@pytest.mark.parametrize("sizes", [{}, {"prototypes": 1, "heads": 1}, {"sequences": 1, "frames": 1, "units": 8}])
def test_logits_in_both_orders_of_operations_equal_the_definition(form, sizes):
    layer, frames, prototypes = case(**sizes)
    want = by_definition(np.asarray(layer.kernel, np.float64), frames, prototypes)
    for got, expected in zip(getattr(layer, form)(frames, prototypes), want, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4)


def test_the_feature_is_the_mean_of_the_heads_outputs():
    layer, frames, _ = case(heads=3)
    sequences = frames.mean(axis=1)
    want = np.mean([sequences @ kernel for kernel in np.asarray(layer.kernel)], axis=0)
    np.testing.assert_allclose(layer(sequences), want, atol=1e-5)


def test_heads_start_standard_normal_and_differ_by_seed():
    kernels = []
    for seed in (1, 1, 2):
        layer = meta_heads.MetaHeads(8, seed=seed)
        layer.build((None, 6, 64))
        kernels.append(np.asarray(layer.kernel))
    assert abs(kernels[0].std() - 1) < 0.02 and abs(kernels[0].mean()) < 0.02
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert np.abs(kernels[0] - kernels[2]).max() > 1


def test_a_level_encoder_is_two_dense_layers_with_one_activation():
    layer = level_encoder.LevelEncoder(4, seed=3)
    layer.build((None, 6))
    rng = np.random.default_rng(0)
    for variable in layer.weights:
        variable.assign(rng.normal(size=variable.shape))
    frames = rng.normal(size=(7, 6)).astype(np.float32)
    first, first_bias, second, second_bias = (np.asarray(w) for w in layer.weights)
    want = [[max(0.0, h) for h in frame @ first + first_bias] @ second + second_bias for frame in frames]
    np.testing.assert_allclose(layer(frames), want, rtol=1e-4, atol=1e-5)


def test_a_level_encoder_starts_with_glorot_kernels_and_zero_biases():
    layer = level_encoder.LevelEncoder(40, seed=3)
    layer.build((None, 60))
    kernels, biases = (layer.hidden_kernel, layer.kernel), (layer.hidden_bias, layer.bias)
    for kernel in map(np.asarray, kernels):
        limit = np.sqrt(6 / sum(kernel.shape))
        assert 0.95 * limit < np.abs(kernel).max() <= limit
    assert not any(np.asarray(bias).any() for bias in biases)
