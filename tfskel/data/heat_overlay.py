# SPDX-License-Identifier: MIT
"""Images with a map in colours over them: where a network looks."""

import numpy as np

_SMALLEST = 1e-5
_STRENGTH = 0.0025


def overlays(images: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """Images with their maps in colours over them, red where a map is 1 and blue where it is 0.

    Args:
        images: (N, h, w, 3) uint8 RGB.
        heat: (N, H, W) float32 in [0, 1].

    Returns:
        (N, h, w, 3) uint8.
    """
    drawn = [overlay(*pair) for pair in zip(images, heat, strict=True)]
    return np.round(255 * np.stack(drawn)).astype(np.uint8)


def overlay(image: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """As `overlays`, of one image: (h, w, 3) float32 in [0, 1]."""
    import tensorflow as tf
    from matplotlib import colormaps

    resized = tf.compat.v1.image.resize_bilinear(heat[None, :, :, None], image.shape[:2])[0, :, :, 0]
    colours = 255 * colormaps["jet"]((255 * resized.numpy()).astype(np.uint8))[..., :3]
    picture = image / max(float(image.max()), 1.0) + _STRENGTH * colours
    return (picture / max(float(picture.max()), _SMALLEST)).astype(np.float32)
