# SPDX-License-Identifier: MIT
"""The networks: sizes at every depth, initial values, modes of the statistics, several passes in one batch."""

import numpy as np
import pytest
import tensorflow as tf

from tfskel.checkpoints import assign
from tfskel.systems.st_reidnet import generator, pose_discriminator, reid_network, resnet


def images(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("f")


def values(network):
    return {name: weight.numpy() for name, weight in assign.named_weights(network).items()}


@pytest.mark.parametrize(
    "depth, features, layers", [(18, 16, 20), (34, 16, 36), (50, 64, 53), (101, 64, 104), (152, 64, 155)]
)
def test_every_depth_has_the_layers_of_its_name(depth, features, layers):
    network = reid_network.ReIDNetwork(depth, 2, 1, 3, seed=1)
    kernels = [name for name in values(network) if name.endswith("/kernel") and name.startswith("backbone")]
    assert (network.features, len(kernels)) == (features, layers)


@pytest.mark.parametrize("last_stride, size", [(1, (16, 8)), (2, (8, 4))])
def test_maps_are_a_sixteenth_or_a_thirty_second_of_the_image(last_stride, size):
    maps = resnet.ResNet(18, 2, last_stride, seed=1)(images(1, 256, 128, 3))
    assert maps.shape == (1, *size, 16)


def test_pooling_is_the_maximum_of_what_lies_inside():
    maps = -1 - np.abs(images(1, 6, 5, 2))
    want = [[maps[0, max(2 * r - 1, 0) : 2 * r + 2, max(2 * c - 1, 0) : 2 * c + 2].max((0, 1)) for c in range(3)]
            for r in range(3)]  # fmt: skip
    np.testing.assert_array_equal(resnet.pooled(maps)[0], want)


def test_names_are_those_that_stored_weights_have():
    names = list(values(reid_network.ReIDNetwork(50, 2, 1, 3, seed=1)))
    assert names[:2] == ["backbone/conv1/kernel", "backbone/conv1/batch_norm/gamma"]
    assert {"backbone/layer1_0/downsample/kernel", "backbone/layer4_2/conv3/batch_norm/moving_variance", "neck/gamma",
            "classifier/kernel"} <= set(names)  # fmt: skip
    names = list(values(generator.Generator(3, 5, 2, 4, "add", seed=1)))
    assert {"en_conv1/kernel", "en_avg/norm/beta", "w_reid/kernel", "w_pose/kernel", "de_conv1/kernel"} <= set(names)
    assert not any("seed" in name or "noise" in name for name in names)
    assert {"patch0/bias", "patch3/norm/gamma", "patch4/bias"} <= set(
        values(pose_discriminator.PoseDiscriminator(3, 2))
    )


def test_initial_values_are_those_of_the_published_networks():
    network = values(reid_network.ReIDNetwork(18, 16, 1, 300, seed=1))
    for name, fan in (("layer4_0/conv1/kernel", 9 * 128), ("layer4_0/downsample/kernel", 128)):
        assert np.std(network[f"backbone/{name}"]) == pytest.approx(np.sqrt(2 / fan), rel=0.02)
    assert np.std(network["classifier/kernel"]) == pytest.approx(0.001, rel=0.02)
    assert set(network["backbone/layer1_0/conv1/batch_norm/gamma"]) == {1.0} and set(network["neck/beta"]) == {0.0}
    for made in (generator.Generator(3, 8, 16, 8, seed=1), pose_discriminator.PoseDiscriminator(3, 16, seed=1)):
        found = values(made)
        kernels = np.concatenate([value.ravel() for name, value in found.items() if name.endswith("/kernel")])
        gammas = np.concatenate([value for name, value in found.items() if name.endswith("/gamma")])
        assert np.std(kernels) == pytest.approx(0.02, rel=0.02)
        assert (np.mean(gammas), np.std(gammas)) == (pytest.approx(1, abs=0.005), pytest.approx(0.02, rel=0.2))


@pytest.mark.parametrize("make", [
    lambda seed: reid_network.ReIDNetwork(18, 2, 1, 3, seed=seed),
    lambda seed: generator.Generator(3, 5, 2, 4, seed=seed),
    lambda seed: pose_discriminator.PoseDiscriminator(3, 2, seed=seed),
])  # fmt: skip
def test_one_seed_gives_one_network_and_no_two_equal_kernels(make):
    first, again, other = values(make(1)), values(make(1)), values(make(2))
    kernels = [name for name in first if name.endswith("/kernel")]
    for name, value in first.items():
        np.testing.assert_array_equal(value, again[name])
    assert all((first[name] != other[name]).any() for name in kernels)
    assert len({first[name].ravel()[0] for name in kernels}) == len(kernels)


def test_only_training_moves_statistics_and_the_neck_shifts_nothing():
    network = reid_network.ReIDNetwork(18, 2, 1, 3, seed=1)
    before = values(network)
    features, logits = network.features_and_logits(images(4, 64, 32, 3))
    np.testing.assert_allclose(features, network(images(4, 64, 32, 3)), rtol=1e-6)
    assert all((value == before[name]).all() for name, value in values(network).items())
    trained, _ = network(images(4, 64, 32, 3), training=True)
    assert np.abs(trained - features).max() > 0.1 and logits.shape == (4, 3)
    moved = {name for name, value in values(network).items() if (value != before[name]).any()}
    assert moved == {name for name in before if "/moving_" in name}
    assert "neck/beta" not in {assign.weight_name(weight) for weight in network.trainable_weights}


def test_gradients_pass_a_network_whose_statistics_stay():
    network = reid_network.ReIDNetwork(18, 2, 1, 3, seed=1)
    given = tf.constant(images(2, 64, 32, 3))
    with tf.GradientTape() as tape:
        tape.watch(given)
        _, logits = network.features_and_logits(given, training=False)
        loss = tf.reduce_sum(logits)
    gradients = tape.gradient(loss, [given, *network.trainable_variables])
    assert all(gradient is not None for gradient in gradients) and np.abs(gradients[0]).max() > 0


def test_the_feature_lies_behind_the_neck_where_asked():
    plain, normed = (reid_network.ReIDNetwork(18, 2, 1, 3, test_bn=test_bn, seed=1) for test_bn in (False, True))
    normed.neck.moving_mean.assign(np.full(normed.features, 2.0))
    given = images(2, 64, 32, 3)
    np.testing.assert_allclose(normed(given), (plain(given) - 2) / np.sqrt(1 + 1e-5), rtol=1e-4, atol=1e-5)


def test_siamese_logits_are_of_squared_differences_of_the_halves():
    network = reid_network.ReIDNetwork(18, 2, 1, 3, use_bn=False, embedding="siamese", seed=1)
    first, second, logits = network(images(6, 64, 32, 3), training=True)
    assert first.shape == second.shape == (3, 16)
    np.testing.assert_allclose(logits, np.square(first - second) @ network.classifier.kernel.numpy(), rtol=1e-5)
    assert network(images(6, 64, 32, 3)).shape == (6, 16)


def test_several_passes_in_one_batch_are_those_of_single_batches():
    together, alone = (reid_network.ReIDNetwork(18, 2, 1, 3, seed=1) for _ in range(2))
    given = images(6, 64, 32, 3)
    of_passes = [alone(part, training=True) for part in np.split(given, 3)]
    for got, want in zip(together(given, training=True, passes=3), zip(*of_passes, strict=True), strict=True):
        np.testing.assert_allclose(got, np.concatenate(want), rtol=1e-3, atol=1e-4)
    for name, value in values(together).items():
        np.testing.assert_allclose(value, values(alone)[name], rtol=1e-4, atol=1e-5, err_msg=name)


def pose(joints=3, seed=0):
    return images(2, 256, 128, joints, seed=seed), images(2, 5, seed=seed + 1)


@pytest.mark.parametrize("skips", range(6))
@pytest.mark.parametrize("fuse, norm", [("cat", "batch"), ("add", "instance")])
def test_every_number_of_skips_builds_and_draws(skips, fuse, norm):
    network = generator.Generator(3, 5, 1, 4, fuse, skips, norm, seed=1)
    drawn = network(pose())
    assert drawn.shape == (2, 256, 128, 3) and np.abs(drawn).max() < 1
    wide = [layer.kernel.shape[-1] for layer in network.decoder[1:]]
    assert wide == [own * (2 if number < skips else 1) for number, own in enumerate((8, 8, 4, 2, 1))]


def test_dropout_is_drawn_in_training_alone_and_again_from_the_state_that_is_kept():
    network = generator.Generator(3, 5, 1, 4, dropout=0.5, seed=1)
    np.testing.assert_array_equal(network(pose()), network(pose()))
    network(pose(), training=True)
    kept = [variable.numpy() for variable in network.variables]
    first, second = network(pose(), training=True), network(pose(), training=True)
    assert np.abs(first - second).max() > 1e-6
    for variable, value in zip(network.variables, kept, strict=True):
        variable.assign(value)
    np.testing.assert_array_equal(network(pose(), training=True), first)


def test_pose_maps_of_another_size_are_refused():
    with pytest.raises(ValueError, match=r"must be 256 x 128, as the bottleneck is; received \(128, 64\)"):
        generator.Generator(3, 5, 1, 4)((images(1, 128, 64, 3), images(1, 5)))


@pytest.mark.parametrize("make, message", [
    (lambda: reid_network.ReIDNetwork(20), "depth must be one of 18, 34, 50, 101, 152; received 20"),
    (lambda: reid_network.ReIDNetwork(embedding="pair"), "embedding must be one of single, siamese; received 'pair'"),
    (lambda: reid_network.ReIDNetwork(classes=0), "classes must be at least 1; received 0"),
    (lambda: reid_network.ReIDNetwork(use_bn=False, test_bn=True), "set use_bn too"),
    (lambda: generator.Generator(3, 5, fuse="sum"), "fuse must be one of cat, add; received 'sum'"),
    (lambda: generator.Generator(3, 5, norm="none"), "norm must be one of batch, instance; received 'none'"),
    (lambda: generator.Generator(3, 5, skips=6), "skips must be from 0 to 5; received 6"),
])  # fmt: skip
def test_settings_that_no_network_has_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_patches_are_judged_thirty_by_fourteen_times():
    network = pose_discriminator.PoseDiscriminator(3, 1, seed=1)
    assert network((images(2, 256, 128, 3), images(2, 256, 128, 3))).shape == (2, 30, 14, 1)


def test_weights_are_stored_and_read(tmp_path):
    for make in (lambda seed: reid_network.ReIDNetwork(18, 2, 1, 3, seed=seed),
                 lambda seed: generator.Generator(3, 5, 1, 4, seed=seed),
                 lambda seed: pose_discriminator.PoseDiscriminator(3, 1, seed=seed)):  # fmt: skip
        written, read = make(1), make(2)
        written.save_weights(tmp_path / "network.weights.h5")
        read.load_weights(tmp_path / "network.weights.h5")
        for name, value in values(read).items():
            np.testing.assert_array_equal(value, values(written)[name])
