# SPDX-License-Identifier: MIT
"""Keeps some train identities out of a training, so that it can be validated without looking at the probe."""

import numpy as np

from tfskel.data import recordings as recording_sets
from tfskel.data import skeleton_split, windows

FEWEST = 2


def choose(classes: list[str], share: float, seed: int) -> list[str]:
    """Draws the identities to keep out.

    Args:
        classes: train identities.
        share: fraction of them to keep out, in [0, 1); at least two are, and at least two stay.
        seed: decides the draw, independently of every other use of the seed.

    Returns:
        sorted as in `classes`; empty when `share` is 0 or there are fewer than four identities.

    Raises:
        ValueError: `share` is outside [0, 1).
    """
    if not 0 <= share < 1:
        raise ValueError(f"selection.held_out must be in [0, 1); received {share}.")
    if share == 0 or len(classes) < 2 * FEWEST:
        return []
    number = min(max(FEWEST, round(share * len(classes))), len(classes) - FEWEST)
    drawn = np.random.RandomState([seed, 7]).choice(len(classes), number, replace=False)
    return [classes[index] for index in sorted(drawn)]


def _half_of_recording(recordings: recording_sets.Recordings, cut: windows.Windows) -> np.ndarray:
    """0 for sequences in the first half of their recording, 1 in the second, -1 across the middle."""
    middle = recordings.start[cut.recording] + recordings.length[cut.recording] // 2
    return np.where(cut.start + cut.length <= middle, 0, np.where(cut.start >= middle, 1, -1))


def probe_and_gallery(
    recordings: recording_sets.Recordings, length: int, root: int | None
) -> tuple[skeleton_split.SkeletonSplit, skeleton_split.SkeletonSplit]:
    """Sequences of kept-out identities, divided into what is searched and what is searched in.

    Of a person's recordings, the first, third, ... are the gallery. A person with one recording has its first half in
    the gallery and its second half in the probe. No frame is in both.

    Args:
        recordings: recordings of the kept-out identities only.
        length: f, frames in a sequence.
        root: joint at the origin of every frame; None leaves the joints as captured.

    Returns:
        (probe, gallery), cut with the test rule.
    """
    cut = windows.testing(recordings, length)
    side = _half_of_recording(recordings, cut)
    for identity in np.unique(recordings.identity):
        own = np.flatnonzero(recordings.identity == identity)
        if len(own) > 1:
            for turn, index in enumerate(own):
                side[cut.recording == index] = turn % 2
    classes = recording_sets.sorted_identities(recordings.identity)

    def part(mask: np.ndarray) -> skeleton_split.SkeletonSplit:
        chosen = windows.Windows(cut.start[mask], cut.recording[mask], length)
        return skeleton_split.SkeletonSplit(recordings, chosen, root, classes)

    return part(side == 1), part(side == 0)
