# SPDX-License-Identifier: MIT
"""Descriptors against loops written from their definition, and what must not change them."""

import itertools

import numpy as np
import pytest

from tests import fakes
from tfskel import skeletons
from tfskel.systems.joint_distances import model

every_layout = pytest.mark.parametrize("skeleton", skeletons.SKELETONS)
every_form = pytest.mark.parametrize("scale_free, pose", itertools.product([False, True], repeat=2))


def walks(skeleton, frames=5):
    joints = skeletons.get(skeleton).num_joints
    return np.stack([fakes.walk(person, person, frames, joints) for person in range(3)])


def turned(joints, degrees):
    angle = np.radians(degrees)
    x, y, z = np.moveaxis(joints, -1, 0)
    return np.stack([np.cos(angle) * x + np.sin(angle) * z, y, np.cos(angle) * z - np.sin(angle) * x], axis=-1)


def describe(joints, *arguments, **options):
    return np.asarray(model.Descriptor(*arguments, **options)(np.float32(joints)), np.float64)


def literal(window, layout, scale_free, pose):
    """Descriptor of one (f, J, 3) window, one number at a time."""
    count = layout.num_joints
    numbers = [
        np.mean([np.linalg.norm(frame[i] - frame[j]) for frame in window])
        for i in range(count)
        for j in range(i + 1, count)
    ]
    if scale_free:
        numbers = [np.log(number) - np.mean(np.log(numbers)) for number in numbers]
    if not pose:
        return np.array(numbers)
    place = layout.joint_names.index
    sides = [("HipRight", "HipLeft"), ("ShoulderRight", "ShoulderLeft")]
    lateral = np.mean([sum(frame[place(r)] - frame[place(left)] for r, left in sides) for frame in window], axis=0)
    front = turned(window, np.degrees(np.arctan2(lateral[2], lateral[0])))
    central = {"kinect_v1": (0, 1, 12, 16), "kinect_v2": (0, 1, 12, 16), "openpose": (8, 11)}[layout.name]
    front = front - front[:, central].mean(axis=1, keepdims=True)
    flat = front.reshape(len(window), -1)
    slopes = np.polyfit(np.arange(len(window)), flat, 1)[0] if len(window) > 1 else np.zeros(3 * count)
    return np.concatenate([numbers, flat.mean(axis=0), 3 * slopes])


@every_layout
@every_form
@pytest.mark.parametrize("frames", [1, 2, 5])
def test_a_descriptor_equals_its_definition(skeleton, scale_free, pose, frames):
    joints, layout = walks(skeleton, frames), skeletons.get(skeleton)
    want = [literal(window, layout, scale_free, pose) for window in joints]
    np.testing.assert_allclose(describe(joints, skeleton, scale_free, pose), want, atol=2e-5)


@every_layout
@every_form
def test_place_and_heading_change_nothing(skeleton, scale_free, pose):
    joints = walks(skeleton)
    moved = turned(joints, np.array([70.0, -123.0, 180.0])[:, None, None]) + [3.0, -0.5, 1.0]
    np.testing.assert_allclose(
        describe(moved, skeleton, scale_free, pose), describe(joints, skeleton, scale_free, pose), atol=5e-5
    )


def test_size_changes_nothing_where_it_is_not_to():
    joints = walks("kinect_v1")
    np.testing.assert_allclose(
        describe(1.7 * joints, "kinect_v1", scale_free=True), describe(joints, "kinect_v1", scale_free=True), atol=1e-5
    )
    assert np.abs(describe(1.7 * joints, "kinect_v1") / describe(joints, "kinect_v1") - 1.7).max() < 1e-5


def test_joints_of_one_place_and_a_person_without_sides_give_numbers():
    joints = walks("kinect_v1")
    joints[:, :, 1] = joints[:, :, 0]
    joints[:, :, [4, 12]] = joints[:, :, [8, 16]]
    for scale_free in (False, True):
        assert np.isfinite(describe(joints, "kinect_v1", scale_free, True)).all()


@every_form
def test_joints_in_another_order_are_put_into_that_of_the_skeleton(scale_free, pose):
    joints, order = walks("kinect_v1"), np.random.default_rng(0).permutation(20)
    shuffled = np.empty_like(joints)
    shuffled[:, :, order] = joints
    found = describe(shuffled, "kinect_v1", scale_free, pose, joint_order=order)
    np.testing.assert_array_equal(found, describe(joints, "kinect_v1", scale_free, pose))


def test_impossible_sizes_and_orders_are_refused():
    with pytest.raises(ValueError, match="dimensions must be at least 1 and at most 91; received 92"):
        model.JointDistances("openpose", 4, 92)
    with pytest.raises(ValueError, match="length must be at least 1"):
        model.JointDistances("openpose", 0)
    with pytest.raises(ValueError, match=r"each of 14 joints once; received \[0, 0\]"):
        model.JointDistances("openpose", 4, joint_order=(0, 0))
