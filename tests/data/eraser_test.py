# SPDX-License-Identifier: MIT
"""Three of four images lose a rectangle; where it is put is a choice."""

import numpy as np
import pytest
import tensorflow as tf

from tfskel.data import eraser

SIZE = (256, 128)


def rectangles(place, number=2000):
    return np.array([eraser.rectangle(*SIZE, np.random.default_rng(seed), place) for seed in range(number)])


def test_three_of_four_images_are_erased():
    assert abs(np.mean(rectangles(eraser.ORIGINAL).any(axis=1)) - 0.75) < 0.03


def test_the_originals_rectangle_begins_at_its_own_size_and_the_papers_anywhere():
    original, paper = (rectangles(place) for place in (eraser.ORIGINAL, eraser.PAPER))
    left, top, right, bottom = original[:, :4].T
    inside = right < SIZE[1]
    np.testing.assert_array_equal(right[inside], 2 * left[inside])
    np.testing.assert_array_equal(original[:, 4:], paper[:, 4:])
    left, top, right, bottom = paper[paper.any(axis=1), :4].T
    assert left.min() == 1 and right.max() == SIZE[1] and bottom.max() == SIZE[0]
    share, shape = (bottom - top) * (right - left) / np.prod(SIZE), (bottom - top) / (right - left)
    assert 0.018 < share.min() < 0.022 and 0.19 < share.max() < 0.2
    assert 0.28 < shape.min() < 0.32 and 3.2 < shape.max() < 3.5


def test_off_leaves_the_image_and_the_draws_alone():
    rng = np.random.default_rng(0)
    assert eraser.rectangle(*SIZE, rng, eraser.OFF) == eraser.NOTHING
    assert rng.random() == np.random.default_rng(0).random()


@pytest.mark.parametrize("size", [(32, 16), (40, 200)])
def test_small_and_broad_images_are_erased_inside(size):
    for seed in range(50):
        left, top, right, bottom = eraser.rectangle(*size, np.random.default_rng(seed), eraser.PAPER)[:4]
        assert 0 <= left <= right <= size[1] and 0 <= top <= bottom <= size[0]


def test_the_rectangle_has_one_colour_and_the_rest_stays():
    image = np.random.default_rng(0).integers(0, 256, (6, 5, 3), np.uint8)
    want = image.copy()
    want[2:4, 1:5] = (9, 8, 7)
    np.testing.assert_array_equal(eraser.erased(image, tf.constant((1, 2, 5, 4, 9, 8, 7))), want)
    np.testing.assert_array_equal(eraser.erased(image, tf.constant(eraser.NOTHING)), image)
