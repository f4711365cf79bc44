# SPDX-License-Identifier: MIT
"""The losses follow loops written from their definitions, and stay finite where distances or gaps are extreme."""

import numpy as np
import pytest
import tensorflow as tf

from tfskel.systems.st_reidnet import losses

IDENTITIES = np.array([0, 1, 0, 2, 1, 0, 3, 4, 0])


def features(scale=1.0):
    return (scale * np.random.default_rng(0).normal(size=(len(IDENTITIES), 4))).astype("f")


def naive_triplet(given, identities, margin, anchors):
    gaps = []
    for anchor in range(anchors):
        apart = [float(np.linalg.norm(given[anchor].astype(float) - other)) for other in given]
        same = [apart[j] for j, name in enumerate(identities) if name == identities[anchor] and j != anchor]
        others = [apart[j] for j, name in enumerate(identities) if name != identities[anchor]]
        gaps.append(max(same, default=0.0) - min(others))
    terms = [np.log1p(np.exp(gap)) if margin is None else max(0.0, gap + margin) for gap in gaps]
    return np.mean(terms)


@pytest.mark.parametrize("distractor, anchors", [(False, 9), (True, 6)])
@pytest.mark.parametrize("margin", [None, 0.5, 4.0])
def test_the_triplet_loss_equals_a_loop_over_anchors(margin, distractor, anchors):
    expected = naive_triplet(features(), IDENTITIES, margin, anchors)
    found = losses.triplet(features(), IDENTITIES, margin, distractor)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_anchors_that_are_dropped_are_still_positives_and_negatives():
    given = np.array([[0.0], [1.0], [5.0], [9.0], [7.0], [0.5]], "f")
    identities = np.array([0, 1, 2, 2, 2, 0])
    positive, negative = losses.hardest(given, identities, distractor=True)
    np.testing.assert_allclose(positive, [0.5, 0, 4, 4], atol=1e-3)
    np.testing.assert_allclose(negative, [1, 0.5, 4, 8], atol=1e-3)


def gradient(given, **settings):
    with tf.GradientTape() as tape:
        variable = tf.Variable(given)
        loss = losses.triplet(variable, IDENTITIES, **settings)
    return float(loss), np.asarray(tape.gradient(loss, variable))


def test_equal_features_have_a_loss_and_a_finite_gradient():
    loss, of_features = gradient(np.ones((len(IDENTITIES), 4), "f"))
    assert loss == pytest.approx(np.log(2), rel=1e-5) and np.isfinite(of_features).all()


def test_a_gap_beyond_the_exponential_is_cut_off():
    loss, of_features = gradient(features(1e4))
    assert 0 < loss <= 50.001 and np.isfinite(of_features).all()


def test_smoothed_targets_leave_nine_tenths_to_the_label():
    logits, labels = np.random.default_rng(1).normal(size=(3, 5)).astype("f"), np.array([4, 0, 2])
    log_shares = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    of_label = -log_shares[np.arange(3), labels]
    np.testing.assert_allclose(losses.classification(logits, labels), of_label.mean(), rtol=1e-5)
    smoothed = 0.9 * of_label - 0.1 * log_shares.mean(axis=1)
    np.testing.assert_allclose(losses.classification(logits, labels, 0.1), smoothed.mean(), rtol=1e-5)


def test_accuracy_is_the_share_of_the_right_labels():
    logits = np.eye(4, dtype="f")
    assert float(losses.accuracy(logits, np.array([0, 1, 3, 3]))) == 0.75


@pytest.mark.parametrize("target", [1.0, 0.0, 0.93])
def test_the_adversarial_loss_is_the_cross_entropy_of_the_sigmoid(target):
    logits = np.array([[-3.0, 0.5], [2.0, 0.0]], "f")
    share = 1 / (1 + np.exp(-logits.astype(float)))
    expected = -(target * np.log(share) + (1 - target) * np.log(1 - share)).mean()
    np.testing.assert_allclose(losses.adversarial(logits, target), expected, rtol=1e-5)
    assert np.isfinite(losses.adversarial(np.array([-200.0, 200.0], "f"), target))


def test_a_mask_weighs_its_pixels_ten_times():
    images, masks = np.zeros((1, 1, 2, 3), "f"), np.array([1.0, 0.0], "f").reshape(1, 1, 2, 1)
    inside, outside = images.copy(), images.copy()
    inside[:, :, 0], outside[:, :, 1] = 2, 2
    assert float(losses.reconstruction(images, inside)) == 1
    assert float(losses.reconstruction(images, inside, masks)) == pytest.approx(1)
    assert float(losses.reconstruction(images, outside, masks)) == pytest.approx(0.1)
