# SPDX-License-Identifier: MIT
"""What is done with joints that were not seen, and with other frame rates."""

import numpy as np

MOST_MISSING = 0.5  # share of frames without a joint above which a recording is told to lack it


def doubtful(joints: np.ndarray, confidence: np.ndarray | None, least: float) -> np.ndarray:
    """A copy in which joints below a confidence are NaN, as those not seen: (T, J, 3), (T, J)."""
    joints = joints.copy()
    if confidence is not None and least > 0:
        joints[np.nan_to_num(confidence, nan=1.0) < least] = np.nan
    return joints


def fill(joints: np.ndarray, frames: np.ndarray, longest: int) -> tuple[np.ndarray, int]:
    """Interpolates joints over short gaps, along a straight line between the frames before and after.

    Args:
        joints: (T, J, 3), NaN where not seen.
        frames: (T,) rising frame numbers.
        longest: frames that a gap may have; longer ones stay.

    Returns:
        A copy, and how many places were filled.
    """
    joints, filled = joints.copy(), 0
    for joint in range(joints.shape[1]):
        seen = np.isfinite(joints[:, joint]).all(axis=-1)
        before, after = _neighbours(seen)
        inside = ~seen & (before >= 0) & (after < len(seen))
        short = inside & (frames[np.clip(after, 0, len(seen) - 1)] - frames[np.clip(before, 0, None)] - 1 <= longest)
        for axis in range(3) if short.any() else ():
            joints[short, joint, axis] = np.interp(frames[short], frames[seen], joints[seen, joint, axis])
        filled += int(short.sum())
    return joints, filled


def _neighbours(seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(T,) number of the last frame before and of the next after in which a joint is seen; -1 and T without."""
    numbers = np.arange(len(seen))
    before = np.maximum.accumulate(np.where(seen, numbers, -1))
    after = np.minimum.accumulate(np.where(seen, numbers, len(seen))[::-1])[::-1]
    return before, after


def resample(joints: np.ndarray, frames: np.ndarray, fps: float, wanted: float) -> tuple[np.ndarray, np.ndarray]:
    """Joints at another frame rate, between two captured frames on a straight line; nothing is made across a gap.

    Args:
        joints: (T, J, 3) finite. frames: (T,) numbers at `fps` frames per second.

    Returns:
        (S, J, 3) and their (S,) frame numbers at `wanted` frames per second.
    """
    times = frames / fps
    numbers = np.arange(np.ceil(times[0] * wanted - 1e-6), np.floor(times[-1] * wanted + 1e-6) + 1).astype(np.int64)
    wanted_times = numbers / wanted
    after = np.clip(np.searchsorted(times, wanted_times - 1e-9), 1, len(times) - 1)
    gap = frames[after] - frames[after - 1]
    exact = np.abs(times[after] - wanted_times) < 1e-6
    exact |= np.abs(times[after - 1] - wanted_times) < 1e-6
    kept = exact | (gap <= max(1, round(fps / wanted)))
    numbers, wanted_times, after = numbers[kept], wanted_times[kept], after[kept]
    share = ((wanted_times - times[after - 1]) / (times[after] - times[after - 1]))[:, None, None]
    return (1 - share) * joints[after - 1] + share * joints[after], numbers
