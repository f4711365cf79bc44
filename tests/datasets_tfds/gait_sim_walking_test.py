# SPDX-License-Identifier: MIT
"""Does the simulated walk look like walking: angles, floor contact, rhythm, and real walks beside it."""

import numpy as np
import pytest

from datasets_tfds.cmu_walk import embedded
from datasets_tfds.gait_sim import body, contact, gait, kinematics, simulator

FRONTAL = simulator.Options(noise=0.0, views=("0",))
WALKS = [(identity, recording) for identity in range(FRONTAL.num_identities) for recording in (0, 5)]
LEFT_HIP, RIGHT_HIP = 12, 16
LEFT_SHOULDER, RIGHT_SHOULDER = 4, 8


@pytest.fixture(scope="module")
def walks():
    """20-joint walks without noise towards the sensor."""
    return [simulator.example(FRONTAL, *walk)["joints"].astype(np.float64) for walk in WALKS]


@pytest.fixture(scope="module")
def motions():
    """The same walks with every point of the body."""
    return [simulator.motion(FRONTAL, *walk) for walk in WALKS]


def _inclination(joints, upper, lower):
    """Degrees by which a segment swings forward (-z) of the vertical."""
    segment = joints[:, lower] - joints[:, upper]
    return np.degrees(np.arctan2(-segment[:, 2], -segment[:, 1]))


def _measures(joints):
    """Textbook quantities of one walk towards -z in Kinect order."""
    thigh = [_inclination(joints, hip, hip + 1) for hip in (LEFT_HIP, RIGHT_HIP)]
    shank = [_inclination(joints, hip + 1, hip + 2) for hip in (LEFT_HIP, RIGHT_HIP)]
    arm = [_inclination(joints, shoulder, shoulder + 1) for shoulder in (LEFT_SHOULDER, RIGHT_SHOULDER)]
    seconds = len(joints) / 30
    stride = thigh[0] - thigh[1]
    spectrum = np.abs(np.fft.rfft((stride - stride.mean()) * np.hanning(len(stride)), 8192))
    hertz = np.fft.rfftfreq(8192, 1 / 30)
    path = joints[:, 0]
    sag = path[:, 1] - np.polyval(np.polyfit(np.arange(len(path)), path[:, 1], 1), np.arange(len(path)))
    return {
        "thigh_forward": np.mean([angle.max() for angle in thigh]),
        "thigh_back": np.mean([angle.min() for angle in thigh]),
        "knee_least": min((a - b).min() for a, b in zip(thigh, shank, strict=True)),
        "knee_most": np.mean([(a - b).max() for a, b in zip(thigh, shank, strict=True)]),
        "step_hertz": 2 * hertz[spectrum.argmax()],
        "speed": np.linalg.norm((path[-1] - path[0])[[0, 2]]) / (seconds - 1 / 30),
        "pelvis_rise": 1000 * np.ptp(sag),
        "arm_with_leg": np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(thigh, arm, strict=True)]),
        "arm_swing": np.mean([np.ptp(angle) for angle in arm]),
        "trunk_lean": np.degrees(np.arctan2(-(joints[:, 2] - path)[:, 2], (joints[:, 2] - path)[:, 1])).mean(),
    }


RANGES = {
    "thigh_forward": (20, 40),
    "thigh_back": (-30, -12),
    "knee_least": (2, 20),
    "knee_most": (50, 75),
    "step_hertz": (1.4, 2.2),
    "speed": (0.9, 1.7),
    "pelvis_rise": (15, 60),
    "arm_with_leg": (-1.0, -0.7),
    "arm_swing": (8, 60),
    "trunk_lean": (-5, 12),
}


@pytest.mark.parametrize("name", RANGES)
def test_every_walk_is_within_the_physiological_range(walks, name):
    least, most = RANGES[name]
    values = np.array([_measures(joints)[name] for joints in walks])
    assert (values >= least).all() and (values <= most).all(), values.round(2)


def test_the_pelvis_rises_and_falls_by_two_to_five_centimetres_in_a_typical_walk(walks):
    rises = [_measures(joints)["pelvis_rise"] for joints in walks]
    assert 20 < np.median(rises) < 50
    assert np.percentile(rises, 75) < 50


@pytest.mark.parametrize(
    "name, tolerance",
    [
        ("thigh_forward", 8),
        ("thigh_back", 8),
        ("knee_most", 15),
        ("step_hertz", 0.25),
        ("speed", 0.3),
        ("pelvis_rise", 15),
        ("arm_with_leg", 0.2),
        ("arm_swing", 18),
        ("trunk_lean", 5),
    ],
)
def test_the_typical_walk_is_near_the_typical_real_walk(walks, name, tolerance):
    real = embedded.read("kinect_v1", noisy=False).values()
    chosen = [row["joints"].astype(np.float64) for row in real if row["identity"] in ("07", "08", "16")]
    expected = np.median([_measures(joints)[name] for joints in chosen])
    found = np.median([_measures(joints)[name] for joints in walks])
    assert abs(found - expected) < tolerance, (found, expected)


def test_facing_the_sensor_the_left_side_has_the_smaller_x(walks):
    for joints in walks:
        for left, right in ((LEFT_HIP, RIGHT_HIP), (LEFT_SHOULDER, RIGHT_SHOULDER)):
            assert (joints[:, left, 0] < joints[:, right, 0]).all()


