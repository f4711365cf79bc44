# SPDX-License-Identifier: MIT
"""Order, padding and dropped rows of the original's feature extraction."""

import numpy as np
import pytest

from tfskel.systems.cage import person_order


def literal(persons, size, padded):
    visited = []
    for number, own in enumerate(persons):
        own = list(own)
        if not own:
            continue
        real = len(own)
        while len(own) < size:
            own.append(own[0])
        own = own[: len(own) // size * size]
        visited += [(row, number) for row in (own if padded else own[: max(real, 0)] if real < size else own)]
    return visited


@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("size", [1, 3, 4])
def test_rows_are_those_of_the_literal_procedure(size, padded):
    persons = [np.array([4, 7]), np.array([], int), np.arange(10, 17), np.array([0]), np.array([2, 3, 5])]
    rows, person = person_order.rows(persons, size, padded=padded)
    assert list(zip(rows.tolist(), person.tolist(), strict=True)) == literal(persons, size, padded)


def test_keeping_the_remainder_visits_every_sequence_once_without_strangers():
    labels = np.array([2, 0, -1, 2, 0, 5])
    rows, found = person_order.of_labels(labels, 4, "keep")
    assert rows.tolist() == [1, 4, 0, 3, 5] and found.tolist() == [0, 0, 2, 2, 5]


@pytest.mark.parametrize(
    "arguments, message",
    [
        (([np.arange(3)], 2, "cut"), "one of drop, keep; received 'cut'"),
        (([np.arange(3)], 0), "batch_size must be at least 1"),
        (([np.arange(0)], 2), "no person has a sequence"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        person_order.rows(*arguments)
