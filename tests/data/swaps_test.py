# SPDX-License-Identifier: MIT
"""Frames with left and right exchanged are found and shares said; real walking gives no false alarm; 2D is named."""

import numpy as np
import pytest

from tests import fakes
from tfskel import skeletons
from tfskel.data import quality, recordings, swaps

V1 = skeletons.get("kinect_v1")
LIMBS = {"legs": V1.left_right[4:], "arms": V1.left_right[:4]}


@pytest.fixture(scope="module")
def walks():
    """Real walking at 30 frames a second with the noise of a sensor: one set of 64 recordings."""
    return recordings.Recordings.from_list([row for rows in fakes.real_walks().values() for row in rows])


def changed(walks, joints):
    return recordings.Recordings(**vars(walks) | {"joints": joints.astype(np.float32)})


def exchange(joints, frames, limbs):
    """The joints with left and right of the limbs exchanged in frames given by a mask."""
    joints = joints.copy()
    for left, right in LIMBS[limbs]:
        joints[np.ix_(frames, [left, right])] = joints[np.ix_(frames, [right, left])]
    return joints


def drawn(walks, share, seed=0):
    """(frames,) bool: runs of 1 to 5 frames until a share of every recording of 30 frames or more is among them."""
    rng, mask = np.random.default_rng(seed), np.zeros(len(walks.joints), bool)
    for start, length in zip(walks.start, walks.length, strict=True):
        while length >= 30 and mask[start : start + length].mean() < share:
            first = start + rng.integers(length)
            mask[first : min(first + rng.integers(1, 6), start + length)] = True
    return mask


def of_report(walks):
    return swaps.report({"train": walks}, V1)


def seen(walks, angle):
    """Places in a picture taken at an angle from the front, degrees."""
    c, s = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    x, y, z = np.moveaxis(walks.joints, -1, 0)
    return changed(walks, np.stack([c * x + s * z, y, np.zeros_like(x)], axis=-1))


def slower(walks, step):
    """Every step-th frame."""
    cut = [walks.joints[a : a + n : step] for a, n in zip(walks.start, walks.length, strict=True)]
    named = zip(cut, walks.recording, strict=True)
    return recordings.Recordings.from_list({"joints": j, "identity": "a", "recording": name} for j, name in named)


@pytest.mark.parametrize("skeleton, noisy", [("kinect_v1", True), ("kinect_v1", False), ("kinect_v2", False)])
def test_real_walking_has_no_exchanged_frame_and_all_of_it_can_be_told(skeleton, noisy):
    found = swaps.report(fakes.real_recordings(skeleton, noisy), skeletons.get(skeleton))
    assert found == {"exchanged": [], "untold": []}


@pytest.mark.parametrize("limbs", LIMBS)
@pytest.mark.parametrize("share", [0.01, 0.05, 0.2])
def test_exchanged_frames_are_counted_exactly_whatever_their_share(walks, limbs, share):
    mask = drawn(walks, share)
    found = of_report(changed(walks, exchange(walks.joints, mask, limbs)))
    assert {row["limbs"] for row in found["exchanged"]} == {limbs} and not found["untold"]
    wanted = [int(mask[a : a + n].sum()) for a, n in zip(walks.start, walks.length, strict=True)]
    counts = sorted(row["frames"] for row in found["exchanged"])
    counted, exact = sum(counts), sorted(count for count in wanted if count)
    assert counted == pytest.approx(sum(exact), rel=0.01) and len(counts) == len(exact)
    shares = [row["share"] for row in found["exchanged"]]
    assert shares == sorted(shares, reverse=True) and min(shares) > 0


def test_place_unit_side_and_axes_do_not_matter(walks):
    joints = exchange(walks.joints, drawn(walks, 0.05), "legs")
    wanted = of_report(changed(walks, joints))
    turned = 1000 * joints[..., [2, 0, 1]] + [5.0, -3.0, 8.0]
    assert of_report(changed(walks, turned)) == wanted


@pytest.mark.parametrize("step", [2, 3, 6])
def test_fewer_frames_a_second_give_no_false_alarm_but_what_cannot_be_told(walks, step):
    found = of_report(slower(walks, step))
    assert found["exchanged"] == []
    assert {row["limbs"]: row["recordings"] for row in found["untold"]}["legs"] > {2: 0, 3: 32, 6: 56}[step]


@pytest.mark.parametrize("angle, limbs", [(0, set()), (45, set()), (90, {"arms", "legs"})])
def test_pictures_from_the_front_can_be_told_and_those_from_the_side_are_counted_as_untold(walks, angle, limbs):
    found = of_report(seen(walks, angle))
    assert sum(row["frames"] for row in found["exchanged"]) <= 1
    assert {row["limbs"] for row in found["untold"]} == limbs


def test_a_step_over_missing_frames_is_not_compared(walks):
    start, length = walks.start[0], walks.length[0]
    numbers, joints = walks.frame_numbers.copy(), walks.joints.copy()
    half = start + length // 2
    numbers[half : start + length] += 1000
    joints[half : start + length] = exchange(joints, np.arange(len(joints)) >= half, "legs")[half : start + length]
    whole = changed(walks, joints)
    assert [row["recording"] for row in of_report(whole)["exchanged"]] == [str(walks.recording[0])]
    cut = recordings.Recordings(**vars(whole) | {"frame_numbers": numbers})
    assert of_report(cut)["exchanged"] == []


def test_a_recording_says_the_same_alone_as_among_others_and_empty_ones_disturb_nothing(walks, monkeypatch):
    mixed = changed(walks, exchange(walks.joints, drawn(walks, 0.1), "arms"))
    among = {(row["recording"], row["frames"]) for row in of_report(mixed)["exchanged"]}
    alone = [of_report(mixed.select([index]))["exchanged"] for index in range(0, len(mixed), 5)]
    assert {(row["recording"], row["frames"]) for rows in alone for row in rows} <= among
    empty = mixed.select([0])
    empty = recordings.Recordings(**vars(empty) | {"joints": empty.joints[:0], "length": np.zeros(1, np.int64),
                                                   "frame_numbers": empty.frame_numbers[:0]})  # fmt: skip
    assert of_report(empty) == {"exchanged": [], "untold": []}
    monkeypatch.setattr(swaps, "_BLOCK", 7)
    assert {(row["recording"], row["frames"]) for row in of_report(mixed)["exchanged"]} == among


def test_the_quality_report_names_the_worst_recordings_and_says_where_depth_is_missing(walks):
    few = walks.select(np.flatnonzero(walks.length >= 60)[:3])
    joints = exchange(few.joints, drawn(few, 0.1), "legs")
    sets = {"train": changed(few, joints), "probe": seen(few, 0)}
    found = quality.report(sets, 6, V1)
    worst = found["swaps"]["exchanged"][0]
    (said,) = (line for line in found["warnings"] if line.startswith("Left and right"))
    assert f"legs of {worst['recording']} (train) in {worst['frames']} frames, {100 * worst['share']:.3g} %; " in said
    assert "Nothing was changed" in said and found["flat"] == {"train": 0, "probe": 3}
    (said,) = (line for line in found["warnings"] if line.startswith("Joints without depth"))
    assert "(one z in each frame): 3 recordings of probe." in said
