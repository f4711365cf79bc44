# SPDX-License-Identifier: MIT
"""Gait style: joint angles as harmonics of the stride, and their spread between people and recordings."""

import dataclasses

import numpy as np

from datasets_tfds.gait_sim import body

HARMONICS = 8  # 0 (mean) to 7 per stride; higher ones are below the sensor's noise
KNOTS = np.arange(20) / 20
RECORDING_SHARE = 0.3  # change between two recordings of a person, relative to the change between people
HARMONIC_SD = 0.04  # individual shape of a curve: each harmonic above the mean, relative to the first
ASYMMETRY = 0.25  # left against right, relative to the change between people
STEP_HERTZ = 1.85  # at 0.84 m of leg; a longer pendulum swings more slowly
STEP_HERTZ_SD, PACE_SD = 0.05, 0.04  # between people; between recordings of a person
STRIDE_SD = 0.02  # stride-to-stride changes of duration and amplitude
GRAVITY_LEG = 0.84  # metres of leg that swing at STEP_HERTZ
TEMPO_TO_AMPLITUDE = 0.4  # who steps faster also moves further


@dataclasses.dataclass(frozen=True)
class Angle:
    """One joint angle over a stride, in degrees, with its spread between people.

    Args:
        knots: 20 values at 0, 5, ..., 95 % of the stride; 0 is the heel strike of the leg on the same side
            (of the left leg for angles of pelvis and trunk).
        offset_sd, scale_sd, phase_sd: degrees, relative, and as a fraction of a stride.
    """

    knots: tuple[float, ...]
    offset_sd: float
    scale_sd: float
    phase_sd: float


def _wave(mean: float, *harmonics: tuple[int, float, float]) -> tuple[float, ...]:
    """Knots of mean + sum of amplitude * cos(2 pi harmonic (phase - peak)), rows in that order."""
    waves = [a * np.cos(2 * np.pi * h * (KNOTS - peak)) for h, a, peak in harmonics]
    return tuple(np.full(KNOTS.shape, mean) + sum(waves))


# Thigh, foot and trunk angles are against the vertical or the floor, so that a foot that is flat stays flat
# whatever a person's hip and knee do; positive is flexion, toe up, leaning forward.
_THIGH = (21.5, 22.5, 20, 16, 10.5, 5, -1.5, -6.5, -9.5, -12, -14.5, -16, -13.5, -6.5, 3.5, 14, 22, 26, 26, 23.5)
_KNEE = (5, 14, 17.5, 18.5, 17, 14, 11, 9.5, 12, 15.5, 19.5, 28, 42, 55, 61, 59, 48, 31, 14, 5)
_FOOT = (18, 6, 0, 0, 0, 0, 0, -1, -5, -12, -22, -38, -56, -62, -52, -34, -14, 2, 13, 19)
ANGLES = {
    "thigh": Angle(_THIGH, 0.8, 0.04, 0.004),
    "knee": Angle(_KNEE, 1.2, 0.05, 0.004),
    "foot": Angle(_FOOT, 0.0, 0.06, 0.004),
    "leg_adduction": Angle(_wave(2.7, (1, 1.4, 0.25)), 0.5, 0.2, 0.02),
    "toe_out": Angle(_wave(7), 3.5, 0.0, 0.0),
    "pelvis_yaw": Angle(_wave(0, (1, 4.5, 0.5)), 0.0, 0.3, 0.02),
    "pelvis_list": Angle(_wave(0, (1, 4, 0.7)), 0.0, 0.25, 0.02),
    "pelvis_tilt": Angle(_wave(3, (2, 1, 0.0)), 2.0, 0.2, 0.03),
    "trunk_lean": Angle(_wave(4, (2, 1.2, 0.05)), 2.5, 0.2, 0.03),
    "trunk_bend": Angle(_wave(0, (1, 1.5, 0.2)), 0.5, 0.3, 0.03),
    "trunk_twist": Angle(_wave(0, (1, 5, 0.0)), 0.5, 0.3, 0.03),
    "head_pitch": Angle(_wave(0, (2, 1, 0.0)), 4.0, 0.3, 0.05),
    "shoulder": Angle(_wave(-3, (1, 17, 0.52), (2, 1.5, 0.5)), 3.0, 0.25, 0.02),
    "elbow": Angle(_wave(25, (1, 11, 0.56), (2, 2, 0.6)), 4.5, 0.25, 0.02),
    "arm_abduction": Angle(_wave(7, (2, 1, 0.5)), 2.5, 0.3, 0.03),
}


