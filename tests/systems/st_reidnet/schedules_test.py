# SPDX-License-Identifier: MIT
"""Factors on the learning rates by the epoch."""

import pytest

from tfskel.systems.st_reidnet import schedules


def test_the_baseline_divides_by_ten_after_each_step():
    found = [schedules.stepwise(epoch, 3) for epoch in range(7)]
    assert found == pytest.approx([1, 1, 1, 0.1, 0.1, 0.1, 0.01])


def test_the_rate_of_the_gan_falls_in_equal_parts_an_epoch_late_by_default():
    exact = [schedules.linear(epoch, 2, 3, lag=False) for epoch in range(5)]
    assert exact == pytest.approx([1, 0.75, 0.5, 0.25, 0])
    assert [schedules.linear(epoch, 2, 3) for epoch in range(6)] == pytest.approx([1, *exact])
