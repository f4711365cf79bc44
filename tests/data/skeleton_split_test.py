# SPDX-License-Identifier: MIT
"""Sequences and resampling against the original program's data side, number by number."""

import json

import numpy as np
import pytest

from tests import fakes
from tfskel import skeletons
from tfskel.data import order as batches
from tfskel.data import recordings, windows
from tfskel.data import skeleton_split as sequences

GOLDEN = fakes.GOLDEN / "sm_sge"
TAGS = ("ias_f6", "ks20_f6", "casia_f6", "ks20_nhood2")
LETTERS = dict(zip("JPBI", skeletons.SCALES, strict=True))


def read(tag):
    with np.load(GOLDEN / f"data_{tag}.npz") as case:
        return {key: case[key] for key in case.files}, json.loads(str(case["meta_json"]))


def golden_sequences(case, split, f):
    """The windows of a golden file as recordings of f frames each, cut again by the library."""
    joints = np.stack([case[f"raw/{split}_{axis}"] for axis in "xyz"], axis=-1)
    people = case[f"raw/{split}_frame_id"]
    found = recordings.Recordings.from_list(
        {"joints": take, "identity": str(person)} for take, person in zip(joints, people, strict=True)
    )
    classes = recordings.sorted_identities(str(key) for key in case[f"raw/{split}_ids_keys"])
    return sequences.build(found, rule="testing", f=f, root=0, classes=classes)


@pytest.mark.parametrize("tag", TAGS)
def test_train_and_test_sides_equal_the_original_program(tag):
    case, meta = read(tag)
    train, test = (golden_sequences(case, split, meta["f"]) for split in ("train", "test"))
    rows = batches.class_balanced(train.labels, meta["batch"], np.random.RandomState(meta["np_seed"]))
    np.testing.assert_array_equal(rows, case["samp/index"])
    np.testing.assert_array_equal(np.array(train.classes, int)[train.labels[rows]], case["samp/label"])
    for split, cut, index in (("train", train, rows), ("test", test, slice(None))):
        one_hot = np.eye(len(cut.classes), dtype=np.int64)[cut.labels[index]]
        np.testing.assert_array_equal(one_hot, case[f"out/y_{split}"])
        joints = windows.centre(cut.raw(index), cut.root)
        skeleton = skeletons.by_num_joints(joints.shape[2])
        for letter, scale in LETTERS.items():
            nodes = skeletons.scale_matrix(skeleton, scale) @ joints
            np.testing.assert_allclose(nodes, case[f"out/X_{split}_{letter}"], rtol=0, atol=1e-12)
        np.testing.assert_array_equal(cut.read(index), case[f"out/X_{split}_J"].astype(np.float32))


def takes(lengths=(13, 4, 20), dtype=np.float64):
    rng = np.random.default_rng(1)
    return recordings.Recordings.from_list(
        {
            "joints": rng.normal(size=(length, 20, 3)).astype(dtype),
            "identity": ("b", "10", "9")[i % 3],
            "recording": f"take{i}",
            "camera": f"view{i}",
        }
        for i, length in enumerate(lengths)
    )


@pytest.mark.parametrize("rule", ["training", "testing"])
@pytest.mark.parametrize("index", [0, -1, slice(1, 3), slice(None), [2, 0, 2], "mask"])
def test_taking_cuts_centres_and_selects_as_numpy_does(rule, index):
    found = takes()
    cut = sequences.build(found, rule=rule, f=6, root=3)
    if index == "mask":
        index = np.arange(len(cut)) % 2 == 0
    naive = np.stack([found.joints[s : s + 6] for s in cut.windows.start])
    chosen = naive[index] if np.ndim(naive[index]) == 4 else naive[index][None]
    np.testing.assert_array_equal(cut.raw(index), chosen)
    np.testing.assert_array_equal(cut.read(index), (chosen - chosen[:, :, 3:4]).astype(np.float32))


def test_every_sequence_knows_its_person_camera_recording_and_label():
    cut = sequences.build(takes((6, 12, 7)), rule="testing", f=6)
    assert cut.identity.tolist() == ["b", "10", "10", "9"]
    assert cut.camera.tolist() == ["view0", "view1", "view1", "view2"]
    assert cut.recording.tolist() == ["take0", "take1", "take1", "take2"]
    assert cut.classes == ["9", "10", "b"]
    assert cut.labels.tolist() == [2, 1, 1, 0]
    assert len(cut) == 4


def test_distances_between_joints_are_means_over_the_frames_of_every_pair():
    cut = sequences.build(fakes.walkers(1, people=2, frames=12, joints=14), f=4)
    for row, joints in enumerate(cut.raw(slice(0, 3)).astype(np.float64)):
        pairs = [(i, j) for i in range(14) for j in range(i + 1, 14)]
        expected = [np.mean([np.sqrt(((frame[i] - frame[j]) ** 2).sum()) for frame in joints]) for i, j in pairs]
        found = cut.baselines(np.array([row]))[sequences.DISTANCES][0]
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_people_outside_the_classes_have_label_minus_one():
    cut = sequences.build(takes((6, 12, 7)), rule="testing", f=6, classes=["10", "7"])
    assert cut.labels.tolist() == [-1, 0, 0, -1]


def test_impossible_arguments_are_refused():
    with pytest.raises(ValueError, match="Unknown rule 'dense' for sequences; known: training, testing"):
        sequences.build(takes(), rule="dense", f=6)
    with pytest.raises(ValueError, match="root must be a joint 0 .. 19 or None; received 20"):
        sequences.build(takes(), f=6, root=20)
    with pytest.raises(ValueError, match="training rule has one order, 'recording'; received 'window'"):
        sequences.build(takes(), f=6, order="window")
    with pytest.raises(ValueError, match="No sequence of f = 21 frames: the longest of 3 recordings has 20"):
        sequences.build(takes(), f=21)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_duplicates_equal_a_loop_over_all_pairs(dtype):
    a, b = takes((13, 8, 20), dtype), takes((9, 16), dtype)
    a.joints[15:23] = b.joints[4:12]  # across the end of a recording of `b`: frames 4..8 and 9..11
    a.joints[30:37] = b.joints[12:19]
    b.joints[19:25] = b.joints[12:18]  # `b` repeats itself: the first place counts
    a_cut, b_cut = (sequences.SkeletonSplit(x, windows.every(x, 4), 0, []) for x in (a, b))
    naive = []
    for i, left in enumerate(a_cut.raw(slice(None))):
        equal = [j for j, right in enumerate(b_cut.raw(slice(None))) if np.array_equal(left, right)]
        naive += [(i, equal[0])] if equal else []
    assert sequences.duplicates_between(a_cut, b_cut) == naive
    assert len(naive) > 4


def test_duplicates_are_found_across_blocks(monkeypatch):
    monkeypatch.setattr(sequences, "_BLOCK", 3)
    cut = sequences.build(takes((30, 31, 32)), f=6)
    first = {}
    for i, window in enumerate(cut.raw(slice(None))):
        first.setdefault(window.tobytes(), i)
    want = [(i, first[window.tobytes()]) for i, window in enumerate(cut.raw(slice(None)))]
    assert sequences.duplicates_between(cut, cut) == want


def test_sequences_of_different_kinds_do_not_compare():
    with pytest.raises(ValueError, match="different kinds are never equal"):
        sequences.duplicates_between(sequences.build(takes(), f=6), sequences.build(takes(), f=4))