@dataclasses.dataclass(frozen=True)
class Style:
    """How one identity (or one recording of it) walks.

    Args:
        coefficients: (angles, 2, HARMONICS) complex, degrees: order of ANGLES, (left, right).
        step_hertz: steps per second.
    """

    coefficients: np.ndarray
    step_hertz: float


def neutral(step_hertz: float = STEP_HERTZ) -> Style:
    """The average walker: the curves of ANGLES on both sides.

    Source: shape and size of the curves after Winter, Biomechanics and Motor Control of Human Movement,
    rounded and adjusted until the stance foot of an average body rests.
    """
    knots = np.array([angle.knots for angle in ANGLES.values()], dtype=np.float64)
    spectrum = np.fft.rfft(knots, axis=1)[:, :HARMONICS] / knots.shape[1]
    spectrum[:, 1:] *= 2
    return Style(np.repeat(spectrum[:, None], 2, axis=1), step_hertz)


def vary(style: Style, rng: np.random.Generator, share: float, tempo_sd: float) -> Style:
    """A style near another: offsets, amplitudes, phases, single harmonics and tempo; faster ones take longer steps.

    Args:
        style, rng: the style to start from, and a generator, which is always advanced by as many draws.
        share: size of the change, 1 for the difference between people.
        tempo_sd: relative standard deviation of the step frequency.
    """
    spread = np.array([(angle.offset_sd, angle.scale_sd, angle.phase_sd) for angle in ANGLES.values()])
    common, sided = rng.standard_normal((2, len(ANGLES), 2, 3)).clip(-2.5, 2.5)
    change = share * spread[:, None] * (common[:, :1] + ASYMMETRY * sided)  # (angles, 2, 3)
    tempo = tempo_sd * float(np.clip(rng.standard_normal(), -2, 2))
    shape = rng.standard_normal((2, len(ANGLES), 1, HARMONICS - 1))
    order = np.arange(1, HARMONICS)
    turned = style.coefficients[..., 1:] * np.exp(-2j * np.pi * order * change[..., 2:])
    first = np.abs(style.coefficients[..., 1:2])
    turned = turned + share * HARMONIC_SD * first * (shape[0] + 1j * shape[1]) / order
    turned = turned * (1 + change[..., 1:2] + TEMPO_TO_AMPLITUDE * tempo)
    coefficients = np.concatenate([style.coefficients[..., :1] + change[..., :1], turned], axis=-1)
    return Style(coefficients, style.step_hertz * (1 + tempo))


def draw(rng: np.random.Generator, segments: body.Body) -> Style:
    """The style of one identity; its tempo follows from the length of its legs."""
    leg = segments.length("thigh") + segments.length("shank")
    return vary(neutral(STEP_HERTZ * np.sqrt(GRAVITY_LEG / leg)), rng, 1.0, STEP_HERTZ_SD)


def angles(style: Style, seconds: np.ndarray, rng: np.random.Generator) -> tuple[dict, np.ndarray]:
    """Joint angles and leg phases over `seconds` (T,), equally spaced, with stride-to-stride variability.

    Returns:
        angles: name -> (T, 2) radians, (left, right); angles of pelvis and trunk have equal columns.
        phase: (T, 2) leg phase in strides; an integer is a heel strike.
    """
    strides = int(np.ceil((seconds[-1] - seconds[0]) * style.step_hertz)) + 3
    at = np.arange(strides) / style.step_hertz * 1.5 + seconds[0]
    start = rng.uniform()
    tempo = 1 + STRIDE_SD * np.interp(seconds, at, rng.standard_normal(strides))
    steps = np.cumsum(style.step_hertz * tempo) * (seconds[1] - seconds[0])
    left = start + steps / 2
    wobble = STRIDE_SD * rng.standard_normal((len(ANGLES), strides))
    phase = np.stack([left, left + 0.5], axis=-1)  # (T, 2)
    turn = np.exp(2j * np.pi * np.arange(HARMONICS) * phase[..., None])  # (T, 2, H)
    result = {}
    for row, name in enumerate(ANGLES):
        curve = (turn * style.coefficients[row]).real  # (T, 2, H)
        grown = 1 + np.interp(seconds, at, wobble[row])
        result[name] = np.radians(curve[..., 0] + grown[:, None] * curve[..., 1:].sum(axis=-1))
    return result, phase
