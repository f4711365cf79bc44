# SPDX-License-Identifier: MIT
"""Draws from the train split: which recordings go where, that no frame is in two parts, and that seeds decide."""

import types

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


def segments(recorded, seed):
    return draws.segments(recorded.identity, recorded.length, F, np.random.default_rng(seed))


def by_identity(recorded, part):
    return {name: [row for row in part if recorded.identity[row[0]] == name] for name in COUNTS}


def test_recordings_go_to_the_parts_by_their_number():
    recorded = train()
    found = segments(recorded, 0)
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
    found = [segments(recorded, seed) for seed in (1, 1, 2, 3, 4)]
    assert found[0] == found[1] and any(found[0] != other for other in found[2:])


def test_a_piece_that_the_gap_leaves_empty_is_left_out():
    found = segments(train(frames=12), 0)
    assert all(first < end for rows in found.values() for _, first, end in rows)


def items(rows):
    """Items of (identity, camera, recording)."""
    identities, cameras, names = (np.array(column) for column in zip(*rows, strict=True))
    return types.SimpleNamespace(identities=identities, cameras=cameras, recordings=names)


def test_searches_among_embedded_items_leave_a_gap_and_keep_strangers_out_of_the_gallery():
    data = items([(name, "", name) for name in "abcdef" for _ in range(20)])
    found = list(draws.searches(data, 3, seed=1))
    assert len(found) == 3
    for probe, gallery in found:
        assert set(data.identities[probe]) == set("abcdef") and len(set(data.identities[gallery])) == 4
        first = {name: gallery[data.identities[gallery] == name] for name in set(data.identities[gallery])}
        assert all(rows.tolist() == [*range(rows[0], rows[0] + 4)] for rows in first.values())
        assert all(min(probe[data.identities[probe] == name]) == max(rows) + 2 for name, rows in first.items())
    again = [rows for sides in draws.searches(data, 3, seed=1) for rows in sides]
    assert all(map(np.array_equal, [rows for sides in found for rows in sides], again))


def test_recordings_of_one_item_stay_whole_and_meet_another_camera():
    data = items([(name, camera, f"{name}{place}") for name in "abcdef" for place, camera in enumerate("xxy")])
    for probe, gallery in draws.searches(data, 5, seed=1):
        assert len(probe) == 6 and len(gallery) == 4
        camera = dict(zip(data.identities[probe], data.cameras[probe], strict=True))
        assert all(
            {camera[who], where} == {"x", "y"}
            for who, where in zip(data.identities[gallery], data.cameras[gallery], strict=True)
        )


def test_items_without_a_recording_are_recordings_of_their_own():
    data = items([(name, "", "") for name in "abcdef" for _ in range(2)])
    ((probe, gallery),) = draws.searches(data, 1, seed=1)
    assert len(probe) == 6 and len(gallery) == 4 and not set(probe) & set(gallery)


def test_too_few_identities_to_be_searched_are_no_draw():
    assert not list(draws.searches(items([(name, "", f"{name}{n}") for name in "abc" for n in "12"]), 2, seed=1))
    assert not list(draws.searches(items([(name, "", name) for name in "abcdefg"]), 2, seed=1))
    assert draws.strangers(np.array(list("abc")), np.array(list("abcd")), np.random.default_rng(0)) == []
    assert len(draws.strangers(np.array(list("abcdefghi")), np.array(list("abcdefghi")), np.random.default_rng(0))) == 3
