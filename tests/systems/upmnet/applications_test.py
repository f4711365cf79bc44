# SPDX-License-Identifier: MIT
"""Weights of keras.applications become those of our backbones, as equal as the docstring says."""

import keras
import numpy as np
import pytest

from tfskel.systems.upmnet import applications, model


def drawn(network, scale):
    rng = np.random.default_rng(0)
    for weight in network.weights:
        if weight.name in ("gamma", "moving_variance"):
            weight.assign(rng.uniform(0.8, 1.2, weight.shape))
        else:
            fan = np.prod(weight.shape[:-1]) if weight.name == "kernel" else 9
            weight.assign(rng.normal(0, scale / np.sqrt(fan), weight.shape))
    return network


IMAGES = np.random.default_rng(1).uniform(-1, 1, (2, 64, 32, 3)).astype("f")


def test_a_mobilenet_with_its_statistics_gives_equal_maps(tmp_path):
    source = drawn(applications.read("mobilenet_v1", None, 0.25), 1.5)
    source.save_weights(tmp_path / "source.weights.h5")
    again = applications.read("mobilenet_v1", tmp_path / "source.weights.h5", 0.25)
    network = model.PartNetwork(parts=2, width=0.25)
    applications.start(network, again, statistics=True)
    want = source(IMAGES).numpy()
    np.testing.assert_allclose(network.trunk(IMAGES), want, atol=1e-5 * np.abs(want).max())
    applications.start(network, again)
    np.testing.assert_array_equal(network.trunk.convolutions[-1].batch_norm.moving_variance, 1)


def test_a_resnet_with_biases_differs_by_the_shift_of_its_pooling_only():
    source = drawn(applications.read("resnet_v1_50", None), 1.0)
    network = model.PartNetwork("resnet_v1_50", parts=2)
    applications.start(network, source, statistics=True)
    root = keras.Model(source.input, source.get_layer("conv1_relu").output)
    want = root(IMAGES).numpy()
    np.testing.assert_allclose(network.trunk.root(IMAGES), want, atol=1e-5 * np.abs(want).max())
    # Behind the pooling the same maps are fed to both.
    pooled = source.get_layer("pool1_pool").output
    behind = keras.Model(pooled, source.output)
    maps = np.random.default_rng(2).uniform(0, 1, (2, 16, 8, 64)).astype("f")
    ours = maps
    for unit in network.trunk.units:
        ours = unit(ours)
    want = behind(maps).numpy()
    np.testing.assert_allclose(ours, want, atol=2e-5 * np.abs(want).max())


def test_a_file_of_another_network_is_refused(tmp_path):
    (tmp_path / "x.weights.h5").write_bytes(b"no weights")
    with pytest.raises(ValueError, match="x.weights.h5 holds no weights of mobilenet_0.25"):
        applications.read("mobilenet_v1", tmp_path / "x.weights.h5", 0.25)
    with pytest.raises(ValueError, match="wrong shape"):
        applications.start(model.PartNetwork(parts=2, width=0.5), applications.read("mobilenet_v1", None, 0.25))
