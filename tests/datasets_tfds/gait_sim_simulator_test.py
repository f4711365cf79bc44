# SPDX-License-Identifier: MIT
"""Seeds, sizes, views, noise and difficulty of the simulated data set."""

import dataclasses

import numpy as np
import pytest

from datasets_tfds.gait_sim import body, contact, gait, sensor, simulator
from tfskel import skeletons

DEFAULT = simulator.Options()
RECORDED = [  # joints 0, 3, 15 of the first and the last frame of recording 01_06
    [[0.8562, 0.8444, 3.5976], [0.8475, 1.4119, 3.5766], [0.5705, 0.0597, 3.335]],
    [[-0.7571, 0.8624, 1.7877], [-0.7979, 1.4263, 1.8071], [-0.9336, 0.0326, 1.6547]],
]


@pytest.fixture(scope="module")
def splits():
    """Split -> default examples."""
    return {split: list(simulator.examples(DEFAULT, split)) for split in ("train", "gallery", "probe")}


def test_the_same_seed_gives_the_same_bytes_in_any_order():
    first = simulator.example(DEFAULT, 3, 7)["joints"].tobytes()
    simulator.traits.cache_clear()
    simulator.example(DEFAULT, 2, 1)
    assert simulator.example(DEFAULT, 3, 7)["joints"].tobytes() == first
    other = dataclasses.replace(DEFAULT, seed=1)
    assert simulator.example(other, 3, 7)["joints"].tobytes() != first


def test_changing_the_sizes_leaves_the_other_recordings_alone():
    small = dataclasses.replace(DEFAULT, num_identities=4, recordings_per_identity=8)
    expected = {e["recording"]: e for split in ("train", "probe") for e in simulator.examples(DEFAULT, split)}
    for split in ("train", "probe"):
        for example in simulator.examples(small, split):
            full = expected[example["recording"]]
            assert full["joints"].tobytes() == example["joints"].tobytes()
            assert full["camera"] == example["camera"]


def test_the_values_of_version_one_have_not_changed():
    joints = simulator.example(DEFAULT, 1, 6)["joints"]
    np.testing.assert_allclose(joints[[0, 59]][:, [0, 3, 15]], RECORDED, atol=2e-4)


def test_both_layouts_show_the_same_motion_and_noise():
    v1 = simulator.example(DEFAULT, 2, 5)["joints"]
    v2 = simulator.example(dataclasses.replace(DEFAULT, skeleton="kinect_v2"), 2, 5)["joints"]
    np.testing.assert_array_equal(v1[:, 3:20], v2[:, 3:20])
    np.testing.assert_array_equal(v1[:, 2], v2[:, 20])


@pytest.mark.parametrize("name", sorted(body.LAYOUTS))
def test_layouts_follow_the_order_of_the_skeleton_table(name):
    skeleton = skeletons.get(name)
    expected = {"hand_tip": "HandTip", "thumb": "Thumb", "hip": "Hip", "foot": "Foot", "wrist": "Wrist"}
    assert len(body.LAYOUTS[name]) == skeleton.num_joints
    for point, joint in zip(body.LAYOUTS[name], skeleton.joint_names, strict=True):
        side, _, part = point.partition("_")
        if side in body.SIDES:
            assert joint == expected.get(part, part.capitalize()) + side.capitalize()
    assert body.LAYOUTS[name][3] == "head"
    assert len(set(body.LAYOUTS[name])) == skeleton.num_joints


def test_every_split_shows_every_identity_from_every_view_and_shares_no_recording(splits):
    names = [example["recording"] for examples in splits.values() for example in examples]
    assert len(set(names)) == len(names) == 120
    for examples in splits.values():
        pairs = {(example["identity"], example["camera"]) for example in examples}
        assert pairs == {(f"{i:02d}", view) for i in range(10) for view in DEFAULT.views}
    assert [len(splits[split]) for split in ("train", "gallery", "probe")] == [60, 30, 30]


def test_recordings_of_one_identity_differ_and_are_finite(splits):
    same = [e["joints"] for e in splits["train"] if e["identity"] == "04"]
    centred = [joints - joints[:, :1] for joints in same]
    for i, a in enumerate(centred):
        assert np.isfinite(a).all()
        assert all(np.abs(a - b).max() > 0.1 for b in centred[:i])


def test_a_view_is_the_frontal_walk_turned_about_the_middle_of_its_path():
    frontal, turned = (simulator.motion(dataclasses.replace(DEFAULT, views=(view,)), 0, 0) for view in ("0", "45"))
    c, s = np.cos(np.pi / 4), np.sin(np.pi / 4)
    for t in (0, 17, 59):
        for p in (0, 5, 11):
            x, y, z = frontal[t, p] - frontal[t, 0]
            expected = (c * x + s * z, y, -s * x + c * z)
            np.testing.assert_allclose(turned[t, p] - turned[t, 0], expected, atol=1e-9)
    for motion in (frontal, turned):
        middle = 0.5 * (motion[0, 0] + motion[-1, 0])
        np.testing.assert_allclose(middle[[0, 2]], 0.5 * (frontal[0, 0] + frontal[-1, 0])[[0, 2]], atol=1e-9)


