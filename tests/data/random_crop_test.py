# SPDX-License-Identifier: MIT
"""Random rectangles have the share and shape of the rule, anywhere in the image."""

import numpy as np
import pytest

from tfskel.data import random_crop


def test_share_and_shape_are_within_their_ranges_and_every_place_occurs():
    height, width = 256, 128
    left, top, right, bottom = np.transpose([random_crop.rectangle(height, width, np.random.default_rng(seed))
                                             for seed in range(2000)])  # fmt: skip
    high, wide = bottom - top, right - left
    share, shape = high * wide / (height * width), high / wide
    assert left.min() == top.min() == 0 and right.max() == width and bottom.max() == height
    assert 0.63 < share.min() < 0.66 and 0.97 < share.max() <= 1
    assert 1.97 < shape.min() < 2.05 and 2.5 < shape.max() < 3.05
    inner = (wide < width) & (high < height)
    assert abs(np.mean(left[inner] / (width - wide[inner])) - 0.5) < 0.03


def test_a_broad_image_in_which_no_try_fits_stays_whole():
    assert random_crop.rectangle(50, 200, np.random.default_rng(0)) == (0, 0, 200, 50)


@pytest.mark.parametrize("size", [(1, 1), (300, 5)])
def test_a_rectangle_lies_inside_images_of_any_shape(size):
    for seed in range(50):
        left, top, right, bottom = random_crop.rectangle(*size, np.random.default_rng(seed))
        assert 0 <= left < right <= size[1] and 0 <= top < bottom <= size[0]
