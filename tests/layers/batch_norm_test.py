# SPDX-License-Identifier: MIT
"""Batch normalisation: what it normalises with, and what its moving statistics follow."""

import keras
import numpy as np

from tfskel.layers import batch_norm


def layer_and_maps(trainable=True):
    rng = np.random.default_rng(0)
    layer = batch_norm.BatchNorm(0.8, 0.01, trainable=trainable)
    maps = rng.normal(2, 3, (2, 3, 2, 4)).astype("f")
    layer.build(maps.shape)
    for weight, shift in ((layer.gamma, 1), (layer.beta, 0)):
        weight.assign(rng.normal(shift, 0.2, 4))
    return layer, maps


def test_a_batch_is_normalised_by_its_biased_variance_and_the_statistics_follow_the_unbiased_one():
    layer, maps = layer_and_maps()
    flat = maps.reshape(-1, 4).astype(float)
    want = (maps - flat.mean(0)) / np.sqrt(flat.var(0) + 0.01) * layer.gamma.numpy() + layer.beta.numpy()
    np.testing.assert_allclose(layer(maps, training=True), want, atol=1e-5)
    np.testing.assert_allclose(layer.moving_mean, 0.2 * flat.mean(0), rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance, 0.8 + 0.2 * flat.var(0, ddof=1), rtol=1e-5)


def test_a_frozen_layer_still_uses_the_batch_but_keeps_its_statistics():
    layer, maps = layer_and_maps(trainable=False)
    free, _ = layer_and_maps()
    np.testing.assert_array_equal(layer(maps, training=True), free(maps, training=True))
    np.testing.assert_array_equal(layer.moving_mean, 0)
    np.testing.assert_array_equal(layer.moving_variance, 1)


def test_without_training_it_is_that_of_keras():
    layer, maps = layer_and_maps()
    theirs = keras.layers.BatchNormalization(epsilon=0.01)
    theirs.build(maps.shape)
    rng = np.random.default_rng(1)
    for name in ("gamma", "beta", "moving_mean", "moving_variance"):
        value = rng.uniform(0.5, 2, 4)
        getattr(layer, name).assign(value)
        getattr(theirs, name).assign(value)
    np.testing.assert_allclose(layer(maps), theirs(maps), atol=1e-6)


def test_one_value_for_a_channel_leaves_finite_statistics():
    layer = batch_norm.BatchNorm(0.5)
    layer(np.ones((1, 3), "f"), training=True)
    np.testing.assert_array_equal(layer.moving_variance, 0.5)


def test_passes_in_one_batch_are_normalised_and_followed_as_one_after_the_other():
    together, maps = layer_and_maps()
    alone, _ = layer_and_maps()
    np.testing.assert_allclose(together(maps, passes=2), alone(maps), err_msg="without training passes are nothing")
    outputs = together(maps, training=True, passes=2)
    np.testing.assert_allclose(outputs, np.concatenate([alone(half[None], training=True) for half in maps]), atol=1e-5)
    for name in ("moving_mean", "moving_variance"):
        np.testing.assert_allclose(getattr(together, name), getattr(alone, name), rtol=1e-6)


def test_a_frozen_layer_keeps_its_statistics_in_passes_too():
    layer, maps = layer_and_maps(trainable=False)
    layer(maps, training=True, passes=2)
    np.testing.assert_array_equal(layer.moving_mean, 0)


def test_gamma_is_drawn_about_one_and_beta_can_stay_zero():
    layer = batch_norm.BatchNorm(gamma_stddev=0.02, train_beta=False, seed=1)
    layer.build((None, 4000))
    np.testing.assert_allclose([np.mean(layer.gamma), np.std(layer.gamma)], [1, 0.02], atol=2e-3)
    assert [weight.name for weight in layer.trainable_weights] == ["gamma"]


def test_moments_keep_the_digits_of_float32():
    maps = (np.random.default_rng(0).normal(size=(24, 64, 32, 5)) + 3).astype("f")
    mean, variance = batch_norm.moments(maps)
    exact = maps.astype(float)
    np.testing.assert_allclose(np.ravel(mean), exact.mean(axis=(0, 1, 2)), rtol=4e-7)
    np.testing.assert_allclose(np.ravel(variance), exact.var(axis=(0, 1, 2)), rtol=4e-7)
    apart, _ = batch_norm.moments(maps.reshape(3, 8, 64, 32, 5), first=1)
    assert apart.shape == (3, 1, 1, 1, 5)