def test_noise_has_the_stated_size_and_memory():
    noise = sensor.noise((400, 60, 3), 0.02, np.random.default_rng(0))
    assert abs(noise.std() - 0.02) < 0.0005
    assert abs(noise[:5].std() - 0.02) < 0.0015
    for lag in (1, 5):
        correlation = (noise[lag:] * noise[:-lag]).mean() / noise.var()
        assert abs(correlation - 0.5 * 0.9**lag) < 0.03
    assert abs((noise[:, 0] * noise[:, 1]).mean()) < 0.1 * noise.var()


def test_no_noise_is_the_motion_itself():
    quiet = dataclasses.replace(DEFAULT, noise=0.0)
    joints = simulator.example(quiet, 1, 1)["joints"]
    motion = simulator.motion(quiet, 1, 1)
    chosen = [body.POINTS.index(name) for name in body.LAYOUTS["kinect_v1"]]
    np.testing.assert_array_equal(joints, motion[:, chosen].astype(np.float32))


def test_people_differ_in_height_and_stay_within_the_stated_range():
    statures = [body.draw(np.random.default_rng(seed)).stature for seed in range(300)]
    assert min(statures) >= 1.50 and max(statures) <= 1.95
    assert 0.07 < np.std(statures) < 0.11


def test_long_legs_step_more_slowly_and_no_change_leaves_a_style_as_it_is():
    style = gait.neutral()
    same = gait.vary(style, np.random.default_rng(0), 0.0, 0.0)
    np.testing.assert_allclose(same.coefficients, style.coefficients)
    assert same.step_hertz == style.step_hertz
    tempo = {}
    for factor in (0.9, 1.1):
        person = body.Body(1.72, {name: (1.72 * f * factor,) * 2 for name, (f, _) in body.SEGMENTS.items()})
        tempo[factor] = gait.draw(np.random.default_rng(1), person).step_hertz
    assert tempo[0.9] > tempo[1.1]


def _bone_lengths(joints, parents):
    ends = [(joint, parent) for joint, parent in enumerate(parents) if parent >= 0]
    return np.stack([np.linalg.norm(joints[:, a] - joints[:, b], axis=1) for a, b in ends], axis=1)


def test_bone_lengths_deviate_like_those_of_a_sensor(splits):
    parents = skeletons.get("kinect_v1").parents
    lengths = {}
    for examples in splits.values():
        for example in examples:
            bones = _bone_lengths(example["joints"].astype(np.float64), parents)
            lengths.setdefault(example["identity"], []).append(bones)
    within = np.mean([bones.std(axis=0) for person in lengths.values() for bones in person])
    means = np.array([[bones.mean(axis=0) for bones in person] for person in lengths.values()])
    assert 0.024 < within < 0.028
    assert 0.006 < means.std(axis=1).mean() < 0.012
    assert 0.012 < means.mean(axis=1).std(axis=0).mean() < 0.018


def _windows(examples):
    vectors, identities = [], []
    for example in examples:
        centred = (example["joints"] - example["joints"][:, :1]).astype(np.float64)
        for start in range(0, len(centred) - 5, 6):
            vectors.append(centred[start : start + 6].ravel())
            identities.append(example["identity"])
    return np.array(vectors), np.array(identities)


def test_nearest_neighbour_is_neither_hopeless_nor_enough(splits):
    gallery, gallery_identities = _windows(splits["gallery"])
    probe, probe_identities = _windows(splits["probe"])
    right = 0
    for vector, identity in zip(probe, probe_identities, strict=True):
        nearest = ((gallery - vector) ** 2).sum(axis=1).argmin()
        right += gallery_identities[nearest] == identity
    assert (len(gallery), len(probe), len(_windows(splits["train"])[0])) == (300, 300, 600)
    assert 0.45 < right / len(probe) < 0.72


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"skeleton": "openpose"}, "skeleton must be one of.*kinect_v1.*'openpose'"),
        ({"num_identities": 0}, "num_identities must be at least 1; received 0"),
        ({"recordings_per_identity": 2}, "recordings_per_identity must be at least 3; received 2"),
        ({"frames": 1}, "frames must be at least 2; received 1"),
        ({"noise": -0.1}, "noise must be at least 0; received -0.1"),
        ({"noise": float("nan")}, "noise must be at least 0; received nan"),
        ({"noise": float("inf")}, "noise must be finite"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"views": ("left",)}, "degrees as text.*'left'"),
        ({"views": ("inf",)}, "degrees as text.*'inf'"),
        ({"views": ()}, "views is empty"),
    ],
)
def test_options_outside_their_range_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        simulator.Options(**changed)


def test_support_of_the_longest_allowed_walk_stays_in_step():
    seconds = np.arange(1200) / 120
    _, phase = gait.angles(gait.neutral(), seconds, np.random.default_rng(0))
    strides = phase[-1, 0] - phase[0, 0]
    assert abs(strides / 10 - gait.STEP_HERTZ / 2) < 0.05
    assert (np.diff(phase[:, 0]) > 0).all()
    np.testing.assert_allclose(contact.support(phase).sum(axis=1), 1, atol=1e-9)
