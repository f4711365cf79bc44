# SPDX-License-Identifier: MIT
"""The writer of a Keras model's weights: complete or not at all, also on a full disk."""

import math
import pathlib

import keras
import tensorflow as tf

from tfskel import arrays

ROOM = 1 << 14  # bytes of a file of weights beside each of them


def write(path: pathlib.Path, model: keras.Model) -> None:
    """Writes a file of weights, whose name ends in .weights.h5.

    Raises:
        OSError: the disk has no room for it; names the file.
    """
    size = sum(ROOM + tf.as_dtype(weight.dtype).size * math.prod(weight.shape) for weight in model.weights)
    with arrays.complete(path, ROOM + size) as unfinished:  # HDF5 ends the process where a disk gets full
        model.save_weights(unfinished)
