# SPDX-License-Identifier: MIT
"""Small copies of the task made of the train split alone, to choose settings without looking at the probe."""

from collections.abc import Iterator

import numpy as np

from tfskel.data import recordings as recording_sets
from tfskel.data import skeleton_split, windows

PARTS = ("train", "gallery", "probe")
_WHOLE = (0, 1)
# Recordings of an identity -> for each of them in the drawn order, part -> (begin, end) as shares of its frames; all
# further ones go to train.
_RULES = {
    1: ({"train": (0, 0.45), "gallery": (0.45, 0.7), "probe": (0.7, 1)},),
    2: ({"train": (0, 0.6), "gallery": (0.6, 1)}, {"probe": _WHOLE}),
    3: ({"gallery": _WHOLE}, {"probe": _WHOLE}),
}


def segments(
    recordings: recording_sets.Recordings, f: int, rng: np.random.Generator
) -> dict[str, list[tuple[int, int, int]]]:
    """Part -> (recording, first frame, end frame); f frames are left out at every cut, so that no sequence spans two.

    Args:
        recordings: of the train split.
        f: frames in a sequence.
        rng: draws which recording of an identity goes where.
    """
    chosen: dict[str, list[tuple[int, int, int]]] = {part: [] for part in PARTS}
    for identity in recording_sets.sorted_identities(recordings.identity):
        rows = rng.permutation(np.flatnonzero(recordings.identity == identity))
        rules = _RULES[min(len(rows), max(_RULES))]
        for place, row in enumerate(rows):
            length = int(recordings.length[row])
            for part, (begin, end) in (rules[place] if place < len(rules) else {"train": _WHOLE}).items():
                first = int(begin * length) + (f if begin else 0)
                if first < int(end * length):
                    chosen[part].append((int(row), first, int(end * length)))
    return chosen


def draws(
    train: skeleton_split.SkeletonSplit, number: int, seed: int
) -> Iterator[dict[str, skeleton_split.SkeletonSplit]]:
    """Part -> sequences, for each draw: those of train begin at every frame, those of probe and gallery do not overlap.

    Args:
        train: the train split.
        number: of draws.
        seed: decides them, independently of every other use of the seed.

    Raises:
        ValueError: a part has no recording of f frames.
    """
    f, rng = train.windows.length, np.random.default_rng([seed, 11])
    for _ in range(number):
        made = {}
        for part, rows in segments(train.recordings, f, rng).items():
            cut = recording_sets.Recordings.from_list(_example(train.recordings, *row) for row in rows)
            starts = windows.every(cut, f) if part == "train" else windows.testing(cut, f)
            made[part] = skeleton_split.SkeletonSplit(cut, starts, train.root, train.classes, train.origin)
        yield made


def _example(recordings: recording_sets.Recordings, row: int, first: int, end: int) -> dict:
    begin = recordings.start[row]
    return {
        "joints": recordings.joints[begin + first : begin + end],
        "identity": recordings.identity[row],
        "recording": recordings.recording[row],
    }
