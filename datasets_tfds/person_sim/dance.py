# SPDX-License-Identifier: MIT
"""Dancing: joint angles as sums of slow waves that belong to the video; each person varies them."""

import dataclasses
import functools

import numpy as np

from datasets_tfds.gait_sim import body, kinematics
from datasets_tfds.person_sim import randomness

WAVES, SLOWEST, FASTEST = 3, 0.2, 0.9  # Hz
DELAY, AMPLITUDE_SD = 0.4, 0.10  # of a person against the choreography: seconds at most, relative


@dataclasses.dataclass(frozen=True)
class Angle:
    """How one joint angle dances, in degrees: around a middle, with an amplitude of the video's choice.

    Args:
        middle, smallest, largest: degrees. sided: left and right differ. least: where a joint that only flexes stops.
    """

    middle: float
    smallest: float
    largest: float
    sided: bool
    least: float = -np.inf


# Angles as in the walking simulator: thigh and foot against the vertical or the floor, the others of the joint.
ANGLES = {
    "thigh": Angle(18, 20, 45, True),
    "knee": Angle(35, 25, 60, True, 2.0),
    "foot": Angle(0, 0, 8, True),
    "leg_adduction": Angle(-8, 4, 14, True),
    "toe_out": Angle(10, 0, 8, True),
    "pelvis_yaw": Angle(0, 10, 20, False),
    "pelvis_list": Angle(0, 4, 10, False),
    "pelvis_tilt": Angle(3, 2, 8, False),
    "trunk_lean": Angle(6, 6, 16, False),
    "trunk_bend": Angle(0, 8, 18, False),
    "trunk_twist": Angle(0, 10, 25, False),
    "head_pitch": Angle(0, 3, 10, False),
    "shoulder": Angle(40, 30, 60, True),
    "elbow": Angle(50, 25, 60, True, 0.0),
    "arm_abduction": Angle(50, 25, 60, True, 2.0),
}


@dataclasses.dataclass(frozen=True)
class Choreography:
    """The waves of a video.

    Args:
        hertz, phase, weight: (angles, sides, WAVES); degrees for weight. turn_phase: (2,) radians of the body's turns.
    """

    hertz: np.ndarray
    phase: np.ndarray
    weight: np.ndarray
    turn_phase: np.ndarray

    def angles(self, seconds: float, amplitude: float) -> dict[str, np.ndarray]:
        """Angle -> (1, 2) radians (left, right) at one time; see `gait.angles`."""
        waves = (self.weight * np.sin(2 * np.pi * self.hertz * seconds + self.phase)).sum(axis=-1)
        danced = {}
        for (name, angle), wave in zip(ANGLES.items(), waves, strict=True):
            both = wave if angle.sided else wave[:1].repeat(2)
            danced[name] = np.radians(np.maximum(angle.middle + amplitude * both, angle.least))[None]
        return danced

    def turn(self, seconds: float) -> float:
        """Degrees by which the whole body is turned: slowly to and fro, and now and then further."""
        slow, rare = np.sin(2 * np.pi * np.array((0.07, 0.043)) * seconds + self.turn_phase)
        return float(35 * slow + 60 * np.clip((rare - 0.6) / 0.4, 0, 1))


@functools.lru_cache(maxsize=8)
def choreography(seed: int, video: int) -> Choreography:
    """The choreography of a video."""
    rng = randomness.stream(seed, "choreography", video)
    shape = (len(ANGLES), 2, WAVES)
    share = rng.uniform(0.3, 1, shape)
    smallest, largest = np.array([(angle.smallest, angle.largest) for angle in ANGLES.values()]).T[..., None]
    amplitude = rng.uniform(smallest, largest, (len(ANGLES), 2))
    return Choreography(
        hertz=rng.uniform(SLOWEST, FASTEST, shape),
        phase=rng.uniform(0, 2 * np.pi, shape),
        weight=amplitude[..., None] * share / np.sqrt((share**2).sum(axis=-1, keepdims=True)),
        turn_phase=rng.uniform(0, 2 * np.pi, 2),
    )


def pose(segments: body.Body, danced: Choreography, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """The body of a dancer at one time.

    Args:
        segments: lengths of the body. danced: the video's choreography. seconds: into the video.
        rng: generator of the dancer; its delay and amplitude are its first draws.

    Returns:
        (len(body.POINTS), 3) metres around the hip centre, before the turn of the whole body.
    """
    delay = rng.uniform(0, DELAY)
    amplitude = 1 + AMPLITUDE_SD * float(np.clip(rng.standard_normal(), -2, 2))
    at = kinematics.pose(segments, danced.angles(seconds - delay, amplitude))
    return np.concatenate([at[name] for name in body.POINTS])
