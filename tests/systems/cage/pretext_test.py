# SPDX-License-Identifier: MIT
"""Sources and targets of the pretext tasks against their definitions."""

import numpy as np
import pytest

from tfskel.systems.cage import pretext

N, F, J = 7, 4, 3


@pytest.fixture
def draws():
    joints = np.random.RandomState(0).randn(N, F, J, 3).astype("f")
    orders = pretext.draw_orders(N, F, np.random.RandomState(1))
    return pretext.Draws(lambda rows: joints[rows], N, orders), joints


@pytest.mark.parametrize("task", pretext.TASKS)
def test_sources_and_targets_follow_the_definition(draws, task):
    given, joints = draws
    rows = np.array([2, 3, 6])
    sources, targets = pretext.TASKS[task](given, rows)
    for axis in range(3):
        for place, n in enumerate(rows):
            own = joints[n, :, :, axis]
            order = given.orders[axis, n]
            want = {
                "rev_rec": (own, own[::-1]),
                "prediction": (own, joints[min(n + 1, N - 1), :, :, axis]),
                "sorting": (own[order], own),
            }[task]
            np.testing.assert_array_equal(sources[axis, place], want[0])
            np.testing.assert_array_equal(targets[axis, place], want[1])


def test_orders_are_drawn_axis_by_axis_and_differ_between_axes(draws):
    rng = np.random.RandomState(1)
    want = [[rng.permutation(F) for _ in range(N)] for _ in range(3)]
    np.testing.assert_array_equal(draws[0].orders, want)
    assert not np.array_equal(want[0], want[1])


def test_the_last_third_is_rounded_up():
    assert [pretext.without_last_third(n) for n in (3, 4, 16, 17)] == [2, 2, 10, 11]
    with pytest.raises(ValueError, match="leaves none"):
        pretext.without_last_third(1)


def test_ranges_are_those_of_all_sequences(monkeypatch, draws):
    monkeypatch.setattr(pretext, "BLOCK", 3)
    given, joints = draws
    low, high = pretext.ranges(given.take, N)
    np.testing.assert_array_equal(low, joints.min(axis=0))
    np.testing.assert_array_equal(high, joints.max(axis=0))
