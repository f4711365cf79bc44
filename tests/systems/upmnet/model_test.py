# SPDX-License-Identifier: MIT
"""The networks: padding, strides, parts, the relation head, and what is trained of them."""

import keras
import numpy as np
import pytest

from tfskel.checkpoints import assign
from tfskel.layers import convolution
from tfskel.systems.upmnet import mobilenet_v1, model, resnet_v1

NARROW = ((2, 16, 4), (2, 24, 8))


def images(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype("f")


def networks(**settings):
    return [model.PartNetwork("mobilenet_v1", width=0.1, seed=1, **settings),
            model.PartNetwork("resnet_v1_50", blocks=NARROW, seed=1, **settings)]  # fmt: skip


def test_a_mobilenet_is_that_of_keras_for_even_sizes():
    ours = mobilenet_v1.MobileNetV1(0.25)
    ours.build((None, None, None, 3))
    theirs = keras.applications.MobileNet(input_shape=(64, 32, 3), alpha=0.25, include_top=False, weights=None)
    rng = np.random.default_rng(0)
    assert len(ours.weights) == len(theirs.weights)
    for a, b in zip(ours.weights, theirs.weights, strict=True):
        value = rng.uniform(0.5, 1.5, a.shape) if a.ndim == 1 else rng.normal(0, 0.2, a.shape)
        a.assign(value)
        b.assign(value)
    np.testing.assert_allclose(ours(images(2, 64, 32, 3)), theirs(images(2, 64, 32, 3)), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("size, padding, out", [(6, "same", 3), (7, "same", 4), (6, "centred", 3), (7, "centred", 4)])
def test_paddings_place_the_kernel_as_they_say(size, padding, out):
    layer = convolution.Convolution(1, 3, 2, padding, "linear", epsilon=0.0)
    layer.build((None, None, None, 1))
    layer.kernel.assign(np.arange(9).reshape(3, 3, 1, 1))
    maps = images(1, size, size, 1)
    before = 0 if padding == "same" and size % 2 == 0 else 1
    padded = np.pad(maps[0, :, :, 0], ((before, 2), (before, 2)))
    want = [[(padded[2 * r : 2 * r + 3, 2 * c : 2 * c + 3] * np.arange(9).reshape(3, 3)).sum() for c in range(out)]
            for r in range(out)]  # fmt: skip
    np.testing.assert_allclose(layer(maps)[0, :, :, 0], want, rtol=1e-5)


def test_a_width_keeps_eight_channels_and_resnet_strides_in_last_units():
    assert [mobilenet_v1.MobileNetV1(0.125).channels(full) for full in (32, 64, 128, 1024)] == [8, 8, 16, 128]
    trunk = resnet_v1.ResNetV1(((3, 16, 4), (2, 24, 8), (1, 8, 4)))
    assert [unit.strides for unit in trunk.units] == [1, 1, 2, 1, 2, 1]
    sizes = {name: maps.shape[1:3] for name, maps in trunk.maps(images(1, 64, 32, 3)).items()}
    assert sizes == {"conv1": (32, 16), "block1_unit_1": (16, 8), "block1_unit_2": (16, 8), "block1_unit_3": (8, 4),
                     "block2_unit_1": (8, 4), "block2_unit_2": (4, 2), "block3_unit_1": (4, 2)}  # fmt: skip


def test_parts_are_bands_of_equal_rows_and_what_is_left_over_is_ignored():
    maps = images(2, 7, 3, 5)
    means = model.part_means(maps, 3)
    np.testing.assert_allclose(means[:, 1], maps[:, 2:4].mean((1, 2)), rtol=1e-5)
    np.testing.assert_allclose(means, model.part_means(maps[:, :6], 3))
    np.testing.assert_allclose(model.part_means(maps, 1)[:, 0], maps.mean((1, 2)), rtol=1e-5)


@pytest.mark.parametrize("training", [False, True])
def test_the_relation_head_is_its_formula(training):
    head = model.RelationHead(4, epsilon=0.01, seed=1)
    means = images(6, 3, 5)
    head.build(means.shape)
    rng = np.random.default_rng(1)
    for weight in head.weights:
        weight.assign(rng.uniform(0.5, 1.5, weight.shape))
    W, b, V, gamma, beta, mean, variance = (weight.numpy() for weight in head.weights)
    whole = means[:, 2] @ W[2] + b[2]
    found = head(means, training=training).numpy()
    for part in range(2):
        related = np.concatenate([means[:, part] @ W[part] + b[part], whole], axis=1) @ V[part]
        own = slice(4 * part, 4 * part + 4)
        centre, square = (related.mean(0), related.var(0)) if training else (mean[own], variance[own])
        normalised = (related - centre) / np.sqrt(square + 0.01) * gamma[own] + beta[own]
        np.testing.assert_allclose(found[:, part], np.clip(normalised, 0, 6) + whole, rtol=1e-3, atol=1e-4)


def test_the_relation_head_is_frozen_unless_it_is_to_be_trained():
    for settings, trained in (({}, False), ({"train_relation": True}, True)):
        for network in networks(relation="global", parts=2, decay=0.5, **settings):
            assert any("relation_head" in weight.path for weight in network.trainable_variables) == trained
            before = assign.named_weights(network)["relation_head/batch_norm/moving_mean"].numpy()
            network(images(3, 64, 32, 3), training=True)
            after = assign.named_weights(network)["relation_head/batch_norm/moving_mean"].numpy()
            assert (np.abs(after - before).max() > 0) == trained
            first = network.trunk.weights[3]
            assert first.name == "moving_mean" and np.abs(first).max() > 0


def test_weight_decay_takes_all_kernels_but_the_depthwise_ones():
    mobilenet, resnet = networks(relation="global", parts=2)
    assert len(mobilenet.decayed) == 1 + 13 + 2
    assert len(resnet.decayed) == 1 + 4 * 3 + 2 + 2  # units, their shortcuts, the head
    assert not any("depthwise" in weight.path and "pointwise" not in weight.path for weight in mobilenet.decayed)


def test_a_seed_decides_all_initial_values_and_layers_differ():
    first, second, other = (model.PartNetwork(width=0.1, parts=2, relation="global", seed=s) for s in (1, 1, 2))
    for a, b, c in zip(first.weights, second.weights, other.weights, strict=True):
        np.testing.assert_array_equal(a, b)
        assert "kernel" not in a.name or np.abs(a - c).max() > 0
    regions = assign.named_weights(first)["relation_head/region_kernel"].numpy()
    assert np.abs(regions[0] - regions[1]).max() > 0


@pytest.mark.parametrize("settings, match", [
    ({"backbone": "vgg"}, "backbone must be one of mobilenet_v1, resnet_v1_50; received 'vgg'"),
    ({"relation": "both"}, "relation must be one of local, global; received 'both'"),
    ({"parts": 0}, "parts must be at least 1; received 0"),
    ({"width": 0}, "width of a MobileNet must be above 0; received 0"),
    ({"backbone": "resnet_v1_50", "blocks": ()}, "at least one block"),
])  # fmt: skip
def test_settings_that_make_no_network_are_refused(settings, match):
    with pytest.raises(ValueError, match=match):
        model.PartNetwork(**settings)


def test_an_image_of_too_few_rows_is_refused():
    network = model.PartNetwork(width=0.1, parts=3)
    with pytest.raises(ValueError, match="map of the image has 2 rows, fewer than the 3 parts"):
        network(images(1, 64, 32, 3))
