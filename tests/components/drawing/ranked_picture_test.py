# SPDX-License-Identifier: MIT
"""Ranked lists in pixels: a frame for each item, green where the person is the probe's, nothing where there is none."""

import numpy as np
import pytest
from matplotlib import colors

from components.drawing import ranked_picture
from tests import fakes
from tfskel import skeletons


def stored(items, probe=2, gallery=3):
    return {
        "probe": items[:probe],
        "probe_identity": np.array(["a", "b"]),
        "gallery": np.stack([items[:gallery]] * probe),
        "identity": np.array([["a", "b", "c"], ["b", "b", "a"]]),
        "distance": np.array([[0.1, 0.2, 0.3], [0.1, 0.2, np.inf]]),
    }


def amount(picture, colour):
    return int((picture[..., :3] == np.round(255 * np.array(colors.to_rgb(colour)))).all(axis=-1).sum())


PHOTOGRAPHS = np.random.default_rng(0).integers(0, 255, (3, 2, 12, 8, 3), dtype=np.uint8)
JOINTS = np.stack([fakes.walk(person, 0, 6)[None] for person in range(3)])


@pytest.mark.parametrize("items, parents", [(PHOTOGRAPHS, ()), (JOINTS, skeletons.get("kinect_v1").parents)])
def test_frames_say_who_is_right(items, parents):
    lists = stored(items)
    picture = ranked_picture.pixels(lists, parents)
    right, wrong = amount(picture, ranked_picture.RIGHT), amount(picture, ranked_picture.WRONG)
    assert picture.dtype == np.uint8 and picture.shape[2] == 4 and right > wrong > 0  # three right, two wrong, one none
    nobody = ranked_picture.pixels(lists | {"identity": np.full((2, 3), "z")}, parents)
    assert amount(nobody, ranked_picture.RIGHT) == 0 and amount(nobody, ranked_picture.WRONG) > wrong
    assert amount(nobody, ranked_picture.PROBE) == amount(picture, ranked_picture.PROBE) > 0
