# SPDX-License-Identifier: MIT
"""Walking over a floor: the body moves over the loaded foot, and the loaded foot rests."""

import numpy as np

from datasets_tfds.gait_sim import body, gait, kinematics

STANCE_END, DOUBLE_SUPPORT = 0.60, 0.10  # fractions of a stride
HEEL_TO_BALL = np.radians(3.0)  # range of foot pitch in which the load moves from heel to ball
SMOOTH_SPEED, SMOOTH_HEIGHT = 0.07, 0.044  # seconds; a body of that mass cannot follow every change of its feet
RELEASE = 0.08  # seconds in which a lifted foot returns to the path its joint angles give
CLEARANCE = 0.008  # metres between a swinging foot and the floor
LONGEST_REACH = 0.9993  # of a straight leg; keeps a few degrees of knee flexion


def support(phase: np.ndarray) -> np.ndarray:
    """Share of the weight on each foot, (T, 2) in [0, 1], rows sum to 1.

    Args:
        phase: (T, 2) leg phases in strides, heel strike at integers, half a stride apart.
    """
    moment = phase % 1.0
    share = np.clip(np.minimum(moment, STANCE_END - moment) / DOUBLE_SUPPORT, 0, 1)
    return share * share * (3 - 2 * share)


def _smooth(values: np.ndarray, interval: float, sigma: float) -> np.ndarray:
    """Gaussian smoothing of (T, n) over time; interval and sigma in seconds."""
    reach = int(np.ceil(4 * sigma / interval))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * interval / sigma) ** 2)
    kernel /= kernel.sum()
    padded = np.concatenate([values[:1].repeat(reach, 0), values, values[-1:].repeat(reach, 0)])
    return np.stack([np.convolve(column, kernel, "valid") for column in padded.T], axis=-1)


def _hold(speed: np.ndarray, share: np.ndarray, interval: float) -> np.ndarray:
    """Shift of each foot that cancels its speed while loaded and fades while not; (T, 2, 3) -> (T, 2, 3)."""
    shift = np.zeros_like(speed)
    for t in range(1, len(speed)):
        loaded = share[t, :, None]
        shift[t] = shift[t - 1] - interval * (loaded * speed[t] + (1 - loaded) / RELEASE * shift[t - 1])
    return shift


def _bend(points: dict, segments: body.Body, side: str, shift: np.ndarray) -> None:
    """Moves a foot by shift (T, 3) and bends the leg to reach it; segment lengths stay."""
    upper, lower = segments.length("thigh", side), segments.length("shank", side)
    hip, knee, ankle = (points[f"{side}_{name}"] for name in ("hip", "knee", "ankle"))
    line = ankle + shift - hip
    wanted = np.linalg.norm(line, axis=-1, keepdims=True)
    line = line / wanted
    distance = np.minimum(wanted, LONGEST_REACH * (upper + lower))
    shift = shift - line * (wanted - distance)
    forward = knee - hip - line * ((knee - hip) * line).sum(axis=-1, keepdims=True)
    forward = forward / np.linalg.norm(forward, axis=-1, keepdims=True)
    along = (upper**2 - lower**2 + distance**2) / (2 * distance)
    points[f"{side}_knee"] = hip + along * line + np.sqrt(np.maximum(upper**2 - along**2, 0)) * forward
    for name in ("ankle", "foot", "heel", "ball"):
        points[f"{side}_{name}"] = points[f"{side}_{name}"] + shift


def walk(segments: body.Body, style: gait.Style, seconds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A walk over a floor at y = 0: (T, len(body.POINTS), 3) float64 metres, about along -z from x = z = 0.

    The hip centre follows from the joint angles and the point of the floor that carries the weight; what is
    left of the stance foot's motion is taken up by small changes of hip and knee.

    Args:
        segments, style, rng: body of the identity, style and generator of the recording.
        seconds: (T,) equally spaced times, fine enough to integrate over (120 per second).
    """
    angles, phase = gait.angles(style, seconds, rng)
    points = kinematics.pose(segments, angles)
    interval = seconds[1] - seconds[0]
    share = support(phase)  # (T, 2)
    on_heel = 0.5 * (1 + np.tanh(angles["foot"] / HEEL_TO_BALL))
    load = np.stack([on_heel, 1 - on_heel], axis=-1)[..., None]  # (T, 2, 2, 1)
    touching = np.stack([[points[f"{s}_{p}"] for p in ("heel", "ball")] for s in body.SIDES])
    touching = np.moveaxis(touching, 2, 0)  # (T, side, heel or ball, 3)
    speed = (load * np.gradient(touching, interval, axis=0)).sum(axis=2)  # (T, 2, 3)
    lowest = touching[..., 1].min(axis=2)  # (T, 2)
    travel = _smooth(-(share[..., None] * speed).sum(axis=1), interval, SMOOTH_SPEED)
    root = np.cumsum(travel, axis=0) * interval
    root[:, 1] = _smooth(-(share * lowest).sum(axis=1, keepdims=True), interval, SMOOTH_HEIGHT)[:, 0]

    shift = _hold(speed + travel[:, None], share, interval)
    above = lowest + root[:, 1:2]
    shift[..., 1] = np.maximum(-share * above, (1 - share) * CLEARANCE - above)
    points = {name: place + root for name, place in points.items()}
    for column, side in enumerate(body.SIDES):
        _bend(points, segments, side, shift[:, column])
    return np.stack([points[name] for name in body.POINTS], axis=1)
