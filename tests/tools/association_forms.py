# SPDX-License-Identifier: MIT
"""Association with anchors sample by sample and part by part, as it is defined."""

import tensorflow as tf

SMALLEST_SQUARE = 1e-10


def normalised(vectors):
    squares = tf.reduce_sum(vectors**2, axis=-1, keepdims=True)
    return vectors / tf.sqrt(tf.maximum(squares, SMALLEST_SQUARE))


def distances(point, anchors, allowed):
    """Squared distances to all anchors, infinite where one is not allowed: (D,), (A, D), (A,) bool -> (A,)."""
    return tf.where(allowed, tf.reduce_sum((point - anchors) ** 2, axis=-1), tf.constant(float("inf")))


def part_losses(features, intra, cross, rows, anchor_cameras, margin=0.5, matched_negative="batch_mean"):
    """As `losses.part_losses`: (2, P)."""
    cameras, found = tf.gather(anchor_cameras, rows), []
    for part in range(features.shape[0]):
        anchors, crossed = tf.stop_gradient(normalised(intra[part])), tf.stop_gradient(normalised(cross[part]))
        smallest, matched = [], []
        for sample in range(features.shape[1]):
            allowed = anchor_cameras == cameras[sample]
            if matched_negative == "next_anchor":
                allowed &= tf.range(len(anchor_cameras)) != rows[sample]
            to_all = distances(features[part, sample], anchors, allowed)
            matched.append(tf.argmin(to_all, output_type=rows.dtype) == rows[sample])
            smallest.append(tf.reduce_min(to_all))
        terms = []
        for sample in range(features.shape[1]):
            point, row = features[part, sample], rows[sample]
            together = tf.boolean_mask(tf.stack(smallest), cameras == cameras[sample])
            negative = tf.where(matched[sample], tf.reduce_mean(together), smallest[sample])
            terms.append([tf.maximum(tf.reduce_sum((point - own[row]) ** 2) - negative + margin, 0.0)
                          for own in (anchors, crossed)])  # fmt: skip
        found.append(tf.reduce_mean(tf.stack(terms), axis=0))
    return tf.stack(found, axis=1)


def updated(features, intra, cross, rows, anchor_cameras, started, rate=0.5):
    """Both kinds of anchors after a step, as `losses.updated_intra` and `losses.updated_cross`."""
    new_intra, new_cross = [], []
    for part in range(features.shape[0]):
        moved, before = intra[part], normalised(intra[part])
        for sample in range(features.shape[1]):
            change = rate * (before[rows[sample]] - features[part, sample])
            moved = tf.tensor_scatter_nd_sub(moved, [[rows[sample]]], [change])
        anchors, crossed = normalised(moved), cross[part]
        for sample in range(features.shape[1]):
            row = rows[sample]
            within = anchor_cameras == anchor_cameras[row]
            own = anchors[row]
            other = anchors[tf.argmin(distances(own, anchors, ~within))]
            back = tf.argmin(distances(other, anchors, within), output_type=rows.dtype)
            pair = started & (back == row) & tf.reduce_any(~within)
            crossed = tf.tensor_scatter_nd_update(crossed, [[row]], [tf.where(pair, (own + other) / 2, own)])
        new_intra.append(moved)
        new_cross.append(crossed)
    return tf.stack(new_intra), tf.stack(new_cross)