def test_the_toes_point_to_the_sensor_and_the_walk_ends_one_and_a_half_metres_away(walks):
    for joints in walks:
        assert np.mean(joints[:, 15, 2] < joints[:, 14, 2]) > 0.9
        assert joints[0, 0, 2] > joints[-1, 0, 2]
        assert abs(joints[-1, 0, 2] - 1.5) < 0.05


def test_feet_never_sink_below_the_floor_and_one_is_always_on_it(motions):
    points = [body.POINTS.index(f"{side}_{name}") for side in body.SIDES for name in ("heel", "ball")]
    for motion in motions:
        lowest = motion[:, points, 1].min(axis=1)
        assert lowest.min() > -1e-6
        assert lowest.max() < 0.01


@pytest.mark.parametrize("side", body.SIDES)
def test_a_foot_that_carries_the_whole_weight_does_not_slide(side):
    for identity in range(4):
        person, style = simulator.traits(0, identity)
        seconds = np.arange(360) / 120
        points = contact.walk(person, style, seconds, np.random.default_rng(identity))
        _, phase = gait.angles(style, seconds, np.random.default_rng(identity))
        carries = contact.support(phase)[:, body.SIDES.index(side)] == 1
        heel, ball = (points[:, body.POINTS.index(f"{side}_{name}")] for name in ("heel", "ball"))
        speed = [np.linalg.norm(np.gradient(p, 1 / 120, axis=0)[:, [0, 2]], axis=1) for p in (heel, ball)]
        slide = np.where(heel[:, 1] < ball[:, 1], *speed)[carries]
        assert carries.sum() > 60
        assert np.median(slide) < 0.03
        assert slide.max() < 0.15


def test_segments_keep_the_lengths_of_the_body(motions):
    bones = {"thigh": ("hip", "knee"), "shank": ("knee", "ankle"), "upper_arm": ("shoulder", "elbow")}
    bones["forearm"] = ("elbow", "wrist")
    for (identity, _), motion in zip(WALKS, motions, strict=True):
        person, _ = simulator.traits(FRONTAL.seed, identity)
        for side in body.SIDES:
            for segment, ends in bones.items():
                a, b = (motion[:, body.POINTS.index(f"{side}_{end}")] for end in ends)
                np.testing.assert_allclose(np.linalg.norm(a - b, axis=1), person.length(segment, side), atol=1e-9)


def test_the_weight_is_shared_completely_between_the_feet():
    left = np.linspace(-1, 2, 301)
    share = contact.support(np.stack([left, left + 0.5], axis=-1))
    np.testing.assert_allclose(share.sum(axis=1), 1, atol=1e-9)
    np.testing.assert_allclose(share[[110, 130, 150, 180]], [[1, 0], [1, 0], [1, 0], [0, 1]], atol=1e-9)


def test_the_average_style_follows_the_tables():
    style = gait.neutral()
    turn = np.exp(2j * np.pi * np.outer(gait.KNOTS, np.arange(gait.HARMONICS)))
    for row, angle in enumerate(gait.ANGLES.values()):
        curve = (turn * style.coefficients[row, 0]).real.sum(axis=1)
        assert np.abs(curve - angle.knots).max() < 1.5


@pytest.mark.parametrize(
    "name, side, point, axis, direction",
    [
        ("thigh", "left", "knee", 2, -1),
        ("shoulder", "left", "elbow", 2, -1),
        ("elbow", "right", "wrist", 2, -1),
        ("knee", "right", "ankle", 2, 1),
        ("foot", "left", "ball", 1, 1),
        ("toe_out", "left", "ball", 0, -1),
        ("toe_out", "right", "ball", 0, 1),
        ("leg_adduction", "left", "ankle", 0, 1),
        ("leg_adduction", "right", "ankle", 0, -1),
        ("arm_abduction", "left", "elbow", 0, -1),
        ("arm_abduction", "right", "elbow", 0, 1),
        ("pelvis_yaw", "left", "hip", 2, 1),
        ("pelvis_list", "right", "hip", 1, 1),
        ("trunk_bend", "left", "shoulder", 1, -1),
    ],
)
def test_a_positive_angle_moves_the_limb_the_anatomical_way(name, side, point, axis, direction):
    person, _ = simulator.traits(0, 0)
    still = {angle: np.full((1, 2), np.radians(5.0)) for angle in gait.ANGLES}
    moved = {**still, name: np.full((1, 2), np.radians(15.0))}
    change = kinematics.pose(person, moved)[f"{side}_{point}"] - kinematics.pose(person, still)[f"{side}_{point}"]
    assert direction * change[0, axis] > 0.002


def test_leaning_and_nodding_bring_the_head_forward():
    person, _ = simulator.traits(0, 0)
    still = {angle: np.zeros((1, 2)) for angle in gait.ANGLES}
    for name in ("trunk_lean", "head_pitch", "pelvis_tilt"):
        moved = {**still, name: np.full((1, 2), np.radians(10.0))}
        change = kinematics.pose(person, moved)["head"] - kinematics.pose(person, still)["head"]
        assert change[0, 2] < -0.003
