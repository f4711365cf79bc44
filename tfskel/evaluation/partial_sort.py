# SPDX-License-Identifier: MIT
"""Which of several equal scores a partial sort counts among the highest.

The original program asks NumPy's argpartition, whose choice among equal values depends on the processor and
the release. This is the choice of its portable form (introselect with a median-of-three pivot), the only form
when the original was written, so that Rank-n is the same number everywhere.
"""

import numpy as np


def is_among_highest(scores: np.ndarray, index: int, n: int) -> bool:
    """Whether entry `index` of scores (C,) is among the n highest, 1 <= n <= C."""
    return index in _partition(list(scores), len(scores) - n)[len(scores) - n :]


def _partition(values: list, kth: int) -> list[int]:
    """Order in which position `kth` holds what a full sort would put there, larger values behind it."""
    order = list(range(len(values)))
    low, high = 0, len(values) - 1
    if kth < 3:
        return _select_smallest(values, order, kth + 1)
    if kth == high:
        last_highest = max(order, key=lambda i: (values[i], i))
        _swap(order, kth, last_highest)
        return order
    while low + 1 < high:
        _median_to_front(values, order, low, high)
        left, right = _split(values, order, low, high)
        _swap(order, low, right)
        if right >= kth:
            high = right - 1
        if right <= kth:
            low = left
    if high == low + 1 and values[order[high]] < values[order[low]]:
        _swap(order, high, low)
    return order


def _select_smallest(values: list, order: list[int], count: int) -> list[int]:
    for place in range(count):
        smallest = min(range(place, len(order)), key=lambda i: values[order[i]])
        _swap(order, place, smallest)
    return order


def _median_to_front(values: list, order: list[int], low: int, high: int) -> None:
    """Puts the median of the first, middle and last value first, the smallest second, the largest last."""
    middle = low + (high - low) // 2
    for a, b in ((high, middle), (high, low), (low, middle)):
        if values[order[a]] < values[order[b]]:
            _swap(order, a, b)
    _swap(order, middle, low + 1)


def _split(values: list, order: list[int], low: int, high: int) -> tuple[int, int]:
    """Moves values below the pivot (at `low`) to the left, above it to the right; where the two scans met."""
    pivot = values[order[low]]
    left, right = low + 1, high
    while True:
        left += 1
        while values[order[left]] < pivot:
            left += 1
        right -= 1
        while pivot < values[order[right]]:
            right -= 1
        if right < left:
            return left, right
        _swap(order, left, right)


def _swap(order: list[int], a: int, b: int) -> None:
    order[a], order[b] = order[b], order[a]
