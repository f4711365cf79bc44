# SPDX-License-Identifier: MIT
"""Window rules against loops that slice lists, a worked example, and the windows the originals read."""

import numpy as np
import pytest

from datasets_tfds.cmu_walk import embedded
from tests import fakes
from tfskel.data import recordings, windows
from tfskel.data import skeleton_split as sequences

GOLDEN = fakes.GOLDEN / "end_to_end" / "windows.npz"
LENGTHS = [(9, 12, 14), (3, 6, 0, 40, 5, 7), (6,), (1, 2, 3, 17, 100, 41, 12)]


def takes(lengths, identities=None):
    """Recordings whose every joint holds a number that no other frame holds."""
    numbers = iter(np.arange(sum(lengths) * 14 * 3, dtype=np.float32).reshape(-1, 14, 3))
    names = identities or [str(i) for i in range(len(lengths))]
    return recordings.Recordings.from_list(
        {
            "joints": np.array([next(numbers) for _ in range(n)], np.float32).reshape(n, 14, 3),
            "identity": name,
            "recording": f"take{i}",
        }
        for i, (n, name) in enumerate(zip(lengths, names, strict=True))
    )


def frame_lists(found):
    return [
        [frame.tolist() for frame in found.joints[s : s + n]] for s, n in zip(found.start, found.length, strict=True)
    ]


def naive_training(found, f):
    cut, owners = [], []
    for shift in range(f):
        for owner, frames in enumerate(frame_lists(found)):
            rest = frames[shift:]
            for i in range(max(0, (len(rest) - f) // (f // 2) + 1)):
                window = rest[i * f // 2 : i * f // 2 + f]
                if len(window) == f:
                    cut.append(window)
                    owners.append(owner)
    return cut, owners


def naive_testing(found, f):
    cut, owners = [], []
    for owner, frames in enumerate(frame_lists(found)):
        for i in range(len(frames) // f):
            cut.append(frames[i * f : (i + 1) * f])
            owners.append(owner)
    return cut, owners


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("f", [2, 3, 4, 5, 6])
def test_training_windows_equal_a_loop_over_slices(lengths, f):
    found = takes(lengths)
    cut = windows.training(found, f)
    want, owners = naive_training(found, f)
    assert cut.recording.tolist() == owners
    np.testing.assert_array_equal(windows.gather(found.joints, cut.start, f), want)


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("f", [1, 2, 5, 6])
def test_testing_windows_equal_a_loop_over_slices(lengths, f):
    found = takes(lengths)
    cut = windows.testing(found, f)
    want, owners = naive_testing(found, f)
    assert cut.recording.tolist() == owners
    np.testing.assert_array_equal(windows.gather(found.joints, cut.start, f), want)


def test_window_order_takes_the_first_window_of_every_recording_first():
    found = takes((14, 6, 0, 25))
    cut = windows.testing(found, 6, order="window")
    assert cut.recording.tolist() == [0, 1, 3, 0, 3, 3, 3]
    assert (cut.start - found.start[cut.recording]).tolist() == [0, 0, 0, 6, 6, 12, 18]


def test_every_gives_all_starts_inside_each_recording():
    found = takes((7, 5, 6, 8))
    cut = windows.every(found, 6)
    want = [(0, 0), (0, 1), (2, 0), (3, 0), (3, 1), (3, 2)]
    offsets = (cut.start - found.start[cut.recording]).tolist()
    assert list(zip(cut.recording.tolist(), offsets, strict=True)) == want


def test_training_windows_of_the_worked_example():
    cut = windows.training(takes((9, 12, 14)), 6)
    rows = {person: np.flatnonzero(cut.recording == person).tolist() for person in range(3)}
    assert len(cut) == 31
    assert rows == {
        0: [0, 1, 8, 14, 20],
        1: [2, 3, 4, 9, 10, 15, 16, 21, 22, 25, 28],
        2: [5, 6, 7, 11, 12, 13, 17, 18, 19, 23, 24, 26, 27, 29, 30],
    }
    assert cut.start[rows[0]].tolist() == [0, 3, 1, 2, 3]  # the last repeats the second: kept
    assert cut.start[2:5].tolist() == [9, 12, 15]


def test_odd_lengths_leave_out_windows_that_run_past_the_recording():
    cut = windows.training(takes((11,)), 5)
    # The count formula gives 4 windows for shift 0, starts 0, 2, 5, 7; the last would end at 12 of 11.
    assert cut.start[:3].tolist() == [0, 2, 5]
    assert (cut.start + 5).max() == 11


@pytest.mark.parametrize(
    "part, split, rule, order",
    [
        ("dense_train", "train", "training", "recording"),
        ("stride6_train", "train", "testing", "recording"),
        ("probe", "probe", "testing", "window"),
        ("gallery", "gallery", "testing", "window"),
    ],
)
def test_windows_of_real_recordings_equal_those_the_original_programs_read(part, split, rule, order):
    joints = np.concatenate([row["joints"] for row in embedded.read("kinect_v1", noisy=True).values()])
    found = fakes.real_recordings()
    with np.load(GOLDEN) as golden:
        start, person = golden[f"{part}_start"], golden[f"{part}_person"]
        classes = golden["identities"].tolist()
    cut = sequences.build(found[split], rule=rule, f=6, root=0, classes=classes, order=order)
    np.testing.assert_array_equal(cut.labels, person)
    np.testing.assert_array_equal(cut.raw(slice(None)), [joints[s : s + 6] for s in start])
    assert classes == recordings.sorted_identities(found[split].identity)


@pytest.mark.parametrize("root", [0, 3])
def test_centring_subtracts_the_root_frame_by_frame(root):
    cut = np.random.default_rng(0).normal(size=(4, 6, 14, 3))
    want = [[[joint - frame[root] for joint in frame] for frame in window] for window in cut]
    np.testing.assert_array_equal(windows.centre(cut, root), want)
    np.testing.assert_array_equal(windows.centre(cut[0], root), want[0])


@pytest.mark.parametrize("rule", [windows.training, windows.testing, windows.every])
def test_recordings_shorter_than_f_everywhere_are_refused(rule):
    with pytest.raises(ValueError, match="f = 6 frames: the longest of 3 recordings has 5 frames"):
        rule(takes((2, 5, 4)), 6)


def test_impossible_arguments_are_refused():
    with pytest.raises(ValueError, match="at least f = 2 frames under this rule; received f = 1"):
        windows.training(takes((9,)), 1)
    with pytest.raises(ValueError, match="at least f = 1 frames under this rule; received f = 0"):
        windows.testing(takes((9,)), 0)
    with pytest.raises(ValueError, match="Unknown order 'shuffled'; known: recording, window"):
        windows.testing(takes((9,)), 3, order="shuffled")
    for start in (-1, 5):
        with pytest.raises(ValueError, match="leave the 9 frames"):
            windows.gather(np.zeros((9, 14, 3)), np.array([0, start]), 5)
