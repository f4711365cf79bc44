# SPDX-License-Identifier: MIT
"""The association of all samples at once equals its definition sample by sample."""

import numpy as np
import pytest
import tensorflow as tf

from tests.tools import association_forms as forms
from tfskel.systems.upmnet import losses

CAMERAS = tf.constant([0] * 4 + [1] * 5 + [2] * 3)  # camera of each anchor


def case(seed, samples=9, parts=3, features=6, cameras=CAMERAS, anchors="drawn"):
    rng = np.random.default_rng(seed)
    drawn = rng.normal(size=(3, parts, len(cameras), features)).astype("f")
    intra, cross, centres = drawn if anchors == "drawn" else (0 * drawn[0], 0 * drawn[0], drawn[2])
    rows = rng.integers(0, len(cameras), samples).astype(np.int32)
    points = centres[:, rows] + 0.7 * rng.normal(size=(parts, samples, features))
    return losses.normalised(tf.constant(points, tf.float32)), tf.constant(intra), tf.constant(cross), tf.constant(rows)


@pytest.mark.parametrize("negative", losses.MATCHED_NEGATIVES)
@pytest.mark.parametrize("seed", range(4))
def test_losses_and_gradients_are_those_of_the_definition(seed, negative):
    features, intra, cross, rows = case(seed)
    intra = tf.constant(np.where(np.arange(12)[None, :, None] % 2, intra, 3 * intra))  # anchors of any length
    found = []
    for form in (losses, forms):
        with tf.GradientTape() as tape:
            tape.watch(features)
            values = form.part_losses(features, intra, cross, rows, CAMERAS, 0.3, negative)
            total = tf.reduce_sum(values)
        found.append((values, tape.gradient(total, features)))
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-6)


@pytest.mark.parametrize("started", [False, True])
@pytest.mark.parametrize("anchors", ["drawn", "zero"])
def test_anchors_move_as_defined_over_several_steps(started, anchors):
    ours, theirs = [list(case(0, anchors=anchors)[1:3]) for _ in range(2)]
    shares = []
    for seed in range(4):
        features, _, _, rows = case(seed, samples=14)
        ours[0] = losses.updated_intra(ours[0], features, rows, 0.4)
        ours[1], share = losses.updated_cross(ours[1], ours[0], rows, CAMERAS, tf.constant(started))
        theirs = forms.updated(features, *theirs, rows, CAMERAS, tf.constant(started), 0.4)
        shares.append(float(share))
        for got, want in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(got, want, atol=1e-6)
    assert (max(shares) > 0) == started


def test_zero_anchors_give_twice_the_margin_and_no_gradient():
    features, intra, cross, rows = case(1, anchors="zero")
    with tf.GradientTape() as tape:
        tape.watch(features)
        values = losses.part_losses(features, intra, cross, rows, CAMERAS, 0.5)
    np.testing.assert_allclose(values, 0.5, atol=1e-6)
    # every distance is the features' own length, which normalised features do not change
    gradient = tape.gradient(values, features)
    tangent = gradient - features * tf.reduce_sum(gradient * features, axis=-1, keepdims=True)
    np.testing.assert_allclose(tangent, 0, atol=1e-6)


def test_a_camera_alone_has_no_pairs_and_one_without_samples_changes_nothing():
    features, intra, cross, rows = case(2, cameras=tf.zeros(5, tf.int32))
    alone, share = losses.updated_cross(cross, intra, rows, tf.zeros(5, tf.int32), tf.constant(True))
    assert float(share) == 0
    np.testing.assert_allclose(tf.gather(alone, rows, axis=1), tf.gather(losses.normalised(intra), rows, axis=1))
    features, intra, cross, rows = case(3)
    rows = tf.minimum(rows, 8)  # none of the last camera
    moved, _ = losses.updated_cross(cross, intra, rows, CAMERAS, tf.constant(True))
    np.testing.assert_array_equal(moved[:, 9:], cross[:, 9:])
    assert np.isfinite(losses.part_losses(features, intra, cross, rows, CAMERAS)).all()


def test_of_equally_near_anchors_the_first_is_taken():
    point = tf.constant([[[1.0, 0.0]]])
    anchors = tf.constant([[[0.0, 2.0], [0.0, -1.0], [0.0, 1.0], [0.0, 3.0]]])
    cameras = tf.constant([0, 1, 1, 0])
    own, other, consistent = losses.consistent_pairs(anchors, tf.constant([3]), cameras)
    np.testing.assert_array_equal(other[0, 0], [0, 1])
    assert not consistent[0, 0]  # the other's nearest are anchors 0 and 3 alike; 0 comes first
    # The negative of a sample of anchor 3 is anchor 0, so that the loss is the margin and not that of a match.
    values = losses.part_losses(point, anchors, anchors, tf.constant([3]), cameras, 0.25)
    np.testing.assert_allclose(values, 0.25, atol=1e-6)
