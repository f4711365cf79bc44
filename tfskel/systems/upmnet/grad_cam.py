# SPDX-License-Identifier: MIT
"""Where in an image the part features come from: Grad-CAM of uPMnet."""

import numpy as np
import tensorflow as tf

from tfskel.systems.upmnet import model as upmnet

SMALLEST = 1e-5


def maps(network: upmnet.PartNetwork, images: tf.Tensor, layer: str = "") -> np.ndarray:
    """Importance of the places of a feature map for the sum over parts of the mean part feature.

    Args:
        network: with the weights to look at.
        images: (N, h, w, 3) float32 in [-1, 1].
        layer: name of one of the backbone's `maps`; the last one by default.

    Returns:
        (N, H, W) float32 in [0, 1], the largest place of each image 1; all 0 where nothing is important.

    Raises:
        ValueError: there is no such layer; the message lists them.

    Source: Selvaraju et al., 2017, https://arxiv.org/abs/1610.02391, with gradients scaled to root mean square 1 and
        a map that starts from ones, as in the original program.
    """
    with tf.GradientTape() as tape:
        images = tf.convert_to_tensor(images)
        tape.watch(images)
        found = network.trunk.maps(images)
        objective = tf.reduce_sum(tf.reduce_mean(network.of_maps(list(found.values())[-1]), axis=-1))
    layer = layer or list(found)[-1]
    if layer not in found:
        raise ValueError(f"the backbone has no layer {layer!r}; its layers are {', '.join(found)}.")
    gradient = tape.gradient(objective, found[layer])
    scale = tf.sqrt(tf.reduce_mean(gradient**2, axis=(1, 2, 3), keepdims=True)) + SMALLEST
    weights = tf.reduce_mean(gradient / scale, axis=(1, 2), keepdims=True)
    cams = tf.maximum(1 + tf.reduce_sum(weights * found[layer], axis=-1), 0)
    return tf.math.divide_no_nan(cams, tf.reduce_max(cams, axis=(1, 2), keepdims=True)).numpy()
