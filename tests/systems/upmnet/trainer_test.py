# SPDX-License-Identifier: MIT
"""A training step: what moves, by how much, in which order; and that a training goes on exactly."""

import numpy as np
import pytest
import tensorflow as tf

from tfskel.systems.upmnet import anchors, model, schedules, trainer

SMALL, BLOCKS = ("resnet_v1_50", 2), ((1, 8, 4), (1, 12, 4))


def batch(seed=0, samples=8):
    rng = np.random.default_rng(seed)
    cameras = rng.integers(0, 2, samples).astype(np.int32)
    tracklets = rng.integers(0, 3, samples).astype(np.int32)
    colours = np.random.default_rng(9).uniform(-0.5, 0.5, (2, 3, 3))[cameras, tracklets]
    images = 0.3 * rng.normal(size=(samples, 64, 32, 3)) + colours[:, None, None]
    return images.astype("f"), tracklets, cameras


def made(relation="local", optimizer="rmsprop", learning_rate=0.01, warm_up=2, **settings):
    network = model.PartNetwork(*SMALL, relation, blocks=BLOCKS, decay=0.9, seed=3)
    state = anchors.Anchors((3, 3), 2, network.features)
    return trainer.Trainer(network, state, optimizer, learning_rate, warm_up, **settings)


def test_rows_are_the_anchors_of_cameras_one_after_the_other():
    state = anchors.Anchors((3, 5, 2), 1, 4)
    np.testing.assert_array_equal(state.rows(np.array([2, 0, 4, 1]), np.array([0, 1, 1, 2])), [2, 3, 7, 9])
    assert (state.cameras.tolist(), state.of_camera(1)) == ([0] * 3 + [1] * 5 + [2] * 2, slice(3, 8))
    with pytest.raises(ValueError, match=r"number of tracklets, some above 0; received \(\)"):
        anchors.Anchors((), 1, 4)


def test_the_first_loss_is_twice_the_margin_and_only_the_decay_moves_the_weights():
    own = made(optimizer="sgd", margin=0.3, weight_decay=0.01)
    kernel, gamma = own.trained.trunk.root.kernel, own.trained.trunk.root.batch_norm.gamma
    before, squares = kernel.numpy(), sum((w.numpy() ** 2).sum() / 2 for w in own.trained.decayed)
    losses = {name: float(value) for name, value in own.step(*batch()).items()}
    assert losses["association"] == pytest.approx(0.6, abs=1e-6) and losses["consistent"] == 0
    assert losses["total"] == pytest.approx(0.6 + 0.01 * squares, rel=1e-5)
    np.testing.assert_allclose(kernel, before * (1 - 1.9 * 0.01 * 0.01), atol=2e-6)
    np.testing.assert_allclose(gamma, 1, atol=1e-6)


def test_anchors_move_before_the_weights_and_pair_after_the_warm_up():
    own = made()
    images, tracklets, cameras = batch()
    rows = own.anchors.rows(tracklets, cameras)
    features = tf.math.l2_normalize(own.trained(images, training=True), axis=-1).numpy()
    shares = [float(own.step(images, tracklets, cameras)["consistent"])]
    want = np.zeros_like(own.anchors.intra)
    for sample, row in enumerate(rows):
        want[:, row] += 0.5 * features[sample]
    np.testing.assert_allclose(own.anchors.intra, want, atol=1e-5)
    shares += [float(own.step(images, tracklets, cameras)["consistent"]) for _ in range(2)]
    assert shares[:2] == [0, 0] and shares[2] > 0


def test_the_network_holds_averages_of_the_twins_weights_and_its_statistics():
    own = made()
    averages = [weight.numpy() for weight in own.trained.weights]
    for step in range(3):
        own.step(*batch(step))
        decay = min(0.9999, (1 + step) / (10 + step))
        for number, weight in enumerate(own.trained.weights):
            moving = weight.name.startswith("moving_")
            averages[number] = weight.numpy() if moving else decay * averages[number] + (1 - decay) * weight.numpy()
    for averaged, want in zip(own.model.weights, averages, strict=True):
        np.testing.assert_allclose(averaged, want, atol=1e-6, err_msg=averaged.path)
    assert max(np.abs(a - w).max() for a, w in zip(own.model.weights, own.trained.weights, strict=True)) > 1e-5


