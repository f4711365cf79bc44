# SPDX-License-Identifier: MIT
"""Resampling and batching rules against loops written from their definition."""

import numpy as np
import pytest

from tfskel.data import order as batches


def naive_class_balanced(labels, batch_size, seed):
    np.random.seed(seed)
    people = {}
    for row, label in enumerate(labels):
        people.setdefault(int(label), []).append(row)
    share = batch_size // len(people)
    rows = []
    for turn in range(2 * (len(labels) // batch_size)):
        for label in sorted(people):
            part = people[label][share * turn : share * (turn + 1)]
            if len(part) < share:
                part = [people[label][k] for k in np.random.choice(len(people[label]), share)]
            rows.extend(part)
    return rows


@pytest.mark.parametrize("rows, classes, batch_size", [(40, 3, 7), (200, 5, 64), (30, 1, 4), (64, 11, 64)])
@pytest.mark.parametrize("seed", [0, 611])
def test_resampling_draws_what_the_global_generator_would_draw(rows, classes, batch_size, seed):
    labels = np.random.default_rng(rows).integers(0, classes, rows)
    labels[:classes] = np.arange(classes) * 3  # gaps between the labels do not matter
    found = batches.class_balanced(labels, batch_size, np.random.RandomState(seed))
    assert found.tolist() == naive_class_balanced(labels, batch_size, seed)


def test_every_class_occurs_equally_often():
    labels = np.repeat([0, 1, 2], [100, 7, 30])
    rows = batches.class_balanced(labels, 20, np.random.RandomState(0))
    assert np.bincount(labels[rows]).tolist() == [72, 72, 72]


def test_resampling_that_would_leave_nothing_is_refused():
    rng = np.random.RandomState(0)
    with pytest.raises(ValueError, match="batch is larger than the data: batch_size 64, 63 sequences"):
        batches.class_balanced(np.zeros(63, int), 64, rng)
    with pytest.raises(ValueError, match="batch_size 4 is smaller than the 5 classes"):
        batches.class_balanced(np.arange(20) % 5, 4, rng)
    with pytest.raises(ValueError, match="2 of 4 rows belong to no class"):
        batches.class_balanced(np.array([0, -1, 1, -1]), 2, rng)


@pytest.mark.parametrize("n, batch_size", [(10, 3), (9, 3), (3, 3), (7, 1), (300, 64)])
def test_batches_cover_the_rows_in_order(n, batch_size):
    rows = list(range(n))
    kept = [rows[part] for part in batches.slices(n, batch_size, remainder="keep")]
    assert [row for part in kept for row in part] == rows
    assert all(part.stop - part.start == len(rows[part]) for part in batches.slices(n, batch_size, "keep"))
    dropped = [rows[part] for part in batches.slices(n, batch_size)]
    assert dropped == [part for part in kept if len(part) == batch_size]


def test_a_batch_larger_than_the_data_is_refused_unless_the_remainder_is_kept():
    with pytest.raises(ValueError, match="batch is larger than the data: batch_size 8, 7 sequences"):
        batches.slices(7, 8)
    assert batches.slices(7, 8, remainder="keep") == [slice(0, 7)]


def test_impossible_arguments_are_refused():
    with pytest.raises(ValueError, match="no rows"):
        batches.slices(0, 8, remainder="keep")
    with pytest.raises(ValueError, match="at least 1; received 0"):
        batches.slices(7, 0)
    with pytest.raises(ValueError, match="'pad'; known: drop, keep"):
        batches.slices(7, 2, remainder="pad")


@pytest.mark.parametrize("nearest", [False, True])
def test_evenly_spread_places_begin_at_the_first_thing_and_end_at_the_last(nearest):
    assert batches.evenly(0, 0, nearest).size == 0 and batches.evenly(1, 1, nearest).tolist() == [0]
    for number in (2, 3, 7, 100):
        for count in range(2, number + 1):
            places = batches.evenly(number, count, nearest)
            exact = [(number - 1) * place / (count - 1) for place in range(count)]
            assert places[0] == 0 and places[-1] == number - 1 and len(set(places.tolist())) == count
            assert all(
                abs(place - wanted) <= (0.5 if nearest else 1) for place, wanted in zip(places, exact, strict=True)
            )
    assert batches.evenly(2, 4, nearest).tolist() == ([0, 0, 1, 1] if nearest else [0, 0, 0, 1])
