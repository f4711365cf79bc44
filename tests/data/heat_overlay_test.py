# SPDX-License-Identifier: MIT
"""Pictures of maps over images."""

import numpy as np

from tfskel.data import heat_overlay


def test_the_picture_shows_image_and_map():
    image = np.full((64, 32, 3), 100, np.uint8)
    heat = np.zeros((4, 2), np.float32)
    heat[0] = 1
    picture = heat_overlay.overlay(image, heat)
    assert picture.shape == image.shape and picture.max() == 1
    assert picture[0, 0, 0] > picture[0, 0, 2]  # red where it is important
    assert picture[-1, 0, 2] > picture[-1, 0, 0]  # blue where it is not
    assert np.isfinite(heat_overlay.overlay(0 * image, 0 * heat)).all()
    several = heat_overlay.overlays(np.stack([image, image]), np.stack([heat, 0 * heat]))
    np.testing.assert_allclose(several[0] / 255, picture, atol=1 / 500)
    assert several.dtype == np.uint8 and (several[0] != several[1]).any()
