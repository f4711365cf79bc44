# SPDX-License-Identifier: MIT
"""Pose maps are Gaussians by SciPy's filter over their largest value; bodies cover the person."""

import importlib.util

import numpy as np
import pytest
from scipy import ndimage

from tfskel.data import pose_maps

SIZE = (64, 32)


def filtered(joints, sigma, size=SIZE):
    """Map by map, by the definition."""
    made = np.zeros((*size, len(joints)))
    for joint, (row, column) in enumerate(joints):
        if row >= 0 and column >= 0:
            made[row, column, joint] = 1
            made[..., joint] = ndimage.gaussian_filter(made[..., joint], sigma)
            made[..., joint] /= made[..., joint].max()
    return made


@pytest.mark.parametrize("sigma", [4, 5, 6])
@pytest.mark.parametrize("size", [(64, 32), (16, 8)])
def test_maps_are_what_the_filter_makes_of_a_one_at_each_joint(sigma, size):
    joints = np.array([[0, 0], [size[0] - 1, 3], [7, size[1] - 1], [9, 5], [-1, 3], [4, -1], [-1, -1]])
    np.testing.assert_allclose(pose_maps.maps(joints, sigma, size), filtered(joints, sigma, size), atol=2e-7)


def test_joints_are_scaled_cut_off_and_missing_where_they_are_outside():
    pose = [[8.0, 16.0], [15.99, 31.99], [16.0, 5.0], [3.0, 32.0], [-0.4, -0.2], [-1.0, 4.0]]
    found = pose_maps.landmarks(np.array(pose, np.float32), (32, 16), (256, 128))
    assert found.tolist() == [[128, 64], [255, 127], [40, -1], [-1, 24], [-1, -1], [32, -1]]
    found = pose_maps.landmarks(np.array(pose, np.float32), (32, 16), (32, 16))
    assert found.tolist() == [[16, 8], [31, 15], [5, -1], [-1, 3], [0, 0], [4, -1]]


@pytest.mark.parametrize("joints", pose_maps.BODIES)
def test_a_bodys_table_names_each_joint_and_each_side_once(joints):
    body = pose_maps.BODIES[joints]
    limbs = [tuple(sorted(limb)) for limbs in body.limbs.values() for limb in limbs]
    assert len(set(limbs)) == len(limbs) and {joint for limb in limbs for joint in limb} == set(range(joints))
    sides = [joint for pair in body.mirrored for joint in pair]
    assert len(set(sides)) == len(sides) and set(range(joints)) - set(sides) == {17: {0}, 18: {0, 1}}[joints]


def test_mirrored_maps_are_the_maps_mirrored_and_sides_change_only_when_asked():
    joints = np.random.default_rng(0).integers(0, 32, (17, 2))
    joints[3], joints[4, 1] = -1, -1
    want = pose_maps.maps(joints, 5, SIZE)[:, ::-1]
    np.testing.assert_array_equal(pose_maps.maps(pose_maps.mirrored(joints, SIZE), 5, SIZE), want)
    swapped = [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]
    found = pose_maps.maps(pose_maps.mirrored(joints, SIZE, swap_sides=True), 5, SIZE)
    np.testing.assert_array_equal(found, want[..., swapped])


def test_a_body_is_discs_around_its_joints_and_lines_between_those_that_are_there():
    pytest.importorskip("cv2")
    joints = np.full((17, 2), -1)
    joints[0], joints[9] = (60, 64), (200, 30)
    rows, columns = np.mgrid[:256, :128]
    discs = sum(
        np.hypot(rows - row, columns - column) <= radius for row, column, radius in ((60, 64, 20), (200, 30, 10))
    )
    alone = pose_maps.mask(joints, (256, 128))
    assert alone.dtype == np.uint8 and np.mean(alone != (discs > 0)) < 1e-3
    joints[7] = (200, 90)
    arm = pose_maps.mask(joints, (256, 128))
    assert arm[192:209, 30:91].all() and not arm[215:, 45:75].any() and not arm[:185, 45:75][100:].any()


def test_without_opencv_a_body_is_refused_with_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"pip install 'tfskel\[poses\]'.*training.mask=False"):
        pose_maps.mask(np.zeros((17, 2), int), SIZE)
