# SPDX-License-Identifier: MIT
"""Single pictures: the same bytes again, independent of the size of the set, joints where the body is drawn."""

import dataclasses

import numpy as np
import pytest

from datasets_tfds.gait_sim import simulator
from datasets_tfds.person_sim import camera, dance, dancers, look, points, randomness, scene, walkers
from datasets_tfds.person_sim.options import Options

WALKERS, DANCERS = Options(), Options(set="dancers")
LEFT, RIGHT = points.COCO.index("left_shoulder"), points.COCO.index("right_shoulder")


def clear_caches():
    for cached in (walkers._walk, walkers._tracklet, camera.make, dance.choreography, simulator.traits):
        cached.cache_clear()


@pytest.mark.parametrize("of_set, options", [(walkers, WALKERS), (dancers, DANCERS)])
def test_a_picture_depends_on_nothing_but_its_arguments(of_set, options):
    first = of_set.picture(options, 3, 1, 9)
    clear_caches()
    of_set.picture(options, 2, 0, 1)
    again = of_set.picture(options, 3, 1, 9)
    np.testing.assert_array_equal(first.pixels, again.pixels)
    np.testing.assert_array_equal(first.joints, again.joints)
    for other in ((4, 1, 9), (3, 0, 9), (3, 1, 8)):
        assert (of_set.picture(options, *other).pixels != first.pixels).mean() > 0.5
    reseeded = of_set.picture(dataclasses.replace(options, seed=1), 3, 1, 9)
    assert (reseeded.pixels != first.pixels).mean() > 0.5


def test_a_larger_set_contains_the_smaller_one():
    larger = Options(train_persons=90, test_persons=70, cameras=5, train_frames=30, test_frames=20)
    np.testing.assert_array_equal(walkers.picture(WALKERS, 7, 1, 5).pixels, walkers.picture(larger, 7, 1, 5).pixels)
    larger = Options(set="dancers", train_videos=9, test_videos=8, persons_per_video=7, train_frames=50, test_frames=40)
    np.testing.assert_array_equal(dancers.picture(DANCERS, 7, 1, 5).pixels, dancers.picture(larger, 7, 1, 5).pixels)


