# SPDX-License-Identifier: MIT
"""Pillow's bilinear resize of bytes, bit for bit, as TensorFlow operations for images of any size."""

_BITS = 22
"""Pillow's weights are multiples of 2^-22."""
_DIGITS = (6, 5, 6, 5)


def resize(images, size: tuple[int, int]):
    """Bilinear with antialiasing where it shrinks: first along the width, then along the height, bytes in between.

    Only integers are computed with, so that every device and every runtime of an exported model gives the same. Pillow
    itself begins with the height where an image is more than a hundred times as high as wide.

    Args:
        images: (N, H, W, C) uint8 tensor; H and W at most 16384 and known or not.
        size: height and width.

    Returns:
        (N, height, width, C) uint8 tensor; the images themselves where they have the size.
    """
    import tensorflow as tf

    height, width = size
    count, channels = images.shape[0], images.shape[3]
    resized = tf.cond(
        tf.reduce_all(tf.shape(images)[1:3] == tf.constant(size)),
        lambda: tf.cast(images, tf.int32),
        lambda: _along(_along(tf.cast(images, tf.int32), 2, width), 1, height),
    )
    # Converters of exported models forget the shape behind a condition, and convolutions need the channels.
    return tf.cast(tf.reshape(resized, (count or -1, height, width, channels)), tf.uint8)


def _along(images, axis: int, places: int):
    """Integers (N, H, W, C) int32 with another number of places along an axis, rounded."""
    import tensorflow as tf

    rows, weights = taps(tf.shape(images)[axis], places)
    weights = tf.reshape(weights, (places, -1, *(1,) * (3 - axis)))
    sums = tf.reduce_sum(tf.gather(images, rows, axis=axis) * weights, axis=axis + 1)
    return tf.bitwise.right_shift(sums + (1 << (_BITS - 1)), _BITS)


def taps(count, places: int):
    """What each place of the result is the sum of.

    The weight of an input falls linearly with its distance from the centre of the place. Distances are counted in
    1 / (2 places) of an input, in which they are whole numbers.

    Args:
        count: int tensor, number of inputs.
        places: number of places.

    Returns:
        (places, T) int32 tensors: inputs, and their weights in units of 2^-22.
    """
    import tensorflow as tf

    reach = 2 * tf.maximum(count, places)
    centre = (2 * tf.range(places)[:, None] + 1) * count
    first = (centre - reach + places) // (2 * places)
    inputs = first + tf.range(reach // places + 1)
    weights = tf.maximum(0, reach - tf.abs((2 * inputs + 1) * places - centre))
    weights = tf.where((inputs < 0) | (inputs >= count), 0, weights)
    return tf.clip_by_value(inputs, 0, count - 1), _shares(weights)


def _shares(weights):
    """Weights (places, T) over their sum, in units of 2^-22, rounded: a long division that int32 is enough for."""
    import tensorflow as tf

    total = tf.reduce_sum(weights, axis=1, keepdims=True)
    shares = tf.zeros_like(weights)
    for bits in _DIGITS:
        weights *= 1 << bits
        shares = shares * (1 << bits) + weights // total
        weights -= weights // total * total
    return shares + tf.cast(2 * weights >= total, tf.int32)
