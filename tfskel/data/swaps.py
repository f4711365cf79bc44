# SPDX-License-Identifier: MIT
"""Frames in which the left and right limbs of a recording are exchanged against its other frames."""

import numpy as np

from tfskel import skeletons
from tfskel.data import gaps
from tfskel.data import recordings as recording_sets

# Exchanging left and right of one frame halves their motion against each other where it mends a step and doubles it
# where it spoils one: in real walking at 30 Hz with a sensor's noise 99.9 % of the steps of the legs, all of the arms.
_CLEAR = 2.0
_MOST_UNCLEAR = 0.1  # of a recording's steps; beyond it (few frames a second, a picture from the side) none is told
_BLOCK = 50_000  # frames at a time, to bound the memory


def report(splits: dict[str, recording_sets.Recordings], skeleton: skeletons.Skeleton) -> dict[str, list[dict]]:
    """Recordings in which arms or legs are exchanged in some frames, and those in which that cannot be told.

    A step from frame to frame is clear where exchanging left and right in one of its frames halves or doubles the
    motion of left against right. Exchanged are the fewer frames of a stretch of clear steps; one that is exchanged
    throughout is not noticed. Positions may have any unit, origin and orientation.

    Args:
        splits: recordings by split name.
        skeleton: joint layout of all splits.

    Returns:
        "exchanged": a row per recording and limbs, largest share first: "split", "recording", "limbs" ("arms" or
        "legs"), "frames", "share" of the recording's frames. "untold": a row per split and limbs: "split", "limbs",
        "recordings" (their number), where more than a tenth of the steps are unclear.
    """
    exchanged, untold = [], []
    for split, recordings in splits.items():
        for limbs, pairs in _limbs(skeleton).items():
            frames, told = _exchanged(recordings, pairs)
            exchanged += [
                {
                    "split": split,
                    "recording": str(recordings.recording[index]),
                    "limbs": limbs,
                    "frames": int(frames[index]),
                    "share": float(frames[index] / recordings.length[index]),
                }
                for index in np.flatnonzero(frames)
            ]
            if not told.all():
                untold.append({"split": split, "limbs": limbs, "recordings": int((~told).sum())})
    return {"exchanged": sorted(exchanged, key=lambda row: -row["share"]), "untold": untold}


def phrases(exchanged: list[dict]) -> list[str]:
    """Whose limbs, where and how often, for each row of "exchanged"."""
    return [
        f"{row['limbs']} of {row['recording']} ({row['split']}) in {row['frames']} frames, {100 * row['share']:.3g} %"
        for row in exchanged
    ]


def _limbs(skeleton: skeletons.Skeleton) -> dict[str, list[tuple[int, int]]]:
    legs = {joint for body in skeleton.bodies[:2] for joint in body}
    return {
        limbs: [pair for pair in skeleton.left_right if (pair[0] in legs) == (limbs == "legs")]
        for limbs in ("legs", "arms")
    }


def _exchanged(recordings: recording_sets.Recordings, pairs: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """(R,) number of exchanged frames, and (R,) bool: exchanges can be told."""
    count, frames = len(recordings), len(recordings.joints)
    if not frames:
        return np.zeros(count, np.int64), np.ones(count, bool)
    pieces = gaps.cut(recordings)
    owner, piece = (np.repeat(np.arange(len(cut)), cut.length) for cut in (recordings, pieces))
    inside = piece[1:] == piece[:-1]
    as_it_is, undone = _motion(recordings.joints, pairs)
    flips = _CLEAR * undone < as_it_is
    unclear = ~flips & (_CLEAR * as_it_is >= undone)
    steps, doubtful = (np.bincount(owner[1:][mask], minlength=count) for mask in (inside, inside & unclear))
    told = doubtful <= _MOST_UNCLEAR * steps
    stretch = np.concatenate([[0], np.cumsum(unclear | ~inside)])
    side = np.concatenate([[0], np.cumsum(flips)]) % 2
    size, other = np.bincount(stretch), np.bincount(stretch, weights=side)
    fewer = side == (2 * other <= size)[stretch]
    return np.bincount(owner, weights=fewer & told[owner], minlength=count).astype(np.int64), told


def _motion(joints: np.ndarray, pairs: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Motion of left against right in each step, as it is and with one of its frames exchanged: (frames - 1,) each."""
    left, right = np.transpose(pairs)
    motion = np.zeros((2, len(joints) - 1))
    for first in range(0, len(joints) - 1, _BLOCK):
        block = joints[first : first + _BLOCK + 1].astype(np.float64)
        apart = (block[:, left] - block[:, right]).reshape(len(block), -1)
        for row, change in zip(motion, (apart[1:] - apart[:-1], apart[1:] + apart[:-1]), strict=True):
            row[first : first + _BLOCK] = np.linalg.norm(change, axis=1)
    return motion[0], motion[1]
