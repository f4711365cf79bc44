# SPDX-License-Identifier: MIT
"""Colours of a standing person, strip by strip: what image systems have to beat."""

import numpy as np

BINS = (8, 4, 4)
STRIPS = 4


def strip_histograms(images: np.ndarray) -> np.ndarray:
    """Colours (hue, saturation, value) in horizontal strips of the middle half of the width.

    Args:
        images: (N, H, W, 3) uint8, H >= STRIPS.

    Returns:
        (N, STRIPS * 128) float32: square roots of the colours' shares of each strip, so that Euclidean distances are
        Hellinger distances.
    """
    from matplotlib import colors

    count, height, width = images.shape[:3]
    middle = images[:, :, width // 4 : width - width // 4]
    hsv = colors.rgb_to_hsv(middle / np.float32(255))
    places = np.minimum((hsv * BINS).astype(int), np.array(BINS) - 1)
    colour = np.ravel_multi_index(tuple(np.moveaxis(places, -1, 0)), BINS)  # (N, H, W / 2)
    strip = np.arange(height) * STRIPS // height
    group = (np.arange(count)[:, None] * STRIPS + strip)[:, :, None]  # (N, H, 1)
    bins = int(np.prod(BINS))
    counts = np.bincount((group * bins + colour).ravel(), minlength=count * STRIPS * bins)
    shares = counts.reshape(count, STRIPS, bins)
    return np.sqrt(shares / shares.sum(axis=2, keepdims=True)).reshape(count, -1).astype(np.float32)
