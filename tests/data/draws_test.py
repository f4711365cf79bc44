# SPDX-License-Identifier: MIT
"""Draws from the train split: which recordings go where, that no frame is in two parts, and that seeds decide."""

import numpy as np

from tests import fakes
from tfskel.data import draws, recordings
from tfskel.data import skeleton_split as sequences

F = 4
COUNTS = {"one": 1, "two": 2, "four": 4}


def train(frames=40):
    rows = [
        {"joints": fakes.walk(person, take, frames).astype(np.float32), "identity": name, "recording": f"{name}{take}"}
        for person, (name, count) in enumerate(COUNTS.items())
        for take in range(count)
    ]
    return recordings.Recordings.from_list(rows)


def by_identity(recorded, part):
    return {name: [row for row in part if recorded.identity[row[0]] == name] for name in COUNTS}


def test_recordings_go_to_the_parts_by_their_number():
    recorded = train()
    found = draws.segments(recorded, F, np.random.default_rng(0))
    parts = {part: by_identity(recorded, rows) for part, rows in found.items()}
    assert [len(parts[part]["four"]) for part in draws.PARTS] == [2, 1, 1]
    assert all((first, end) == (0, 40) for part in draws.PARTS for _, first, end in parts[part]["four"])
    (first,), (second,), (third,) = (parts[part]["one"] for part in draws.PARTS)
    assert (first[1:], second[1:], third[1:]) == ((0, 18), (22, 28), (32, 40))
    (begin,), (rest,), (other,) = (parts[part]["two"] for part in draws.PARTS)
    assert begin[0] == rest[0] != other[0] and (begin[1:], rest[1:], other[1:]) == ((0, 24), (28, 40), (0, 40))


def test_no_sequence_is_in_two_parts_and_every_identity_can_be_found():
    split = sequences.build(train(), f=F)
    for parts in draws.draws(split, 3, seed=1):
        seen = [{window.tobytes() for window in parts[part].raw(slice(None))} for part in draws.PARTS]
        assert not (seen[0] & seen[1] or seen[0] & seen[2] or seen[1] & seen[2]) and all(seen)
        assert set(parts["probe"].identity) == set(parts["gallery"].identity) == set(COUNTS)
        np.testing.assert_array_equal(parts["train"].read(slice(2))[:, :, 0], 0)


def test_the_seed_decides_the_draws():
    recorded = train()
    found = [draws.segments(recorded, F, np.random.default_rng(seed)) for seed in (1, 1, 2, 3, 4)]
    assert found[0] == found[1] and any(found[0] != other for other in found[2:])


def test_a_piece_that_the_gap_leaves_empty_is_left_out():
    found = draws.segments(train(frames=12), F, np.random.default_rng(0))
    assert all(first < end for rows in found.values() for _, first, end in rows)
