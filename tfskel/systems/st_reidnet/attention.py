# SPDX-License-Identifier: MIT
"""Where in an image a feature of maxima comes from: the places that win the pooling."""

import numpy as np
import tensorflow as tf

from tfskel.systems.st_reidnet import reid_network


def maps(network: reid_network.ReIDNetwork, images: tf.Tensor) -> np.ndarray:
    """Share of each place of the last maps in the squared length of the feature before the neck.

    A number of the feature is the maximum of its map, so it comes from one place: the first of equal ones.

    Args:
        network: with the weights to look at.
        images: (N, h, w, 3) float32, as the network is fed them.

    Returns:
        (N, H, W) float32 in [0, 1], the largest place of each image 1; all 0 where the feature is.
    """
    found = network.backbone(tf.convert_to_tensor(images), training=False)
    _, height, width, channels = found.shape
    places = tf.reshape(found, (-1, height * width, channels))
    winners = tf.one_hot(tf.argmax(places, axis=1), height * width)  # (N, D, H W)
    shares = tf.einsum("ndp,nd->np", winners, tf.reduce_max(places, axis=1) ** 2)
    shares = tf.math.divide_no_nan(shares, tf.reduce_max(shares, axis=1, keepdims=True))
    return tf.reshape(shares, (-1, height, width)).numpy()
