# SPDX-License-Identifier: MIT
"""What discriminators are told: which of the drawn numbers, in their ranges, the same for the same step."""

import numpy as np

from tfskel.systems.st_reidnet import smooth_labels

DRAWS = np.arange(8.0).reshape(2, 2, 2)  # discriminator, call, (real, fake)


def test_the_call_on_real_images_uses_its_real_target_and_the_other_its_fake_one():
    np.testing.assert_array_equal(smooth_labels.told(DRAWS, (False, False)), [[0, 3], [4, 7]])


def test_an_exchange_tells_real_images_to_be_fake():
    np.testing.assert_array_equal(smooth_labels.told(DRAWS, (True, False)), [[1, 2], [4, 7]])


def test_drawn_targets_lie_in_their_ranges_and_depend_on_seed_and_step_alone():
    drawn = np.array([smooth_labels.draw(seed, step) for seed in range(3) for step in range(50)])
    real, fake = drawn[..., 0], drawn[..., 1]
    assert 0.9 <= real.min() < 0.91 and 0.99 < real.max() <= 1 and 0 <= fake.min() < 0.01 and 0.09 < fake.max() <= 0.1
    assert len(np.unique(drawn)) == drawn.size
    np.testing.assert_array_equal(smooth_labels.draw(2, 49), drawn[-1])


def test_one_step_in_ten_thousand_exchanges():
    drawn = [smooth_labels.draw(0, step) for step in range(3000)]
    assert sum((told[:, 0] < told[:, 1]).any() for told in drawn) <= 3
