# SPDX-License-Identifier: MIT
"""The quality report against loops over frames, and a warning for every defect planted in recordings."""

import itertools
import json
import statistics

import numpy as np
import pytest

from tfskel import skeletons
from tfskel.data import quality, recordings

SKELETON = skeletons.get("kinect_v1")


def take(rng, identity, name, length, captured=None):
    """A body of constant random bone lengths, a little noise, the root drifting slowly."""
    bones = rng.uniform(0.1, 0.5, size=(20, 3))
    joints = np.zeros((length, 20, 3))
    joints[:, 0] = np.cumsum(rng.normal(scale=0.02, size=(length, 3)), axis=0)
    for joint in range(1, 20):
        joints[:, joint] = joints[:, SKELETON.parents[joint]] + bones[joint]
    joints += rng.normal(scale=0.01, size=joints.shape)
    return {
        "joints": joints.astype(np.float32),
        "identity": identity,
        "recording": name,
        "captured": captured or length,
    }


def examples():
    rng = np.random.default_rng(0)
    return {
        "train": [
            take(rng, "10", "a1", 13, captured=20),
            take(rng, "9", "b1", 20),
            take(rng, "10", "a2", 9),
            take(rng, "9", "b2", 7, captured=8),
        ],
        "probe": [take(rng, "9", "b3", 12), take(rng, "10", "a3", 18)],
    }


def split(lists):
    return {name: recordings.Recordings.from_list(taken) for name, taken in lists.items()}


def report(lists, f=6):
    return quality.report(split(lists), f, SKELETON)


def test_dropped_frames_are_told_apart_by_where_they_were():
    lists = examples()
    lists["train"][0] |= {"frames": np.array([3, 4, 6, 7, 8, 9, 10, 13, 14, 15, 16, 17, 18]), "captured": 20}
    lists["train"][1] |= {"frames": np.arange(0, 80, 4)}
    counts = report(lists)["splits"]["train"]
    assert (counts["dropped_frames"], counts["dropped_inside"]) == (7 + 1, 3), "20 captured, 13 kept, 5 11 12 missing"


def test_clean_recordings_give_counts_and_no_warning():
    found = report(examples())
    assert found["warnings"] == []
    assert found["duplicates"] == []
    assert found["missing_identities"] == {"train": [], "probe": []}
    assert found["splits"]["train"] == {
        "identities": 2,
        "recordings": 4,
        "frames": 49,
        "dropped_frames": 8,
        "dropped_inside": 0,
        "sequences_per_identity": {"training": {"9": 29, "10": 18}, "testing": {"9": 4, "10": 3}},
        "shorter_than_f": [],
        "jumps": {"count": 0, "first": []},
    }
    assert json.loads(json.dumps(found)) == found


def test_bone_stability_equals_a_loop_over_frames():
    lists = examples()
    found = report(lists)["bones"]
    assert len(found) == 19
    for joint in range(1, 20):
        parent = SKELETON.parents[joint]
        means, within = {}, []
        for example in itertools.chain(*lists.values()):
            lengths = [
                1000 * float(np.linalg.norm(frame[joint].astype(float) - frame[parent])) for frame in example["joints"]
            ]
            means.setdefault(example["identity"], []).append(statistics.fmean(lengths))
            within.append(statistics.pstdev(lengths))
        row = found[f"{SKELETON.joint_names[parent]}-{SKELETON.joint_names[joint]}"]
        between = [statistics.pstdev(own) for own in means.values()]
        people = [statistics.fmean(own) for own in means.values()]
        assert row["within_recording_mm"] == pytest.approx(statistics.fmean(within), rel=1e-4)
        assert row["between_recordings_mm"] == pytest.approx(statistics.fmean(between), rel=1e-4)
        assert row["between_identities_mm"] == pytest.approx(statistics.pstdev(people), rel=1e-4)
        assert row["zero_share"] == 0


def test_one_recording_leaves_deviations_between_recordings_open():
    found = report({"train": examples()["train"][:1]})["bones"]["HipCenter-Spine"]
    assert found["between_recordings_mm"] is None
    assert found["between_identities_mm"] is None
    assert found["within_recording_mm"] > 0


