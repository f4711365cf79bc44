# SPDX-License-Identifier: MIT
"""Triplets as one batch: all anchors, then all positives, then all images of other persons."""

import tensorflow as tf

COUNT = 3


def by_role(values):
    """The images of each role together: (B, 3, ...) -> (3 B, ...)."""
    order = [1, 0, *range(2, len(values.shape))]
    return tf.reshape(tf.transpose(values, order), (-1, *values.shape[2:]))


def first_two(values):
    """Anchors and positives: (3 B, ...) -> (2 B, ...)."""
    return values[: tf.shape(values)[0] // COUNT * 2]
