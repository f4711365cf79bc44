# SPDX-License-Identifier: MIT
"""Identities kept out of training are drawn by the seed and never share a frame between probe and gallery."""

import numpy as np
import pytest

from tfskel.data import held_out, recordings


def people(lengths: dict[str, list[int]]) -> recordings.Recordings:
    rng = np.random.default_rng(0)
    return recordings.Recordings.from_list(
        [
            {
                "joints": rng.normal(size=(length, 20, 3)).astype(np.float32),
                "identity": name,
                "recording": f"{name}_{i}",
            }
            for name, own in lengths.items()
            for i, length in enumerate(own)
        ]
    )


def frames(part) -> set[int]:
    return {int(start) + k for start in part.windows.start for k in range(part.windows.length)}


def test_the_draw_depends_on_the_seed_alone_and_leaves_enough_identities():
    classes = [str(number) for number in range(12)]
    assert held_out.choose(classes, 0.2, 1) == held_out.choose(classes, 0.2, 1)
    assert len({tuple(held_out.choose(classes, 0.2, seed)) for seed in range(10)}) > 3
    assert len(held_out.choose(classes, 0.01, 1)) == 2 and len(held_out.choose(classes, 0.99, 1)) == 10


def test_no_identity_is_kept_out_when_none_is_asked_for_or_there_are_too_few():
    assert held_out.choose(["a", "b", "c", "d"], 0.0, 1) == []
    assert held_out.choose(["a", "b", "c"], 0.5, 1) == []
    with pytest.raises(ValueError, match=r"selection.held_out must be in \[0, 1\); received 1.0"):
        held_out.choose(["a"], 1.0, 1)


def test_recordings_of_a_person_alternate_between_gallery_and_probe():
    probe, gallery = held_out.probe_and_gallery(people({"a": [20, 20, 20], "b": [13, 30]}), 6, 0)
    assert set(gallery.recording) == {"a_0", "a_2", "b_0"} and set(probe.recording) == {"a_1", "b_1"}


def test_the_halves_of_a_single_recording_share_no_frame():
    probe, gallery = held_out.probe_and_gallery(people({"a": [40], "b": [33]}), 6, 0)
    assert set(probe.identity) == set(gallery.identity) == {"a", "b"}
    assert not frames(probe) & frames(gallery)