def test_the_largest_decay_of_the_averages_can_be_set():
    own = made(average=0.0)
    own.step(*batch())
    for averaged, weight in zip(own.model.weights, own.trained.weights, strict=True):
        np.testing.assert_allclose(averaged, weight, atol=1e-6)


def test_gradients_are_clipped_elementwise():
    free, clipped = made(optimizer="sgd", clip=None), made(optimizer="sgd", clip=1e-3)
    for own in (free, clipped):
        own.step(*batch())
    rows = free.anchors.rows(*batch(1)[1:])
    _, _, gradients = free.gradients(batch(1)[0], rows)
    _, _, same = clipped.gradients(batch(1)[0], rows)
    assert max(np.abs(g).max() for g in gradients) > 1e-2
    before = [w.numpy() for w in clipped.trained.trainable_variables]
    gathered = [m.numpy() for m in clipped.optimizer.momentums]
    clipped.step(*batch(1))
    for weight, old, past, gradient in zip(clipped.trained.trainable_variables, before, gathered, same, strict=True):
        gradient = np.clip(gradient, -1e-3, 1e-3)
        np.testing.assert_allclose(weight, old - 0.01 * (gradient + 0.9 * (0.9 * past + gradient)), atol=1e-6)


@pytest.mark.parametrize("relation", model.RELATIONS)
def test_steps_bring_features_to_anchors_that_stay_and_leave_a_frozen_head(relation):
    own = made(relation, rate=0.0, warm_up=100)
    own.anchors.intra.assign(np.random.default_rng(0).uniform(0, 1, own.anchors.intra.shape))
    head = [] if own.model.head is None else [weight.numpy() for weight in own.trained.head.weights]
    losses = [float(own.step(*batch())["association"]) for _ in range(20)]
    assert np.mean(losses[-5:]) < 0.95 * np.mean(losses[1:6])
    for weight, before in zip(own.trained.head.weights if head else [], head, strict=True):
        np.testing.assert_array_equal(weight, before)


@pytest.mark.parametrize("optimizer", trainer.OPTIMIZERS)
def test_a_stored_state_holds_everything_that_the_next_step_depends_on(tmp_path, optimizer):
    first, second = made("global", optimizer), made("global", optimizer)
    for step in range(3):
        first.step(*batch(step))
    path = tf.train.Checkpoint(**first.trackables()).save(tmp_path / "state")
    tf.train.Checkpoint(**second.trackables()).restore(path).assert_consumed()
    states = [[*own.model.weights, *own.trained.weights, *own.optimizer.variables, own.anchors.intra, own.anchors.cross]
              for own in (first, second)]  # fmt: skip
    for left, right in zip(*states, strict=True):
        np.testing.assert_array_equal(left, right, err_msg=left.name)


def test_learning_rates_and_warm_up_follow_the_number_of_samples():
    rate = schedules.stepwise(0.045, 0.94, 2.0, samples=100, batch_size=24)  # int(8.33) steps
    assert [float(rate(step)) for step in (0, 7, 8, 16)] == pytest.approx([0.045, 0.045, 0.0423, 0.045 * 0.94**2])
    rate = schedules.halves(0.045, 25)
    assert [float(rate(step)) for step in (0, 12, 13)] == pytest.approx([0.00045, 0.00045, 0.000045])
    assert schedules.warm_up(2, 100, 24) == 8


@pytest.mark.parametrize("settings, match", [
    ({"optimizer": "adam"}, "optimizer must be one of rmsprop, sgd; received 'adam'"),
    ({"matched_negative": "none"}, "matched_negative must be one of batch_mean, next_anchor; received 'none'"),
])  # fmt: skip
def test_unknown_settings_are_refused(settings, match):
    with pytest.raises(ValueError, match=match):
        made(**settings)


def test_anchors_of_another_network_are_refused():
    network = model.PartNetwork(*SMALL, blocks=BLOCKS)
    with pytest.raises(ValueError, match="anchors of 3 parts and 7 features do not fit a network of 2 parts and 12"):
        trainer.Trainer(network, anchors.Anchors((1, 1), 3, 7), "sgd", 0.1, 0)