def test_empty_recordings_count_but_disturb_nothing():
    lists = examples()
    found = report(lists)["bones"]
    empty = {"joints": np.zeros((0, 20, 3), np.float32), "identity": "9", "recording": "gone", "captured": 30}
    lists["train"].insert(1, empty)
    with_empty = report(lists)
    assert with_empty["bones"] == found
    assert with_empty["splits"]["train"]["dropped_frames"] == 38
    assert with_empty["splits"]["train"]["shorter_than_f"] == ["gone"]


def test_recordings_without_any_sequence_are_named():
    lists = examples()
    lists["probe"] = [take(np.random.default_rng(1), name, f"short{name}", 5) for name in ("9", "10")]
    found = report(lists)
    assert found["splits"]["probe"]["sequences_per_identity"]["testing"] == {"9": 0, "10": 0}
    assert found["warnings"] == ["probe: recordings shorter than 6 frames give no sequence: short9, short10."]


def test_shared_sequences_are_counted_and_their_recordings_named():
    lists = examples()
    lists["probe"][1]["joints"][2:10] = lists["train"][1]["joints"][7:15]  # 8 frames hold 3 sequences of 6
    lists["probe"][0]["joints"][:6] = lists["train"][2]["joints"][3:]
    lists["probe"][0]["joints"][7:12] = lists["train"][1]["joints"][:5]  # too few frames for a sequence
    found = report(lists)
    assert found["duplicates"] == [
        {
            "splits": ["train", "probe"],
            "count": 4,
            "recordings": [{"train": "b1", "probe": "a3"}, {"train": "a2", "probe": "b3"}],
        }
    ]
    want = "train and probe share 4 identical sequences: recordings b1 / a3, a2 / b3."
    assert found["warnings"] == [want]


def test_missing_identities_are_named_per_split():
    lists = examples()
    lists["train"].append(take(np.random.default_rng(1), "11", "c1", 12))
    lists["probe"].append(take(np.random.default_rng(2), "guest", "d1", 12))
    found = report(lists)
    assert found["missing_identities"] == {"train": ["guest"], "probe": ["11"]}
    assert "train: identities that other splits have are missing: guest." in found["warnings"]
    assert "probe: identities that other splits have are missing: 11." in found["warnings"]


def test_long_lists_are_cut_in_warnings_but_not_in_the_report():
    lists = examples()
    lists["train"] += [take(np.random.default_rng(i), str(i), f"x{i}", 6) for i in range(100, 108)]
    found = report(lists)
    assert len(found["missing_identities"]["probe"]) == 8
    assert found["warnings"][0].endswith("missing: 100, 101, 102, 103, 104 and 3 more.")


def test_jumps_are_found_within_recordings_and_measured_per_frame():
    lists = examples()
    lists["train"][1]["joints"][11:] += np.float32([0.6, 0, 0])
    lists["train"][2]["joints"] += np.float32([5, 0, 0])  # another place is not a jump
    lists["probe"][0]["joints"][3:] += np.float32([0.9, 0, 0])
    lists["probe"][0] |= {"frames": np.r_[0, 1, 2, 4:13], "captured": 13}  # one frame was dropped before the step
    found = report(lists)
    assert found["splits"]["train"]["jumps"] == {"count": 1, "first": [{"recording": "b1", "frame": 11}]}
    assert found["splits"]["probe"]["jumps"]["count"] == 0
    assert found["warnings"] == ["train: root jumps of more than 0.5 m per frame: 1 (b1 frame 11)."]


def test_coinciding_joints_and_wrong_units_are_suspicious():
    lists = examples()
    lists["train"][0]["joints"][4, 7] = lists["train"][0]["joints"][4, 6]
    found = report(lists)
    assert found["bones"]["WristLeft-HandLeft"]["zero_share"] == pytest.approx(1 / 79)
    assert found["warnings"] == ["Bones of length zero in some frames (joints that coincide): WristLeft-HandLeft."]
    for example in itertools.chain(*lists.values()):
        example["joints"] *= 1000
    assert any("are the joints in metres" in line for line in report(lists)["warnings"])


def test_impossible_input_is_refused():
    with pytest.raises(ValueError, match="no split to report on"):
        report({})
    with pytest.raises(ValueError, match="received f = 1"):
        report(examples(), f=1)
    with pytest.raises(ValueError, match="20 joints but skeleton 'openpose' has 14"):
        quality.report(split(examples()), 6, skeletons.get("openpose"))
    empty = {"joints": np.zeros((0, 20, 3), np.float32), "identity": "9"}
    with pytest.raises(ValueError, match="None of the splits train holds a single frame"):
        report({"train": [empty]})