@pytest.mark.parametrize("height", [32, 64, 128])
def test_pictures_have_the_size_asked_for_and_64_levels(height):
    sized = Options(height=height)
    pixels = np.stack([walkers.picture(sized, person, 1, 0).pixels for person in range(3)])
    assert pixels.shape[1:] == (height, height // 2, 3)
    assert set(np.unique(pixels)) <= set(range(2, 256, 4))
    assert 40 < pixels.mean() < 190
    assert pixels.std() > 20


def test_joints_lie_inside_the_crop_for_every_size():
    for options, of_set in ((WALKERS, walkers), (DANCERS, dancers), (Options(height=128), walkers)):
        joints = np.stack([of_set.picture(options, person, 0, 2 * person).joints for person in range(12)])
        assert joints.dtype == np.float32
        assert joints.min() >= 0
        assert (joints <= (options.height / 2, options.height)).all()


def frontal(turn, points_of_body=None, clothes=None):
    """A walker seen from a known side by a camera without noise or blur."""
    walked = walkers._walk(0, 0, 0, 0)[2] if points_of_body is None else points_of_body
    plain = dataclasses.replace(camera.make(0, 0, 128, 0.0), noise=0.0, blur=0.05, gamma=1.0, mixing=np.eye(3))
    shown = scene.Scene(walked, clothes or look.draw(0, 0), turn, plain, 0.0, None, 0)
    return scene.render(shown, 128, randomness.stream(0, "picture", 0))


def test_left_and_right_are_as_in_a_photograph():
    front, back = frontal(0.0).joints, frontal(180.0).joints
    assert front[LEFT, 0] > front[RIGHT, 0] + 5  # who faces us has the left hand on our right
    assert back[LEFT, 0] < back[RIGHT, 0] - 5
    assert front[points.COCO.index("nose"), 1] < front[LEFT, 1] < front[points.COCO.index("left_ankle"), 1]


def test_openpose_joints_are_the_coco_joints_in_another_order():
    coco = frontal(30.0).joints
    joints = points.openpose(coco)
    assert joints.shape == (18, 2)
    np.testing.assert_array_equal(joints[points.OPENPOSE.index("neck")], (coco[LEFT] + coco[RIGHT]) / 2)
    for place, name in enumerate(points.OPENPOSE):
        if name != "neck":
            np.testing.assert_array_equal(joints[place], coco[points.COCO.index(name)])
    assert points.OPENPOSE[2] == "right_shoulder" and points.OPENPOSE[14:] == (
        *("right_eye", "left_eye", "right_ear", "left_ear"),
    )


@pytest.mark.parametrize("joint, part", [("left_knee", "thigh"), ("right_elbow", "upper_arm"), ("left_wrist", "skin")])
def test_joints_are_where_the_body_is_drawn(joint, part):
    painted = look.paint.Paint((1.0, 0.0, 1.0))
    clothes = dataclasses.replace(look.draw(0, 0), **{part: painted, "bag_place": "none", "hair": None})
    with_part, plain = (
        frontal(0.0, clothes=clothes),
        frontal(0.0, clothes=dataclasses.replace(clothes, **{part: clothes.foot})),
    )
    x, y = with_part.joints[points.COCO.index(joint)].astype(int)
    near = np.s_[y - 3 : y + 4, x - 3 : x + 4]
    assert (with_part.pixels[near] != plain.pixels[near]).any(axis=-1).mean() > 0.15


def test_the_face_is_seen_from_the_front_only():
    clothes = dataclasses.replace(
        look.draw(0, 0), head=look.paint.Paint((0.0, 1.0, 0.0)).over("sides", 1.15, (1.0, 0, 0))
    )
    for turn, seen, hidden in ((0.0, 1, 0), (180.0, 0, 1)):
        picture = frontal(turn, clothes=clothes)
        x, y = picture.joints[points.COCO.index("nose")].astype(int)
        assert picture.pixels[y, x, seen] > 100 > picture.pixels[y, x, hidden]


def test_patterns_turn_with_the_body():
    clothes = dataclasses.replace(
        look.draw(0, 0),
        bag_place="none",
        hair=None,
        trunk=look.paint.Paint((1.0, 0, 0)).over("halves", 0.0, (0, 1.0, 0)),
    )
    for turn, left_half in ((0.0, 0), (180.0, 1)):
        picture = frontal(turn, clothes=clothes)
        middle = picture.joints[[5, 6, 11, 12]].mean(axis=0)
        x, y = middle.astype(int)
        assert picture.pixels[y, x - 5, left_half] > picture.pixels[y, x - 5, 1 - left_half] + 50
        assert picture.pixels[y, x + 5, 1 - left_half] > picture.pixels[y, x + 5, left_half] + 50


def test_the_share_of_occluded_tracklets_is_as_asked():
    none, every = Options(occlusion=0.0), Options(occlusion=1.0)
    plain = [walkers._tracklet(0, person, 0, none.occlusion).occluder for person in range(40)]
    hidden = [walkers._tracklet(0, person, 0, WALKERS.occlusion).occluder for person in range(40)]
    assert not any(plain)
    assert 4 <= sum(one is not None for one in hidden) <= 17
    bare, covered = (dancers.picture(Options(set="dancers", occlusion=share), 0, 0, 0) for share in (0.0, 1.0))
    assert (bare.pixels != covered.pixels).any(axis=2).mean() > 0.03
    assert (walkers.picture(every, 0, 0, 0).pixels != walkers.picture(none, 0, 0, 0).pixels).any(axis=2).mean() > 0.05


def test_dancers_of_a_video_dance_alike_and_knees_only_flex():
    danced, other = dance.choreography(0, 0), dance.choreography(0, 1)
    seconds = np.arange(0, 20, 0.5)
    curves = {name: np.array([danced.angles(t, 1.0)[name][0] for t in seconds]) for name in dance.ANGLES}
    assert curves["knee"].min() > 0
    assert curves["elbow"].min() >= 0
    assert np.degrees(np.ptp(curves["shoulder"], axis=0)).min() > 30
    body, _ = simulator.traits(0, 0)

    def posed(choreography, person, t):
        return dance.pose(body, choreography, t, randomness.stream(0, "dancer", person))

    same = np.mean([np.abs(posed(danced, 0, t) - posed(danced, 1, t)).mean() for t in seconds])
    different = np.mean([np.abs(posed(danced, 0, t) - posed(other, 0, t)).mean() for t in seconds])
    assert same < 0.5 * different
