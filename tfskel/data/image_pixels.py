# SPDX-License-Identifier: MIT
"""Encoded images -> pixels as a network is fed them: the one place that knows the resize rules."""

import functools
from collections.abc import Iterable, Iterator

import numpy as np

from tfskel.data import pil_resize

INCEPTION, TORCHVISION = "inception", "torchvision"
_UNIT = np.float32(1 / 255)
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of red, green and blue in ImageNet's photographs scaled to [0, 1]."""


def target(image_size: int) -> tuple[int, int]:
    """Height and width that images are resized to: persons stand upright, twice as high as wide."""
    return image_size, image_size // 2


def prepare(images, size: tuple[int, int], preparation: str = INCEPTION):
    """Images as captured -> as a network is fed them.

    Args:
        images: (N, H, W, 3) uint8 tensor.
        size: height and width.
        preparation: name in PREPARATIONS.

    Returns:
        (N, height, width, 3) float32 tensor: with "inception" in [-1, 1], with "torchvision" in [-2.12, 2.64].
    """
    return PREPARATIONS[preparation](images, size)


def inception(images, size: tuple[int, int]):
    """Scaled to [0, 1], resized, then (x - 0.5) * 2; arguments and result as `prepare`."""
    import tensorflow as tf

    return (resize(tf.cast(images, tf.float32) * _UNIT, size) - 0.5) * 2


def torchvision(images, size: tuple[int, int]):
    """Resized as Pillow does, then `normalised`; arguments and result as `prepare`."""
    return normalised(pil_resize.resize(images, size))


def normalised(images):
    """Bytes (..., 3) uint8 -> float32, scaled to [0, 1], minus ImageNet's mean colour, over its deviation."""
    import tensorflow as tf

    return (tf.cast(images, tf.float32) / 255 - MEAN) / DEVIATION


PREPARATIONS = {INCEPTION: inception, TORCHVISION: torchvision}
"""Name -> function of images and size, see `prepare`."""


def resize(images, size: tuple[int, int]):
    """Bilinear by TensorFlow 1's sampling rule: corners not aligned, no half pixel centres, no antialiasing.

    Args:
        images: (N, H, W, 3) tensor of numbers.
        size: height and width.

    Returns:
        (N, height, width, 3) float32 tensor.
    """
    import tensorflow as tf

    return tf.raw_ops.ResizeBilinear(images=images, size=size, align_corners=False, half_pixel_centers=False)


def decode(encoded):
    """(H, W, 3) uint8 tensor of one PNG or JPEG file; grey becomes RGB, alpha is dropped."""
    import tensorflow as tf

    # This operation reads PNG too, and with this method its pixels of a JPEG are those of Pillow.
    return tf.io.decode_jpeg(encoded, channels=3, dct_method="INTEGER_ACCURATE")


def prepared(encoded, size: tuple[int, int], preparation: str = INCEPTION):
    """Encoded images of any sizes as `prepare` gives them: (N,) text tensor -> (N, height, width, 3) float32."""
    import tensorflow as tf

    spec = tf.TensorSpec((*size, 3), tf.float32)
    return tf.map_fn(lambda one: prepare(decode(one)[None], size, preparation)[0], encoded, fn_output_signature=spec)


def resized(encoded, size: tuple[int, int]):
    """Encoded images of any sizes in one size, rounded to bytes: (N,) text tensor -> (N, height, width, 3) uint8."""
    import tensorflow as tf

    def pixels(one):
        return tf.cast(tf.round(resize(decode(one)[None], size)[0]), tf.uint8)

    return tf.map_fn(pixels, encoded, fn_output_signature=tf.TensorSpec((*size, 3), tf.uint8))


@functools.cache
def compiled(function, *arguments):
    """`prepared` or `resized` with these arguments as one graph: (N,) text -> pixels."""
    import tensorflow as tf

    signature = [tf.TensorSpec((None,), tf.string)]
    return tf.function(lambda encoded: function(encoded, *arguments), input_signature=signature, autograph=False)


def stream(encoded: Iterable[list[bytes]], function, *arguments) -> Iterator:
    """`prepared` or `resized` of many batches, several at a time and ahead of their use.

    Args:
        encoded: batches of PNG or JPEG files; may be endless.
        function, arguments: which of the two, height and width, and maybe the preparation.

    Returns:
        Iterator of (n, height, width, 3) tensors in the order of the batches.
    """
    import tensorflow as tf

    data = tf.data.Dataset.from_generator(lambda: iter(encoded), output_signature=tf.TensorSpec((None,), tf.string))
    parallel = {"num_parallel_calls": tf.data.AUTOTUNE, "deterministic": True}
    pixels = data.map(lambda batch: function(batch, *arguments), **parallel)
    return iter(pixels.prefetch(tf.data.AUTOTUNE))
