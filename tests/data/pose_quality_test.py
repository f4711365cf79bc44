# SPDX-License-Identifier: MIT
"""Poses are counted by hand, and what is odd about them is said."""

import numpy as np
import pytest

from tfskel.data import pose_quality

INSIDE, OUTSIDE, MISSING = [3, 5], [8, 5], [-1, 5]  # of an image of 16 x 8 pixels


def counted(*poses):
    count = pose_quality.Count()
    for pose in poses:
        count.add(np.array(pose, float).reshape(-1, 2), 16, 8)
    return count.result


def test_joints_missing_and_outside_are_counted_and_images_without_a_pose_are_not():
    assert counted([INSIDE, OUTSIDE, MISSING], [], [[7.9, 15.9], [0, 16], INSIDE]) == {
        "poses": 2, "joints": [3], "missing": 1, "outside": 2, "unseen": 0}  # fmt: skip
    assert counted([], []) == pose_quality.NOTHING


@pytest.mark.parametrize(
    "poses, images, sentence",
    [
        ([[INSIDE]], 1_500, "train: 1,499 of 1,500 images have no pose."),
        ([[INSIDE], [INSIDE, INSIDE]], 2, "train: poses have different numbers of joints: 1, 2."),
        ([[INSIDE] * 3, [OUTSIDE, MISSING, MISSING]], 2, "train: 1 of 2 poses have no joint inside their image."),
        (
            [[INSIDE, OUTSIDE, OUTSIDE]],
            1,
            "train: 0 joints are missing and 2 lie outside their image, of 3; are the poses in pixels of the stored "
            "images, and x before y?",
        ),
        ([[INSIDE, MISSING]], 1, None),
        ([], 2, None),
    ],
)
def test_what_is_odd_about_poses_is_said_once(poses, images, sentence):
    found = list(pose_quality.warnings("train", counted(*poses), images))
    assert [text for text in found if text == sentence] == ([sentence] if sentence else [])
    assert len(found) == (sentence is not None) or "no joint inside" in sentence
