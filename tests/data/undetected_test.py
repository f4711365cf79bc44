# SPDX-License-Identifier: MIT
"""Joints that were not detected are named with their share and their person; real walking gives no false alarm."""

import numpy as np
import pytest

from datasets_tfds.gait_sim import simulator
from tests import fakes
from tfskel import skeletons
from tfskel.data import quality, recordings

V1, V2, OPENPOSE = map(skeletons.get, ("kinect_v1", "kinect_v2", "openpose"))


def report(spoil=lambda identity, joints: None, skeleton=V1, centred=False, scale=1.0):
    splits = {}
    for person in range(3):
        for number, split in enumerate(("train", "gallery", "probe")):
            joints = fakes.walk(person, 10 * person + number, joints=skeleton.num_joints)
            joints -= joints[:, skeleton.root, None] if centred else 0
            spoil(f"id{person}", joints)
            example = {
                "joints": np.float32(scale * joints),
                "identity": f"id{person}",
                "recording": f"{person}_{split}",
            }
            splits.setdefault(split, []).append(example)
    sets = {split: recordings.Recordings.from_list(examples) for split, examples in splits.items()}
    return quality.report(sets, 6, skeleton)


def put(joint, place, frames=slice(None), who=("id1",)):
    def spoil(identity, joints):
        if identity in who:
            joints[frames, joint] = joints[frames, joint][:1] if place == "held" else place

    return spoil


def undetected(found):
    return [line for line in found["warnings"] if "not detected" in line]


@pytest.mark.parametrize("skeleton", [V1, V2, OPENPOSE], ids=lambda s: s.name)
@pytest.mark.parametrize("centred", [False, True])
@pytest.mark.parametrize(
    "place, defect",
    [
        (0, "at 0, 0, 0"),
        (-1, "at -1, -1, -1"),
        ((9, 9, 9), "far outside the body"),
        ("held", "fixed in place while the body moves"),
    ],
)
def test_a_joint_that_is_never_found_on_one_person_is_named_with_that_person(skeleton, centred, place, defect):
    found = report(put(7, place), skeleton, centred)
    (line,) = undetected(found)
    assert f"places: {skeleton.joint_names[7]} of id1 in 100 % of the frames ({defect}). A person can" in line
    want = {"joint": skeleton.joint_names[7], "identity": "id1", "defect": defect, "frames": 72, "share": 1.0}
    assert found["undetected"] == [want]


def test_the_share_is_that_of_the_frames_and_of_everyone_where_everyone_is_concerned():
    (line,) = undetected(report(put(11, 0, slice(6))))
    assert "HandRight of id1 in 25 % of the frames (at 0, 0, 0)" in line
    (line,) = undetected(report(put(11, 0, slice(6), ("id0", "id1", "id2"))))
    assert "HandRight of all 3 identities in 25 % of the frames (at 0, 0, 0)" in line


def test_a_root_that_is_missing_in_some_frames_is_a_defect_and_a_centred_one_is_none():
    assert report(centred=True)["warnings"] == [] and report()["warnings"] == []
    (line,) = undetected(report(put(0, 0, slice(6))))
    assert "HipCenter of id1 in 25 % of the frames (at 0, 0, 0)" in line


def test_recordings_may_be_centred_on_another_joint():
    def on_the_neck(identity, joints):
        joints -= joints[:, 2, None].copy()

    assert undetected(report(on_the_neck)) == []


def test_a_joint_that_nobody_has_is_not_taken_for_the_centre():
    (line,) = undetected(report(put(19, 0, who=("id0", "id1", "id2"))))
    assert "FootRight of all 3 identities in 100 % of the frames (at 0, 0, 0)" in line


def test_a_held_wrist_takes_its_hand_with_it_and_the_unit_does_not_matter():
    (line,) = undetected(report(put([6, 7], "held", slice(4, 16)), scale=1000.0))
    assert "WristLeft of id1 in 50 % " in line and "HandLeft of id1 in 50 % " in line


@pytest.mark.parametrize("noisy, skeleton", [(False, V1), (False, V2), (True, V1)])
@pytest.mark.parametrize("centred", [False, True])
@pytest.mark.parametrize("digits", [6, 3])
def test_real_walking_gives_no_false_alarm(noisy, skeleton, centred, digits):
    splits = fakes.real_walks(skeleton.name, noisy)
    for examples in splits.values():
        for example in examples:
            joints = example["joints"] - (example["joints"][:, :1] if centred else 0)
            example["joints"] = np.round(joints, digits)
    sets = {split: recordings.Recordings.from_list(examples) for split, examples in splits.items()}
    assert quality.report(sets, 6, skeleton)["warnings"] == []


@pytest.mark.parametrize("noise", [0.02, 0.0])
def test_simulated_feet_on_the_ground_give_no_false_alarm(noise):
    options = simulator.Options(noise=noise, num_identities=6)
    sets = {split: recordings.Recordings.from_list(simulator.examples(options, split)) for split in ("train", "probe")}
    assert quality.report(sets, 6, V1)["warnings"] == []
