# SPDX-License-Identifier: MIT
"""Small copies of the task made of the train split alone: to choose settings, and to learn who is a stranger."""

from collections.abc import Iterator

import numpy as np

from tfskel.data import recordings as recording_sets
from tfskel.data import skeleton_split, windows

PARTS = ("train", "gallery", "probe")
STRANGERS = 1 / 3  # share of the identities that are strangers
FEWEST = 2  # of strangers, and of those that are none
_WHOLE = (0, 1)
# Recordings of an identity -> for each of them in the drawn order, part -> (begin, end) as shares of its items; all
# further ones go to train.
_RULES = {
    1: ({"train": (0, 0.45), "gallery": (0.45, 0.7), "probe": (0.7, 1)},),
    2: ({"train": (0, 0.6), "gallery": (0.6, 1)}, {"probe": _WHOLE}),
    3: ({"gallery": _WHOLE}, {"probe": _WHOLE}),
}
# The same where every recording is one item, which cannot be cut.
_UNCUT = {1: ({"train": _WHOLE},), 2: _RULES[3], 3: _RULES[3]}


class TooShort(ValueError):
    """A recording that a draw cuts has no sequence in a part."""


def segments(
    identity: np.ndarray, length: np.ndarray, gap: int, rng: np.random.Generator, camera: np.ndarray | None = None
) -> dict[str, list[tuple[int, int, int]]]:
    """Part -> (recording, first item, end item); a gap is left out at every cut, so that nothing spans two parts.

    Args:
        identity: (R,) text of each recording of the train split.
        length: (R,) int, its frames, or its items.
        gap: items left out at a cut.
        rng: draws which recording of an identity goes where.
        camera: (R,) text; probe and gallery of an identity are then of two cameras where it has them.
    """
    chosen: dict[str, list[tuple[int, int, int]]] = {part: [] for part in PARTS}
    rules_by_count = _RULES if np.max(length) > 1 else _UNCUT
    for name in recording_sets.sorted_identities(identity):
        rows = rng.permutation(np.flatnonzero(identity == name))
        if camera is not None:
            rows = np.concatenate([rows[:1], sorted(rows[1:], key=lambda row: camera[row] == camera[rows[0]])])
        rules = rules_by_count[min(len(rows), max(rules_by_count))]
        for place, row in enumerate(rows.astype(int)):
            size = int(length[row])
            for part, (begin, end) in (rules[place] if place < len(rules) else {"train": _WHOLE}).items():
                first = int(begin * size) + (gap if begin else 0)
                if first < int(end * size):
                    chosen[part].append((int(row), first, int(end * size)))
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
        TooShort: a part has no recording of f frames.
    """
    f, rng = train.windows.length, np.random.default_rng([seed, 11])
    for _ in range(number):
        made = {}
        for part, rows in segments(train.recordings.identity, train.recordings.length, f, rng).items():
            cut = recording_sets.Recordings.from_list(_example(train.recordings, *row) for row in rows)
            try:
                starts = windows.every(cut, f) if part == "train" else windows.testing(cut, f)
            except ValueError as error:
                raise TooShort(f"{part} of a draw from train: {error}") from error
            made[part] = skeleton_split.SkeletonSplit(cut, starts, train.root, train.classes, train.origin)
        yield made


def searches(items, number: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Rows of probe and gallery of each draw, of items that are embedded already; a third of the identities are
    strangers, who are not in the gallery. Draws without enough identities are left out.

    Args:
        items: features.Features, or anything with `identities`, `cameras` and `recordings` (N,), of a split whose
            items do not overlap, those of a recording in the order of time.
        number: of draws.
        seed: decides them.
    """
    alone = np.where(items.recordings == "", np.arange(len(items.recordings)).astype(str), "")
    names = [f"{who}\n{what}\n{one}" for who, what, one in zip(items.identities, items.recordings, alone, strict=True)]
    _, first, number_of, length = np.unique(names, return_index=True, return_inverse=True, return_counts=True)
    rows_of = np.split(np.argsort(number_of.reshape(-1), kind="stable"), np.cumsum(length)[:-1])
    identity, rng = items.identities[first], np.random.default_rng([seed, 11])
    camera = items.cameras[first] if max(length) == 1 else None
    for _ in range(number):
        chosen = segments(identity, length, 1, rng, camera)
        probe, gallery = (
            np.concatenate([np.zeros(0, int), *(rows_of[row][begin:end] for row, begin, end in chosen[part])])
            for part in ("probe", "gallery")
        )
        kept_out = strangers(items.identities[probe], items.identities[gallery], rng)
        if kept_out:
            yield probe, gallery[~np.isin(items.identities[gallery], kept_out)]


def strangers(probe: np.ndarray, gallery: np.ndarray, rng: np.random.Generator) -> list[str]:
    """A third of the identities that are in both, at least two; empty where not at least two others are left.

    Args:
        probe: (P,) text, identity of each item. gallery: (G,) text.
        rng: draws them.
    """
    both = recording_sets.sorted_identities(set(probe) & set(gallery))
    number = max(FEWEST, round(STRANGERS * len(both)))
    return sorted(rng.choice(both, number, replace=False).tolist()) if len(both) - number >= FEWEST else []


def _example(recordings: recording_sets.Recordings, row: int, first: int, end: int) -> dict:
    begin = recordings.start[row]
    return {
        "joints": recordings.joints[begin + first : begin + end],
        "identity": recordings.identity[row],
        "recording": recordings.recording[row],
    }
