# SPDX-License-Identifier: MIT
"""Every frame comes once a round, in an order that only seed and step decide, with the numbers of its tracklet."""

import numpy as np
import pytest

from tests import fakes
from tfskel.systems.upmnet import sampling


def frames(batch_size=5, seed=1, **of):
    return sampling.Frames(fakes.image_split(fakes.photographs(**of)), batch_size, seed)


def test_every_frame_comes_once_before_any_comes_again():
    drawn = frames(people=4, frames=2)  # 16 frames, batches of 5
    rows = np.concatenate([drawn.rows(step) for step in range(16)])
    rounds = rows.reshape(5, 16)
    assert [sorted(round_) for round_ in rounds.tolist()] == [list(range(16))] * 5
    assert len({tuple(round_) for round_ in rounds.tolist()}) == 5


def test_a_step_has_its_frames_whether_or_not_those_before_it_were_drawn():
    np.testing.assert_array_equal(frames().rows(7), [frames(), *map(frames().rows, range(7))][0].rows(7))
    assert frames(seed=2).rows(7).tolist() != frames().rows(7).tolist()


def test_tracklets_are_numbered_inside_their_camera_as_they_begin():
    examples = fakes.photographs(people=3, cameras=2, frames=2)
    del examples[:2]  # the first camera does not see p0
    drawn = sampling.Frames(fakes.image_split(examples[::-1]), 4, 0)
    assert drawn.tracklets == [3, 2] and drawn.camera.tolist() == [0] * 6 + [1] * 4
    assert drawn.tracklet.tolist() == [0, 0, 1, 1, 2, 2, 0, 0, 1, 1]


def test_batches_hold_the_images_of_their_rows():
    drawn = frames()
    for step, (images, tracklet, camera) in enumerate(drawn.batches(2, 5), 2):
        rows = drawn.rows(step)
        np.testing.assert_array_equal(images, drawn.train.read(rows))
        assert (tracklet.tolist(), camera.tolist()) == (drawn.tracklet[rows].tolist(), drawn.camera[rows].tolist())
    assert step == 4


def test_data_that_cannot_be_learnt_from_are_refused():
    with pytest.raises(ValueError, match="batch of 25 frames is larger than train, which has 24; .*batch_size=12"):
        frames(batch_size=25)
    with pytest.raises(ValueError, match=r"all frames of train are of one camera \('cam0'\)"):
        frames(cameras=1)
    examples = fakes.photographs()
    examples[-1]["tracklet"] = "cam0/p0"
    with pytest.raises(ValueError, match="tracklet 'cam0/p0' has frames of several cameras, one is 'cam1'"):
        sampling.Frames(fakes.image_split(examples), 4, 0)
