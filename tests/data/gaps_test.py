# SPDX-License-Identifier: MIT
"""Jumps of the frame numbers are found, reported, and where asked no sequence spans one."""

import numpy as np
import pytest

from tfskel import skeletons
from tfskel.data import gaps, quality, recordings
from tfskel.data import skeleton_split as sequences


@pytest.mark.parametrize(
    "numbers, places",
    [
        (np.arange(9), []),
        (np.arange(9) * 2, []),
        (np.arange(9) * 40 + np.arange(9) % 2, []),
        ([0, 1, 3, 4, 6, 7, 9, 10, 12], []),  # 20 of 30 frames a second
        ([0, 1, 2, 1003, 1004, 1005], [3]),
        ([0, 2, 4, 6, 20, 22, 24], [4]),
        ([0, 1, 2, 3, 5, 6, 7], [4]),
        ([5, 6, 1006], [2]),
        ([5], []),
        ([], []),
    ],
)
def test_a_gap_is_a_jump_of_more_than_the_usual_step(numbers, places):
    assert gaps.jumps(np.array(numbers, np.int64)).tolist() == places


def walked():
    rng = np.random.default_rng(0)
    numbers = {"a1": np.r_[0:12, 1012:1024], "b1": np.arange(0, 40, 2), "c1": np.r_[0:7, 8:15, 30:40]}
    return recordings.Recordings.from_list(
        {
            "joints": rng.normal(size=(len(n), 20, 3)).astype(np.float32),
            "identity": name[0],
            "recording": name,
            "frames": n,
        }
        for name, n in numbers.items()
    )


@pytest.mark.parametrize("rule", ["training", "testing"])
@pytest.mark.parametrize("f", [4, 5, 6])
def test_no_sequence_spans_a_gap_once_recordings_are_cut(rule, f):
    whole, pieces = walked(), gaps.cut(walked())
    spans = {}
    for name, cut in (("whole", whole), ("pieces", pieces)):
        made = sequences.build(cut, f=f, rule=rule)
        steps = np.diff(cut.frame_numbers[made.windows.start[:, None] + np.arange(f)], axis=1)
        spans[name] = int((steps > 2).any(axis=1).sum())
        assert set(made.identity) == {"a", "b", "c"}
        np.testing.assert_array_equal(made.raw(0)[0], cut.joints[made.windows.start[0] :][:f])
    assert spans["whole"] > 0 and spans["pieces"] == 0


def test_pieces_keep_all_frames_and_the_names_of_their_recordings():
    whole, pieces = walked(), gaps.cut(walked())
    assert pieces.recording.tolist() == ["a1", "a1", "b1", "c1", "c1", "c1"]
    assert pieces.length.tolist() == [12, 12, 20, 7, 7, 10] and pieces.captured.sum() == whole.captured.sum()
    np.testing.assert_array_equal(pieces.start, [0, 12, 24, 44, 51, 58])


def test_recordings_without_a_gap_stay_as_they_are():
    whole = walked().select([1])
    for name, value in vars(gaps.cut(whole)).items():
        np.testing.assert_array_equal(value, getattr(whole, name))


def test_gaps_are_reported_with_their_places_and_whether_sequences_span_them():
    skeleton = skeletons.get("kinect_v1")
    spanned, cut = (quality.report({"train": walked()}, 6, skeleton, cut_gaps) for cut_gaps in (False, True))
    assert cut["gaps"]["train"] == {
        "count": 3,
        "longest": 1000,
        "first": [
            {"recording": "a1", "before": 11, "after": 1012},
            {"recording": "c1", "before": 6, "after": 8},
            {"recording": "c1", "before": 14, "after": 30},
        ],
    }
    text = (
        "train: 3 gaps in the frame numbers, up to 1000 missing (a1 frames 11 to 1012, c1 frames 6 to 8, c1 frames 14"
    )
    assert [line for line in cut["warnings"] if line.startswith(text) and "no sequence spans one" in line]
    assert [line for line in spanned["warnings"] if line.startswith(text) and "dataset.cut_gaps" in line]
    counts = [found["splits"]["train"]["sequences_per_identity"]["testing"] for found in (spanned, cut)]
    assert counts == [{"a": 4, "b": 3, "c": 4}, {"a": 4, "b": 3, "c": 3}]


def test_frames_that_a_drop_rule_took_out_are_no_warning():
    dropped = recordings.Recordings.from_list(
        [{"joints": np.ones((9, 20, 3)), "identity": "a", "frames": np.r_[0:5, 7:11], "captured": 11}]
    )
    assert gaps.unexplained(dropped) == [] and len(gaps.cut(dropped)) == 2
