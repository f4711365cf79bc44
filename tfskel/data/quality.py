# SPDX-License-Identifier: MIT
"""What should be known about recordings before anything is trained on them."""

import dataclasses
import itertools

import numpy as np

from tfskel import skeletons
from tfskel.data import gaps, quality_warnings, swaps, undetected, windows
from tfskel.data import recordings as recording_sets
from tfskel.data import skeleton_split as sequences

_SAMPLED_FRAMES = 500_000  # of a split too large for the memory, whose joints are looked at


def report(
    splits: dict[str, recording_sets.Recordings], f: int, skeleton: skeletons.Skeleton, cut_gaps: bool = False
) -> dict[str, object]:
    """Counts, bone lengths, jumps, and what the splits share or miss.

    The joints of splits that are not in memory are looked at in evenly spread recordings; a warning says in how many.

    Args:
        splits: recordings by split name.
        f: frames per sequence.
        skeleton: joint layout of all splits.
        cut_gaps: sequences end where frame numbers jump, see `gaps.cut`.

    Returns:
        JSON-able dictionary: "f", "skeleton", "splits" (counts per split), "bones" (mm per bone, over all splits),
        "missing_identities" (by split), "duplicates" (pairs of splits that share sequences of f frames at any frame,
        equal in every byte), "gaps" (jumps of the frame numbers, by split), "undetected" (joints without a place, per
        identity), "swaps" (left and right exchanged, see `swaps.report`), "flat" (number of recordings without depth,
        by split), "warnings" (sentences; empty when all looks right).

    Raises:
        ValueError: no split or no frame at all, f below 2, or another number of joints than the skeleton's.
    """
    if not splits:
        raise ValueError("There is no split to report on.")
    if f < 2:
        raise ValueError(f"A sequence needs at least f = 2 frames; received f = {f}.")
    if not any(recordings.length.sum() for recordings in splits.values()):
        raise ValueError(f"None of the splits {', '.join(splits)} holds a single frame.")
    for recordings in splits.values():
        recording_sets.check_skeleton(recordings, skeleton)
    sampled = {name: recordings.sample(_SAMPLED_FRAMES) for name, recordings in splits.items()}
    pieces, few = (
        {name: gaps.cut(of) for name, of in sets.items()} if cut_gaps else sets for sets in (splits, sampled)
    )
    result = {
        "f": int(f),
        "skeleton": skeleton.name,
        "splits": {name: _counts(recordings, pieces[name], f) for name, recordings in splits.items()},
        "bones": _bones(sampled, skeleton),
        "missing_identities": _missing_identities(splits),
        "duplicates": _duplicates(few, f),
        "gaps": {name: _gaps(recordings) for name, recordings in splits.items()},
        "undetected": undetected.rows(sampled, skeleton),
        "swaps": swaps.report(sampled, skeleton),
        "flat": {name: int(flat(recordings).sum()) for name, recordings in sampled.items()},
    }
    for name, recordings in sampled.items():
        result["splits"][name]["jumps"] = _jumps(recordings, skeleton.root)
    warnings = quality_warnings.sentences(result, sampled, cut_gaps)
    return {**result, "warnings": warnings + quality_warnings.samples(splits, sampled)}


def flat(recordings: recording_sets.Recordings) -> np.ndarray:
    """(R,) bool: no depth, all joints of every frame have one z, as those of poses in a picture."""
    depth = recordings.joints[..., 2]
    deep = (depth != depth[:, :1]).any(axis=1)
    owner = np.repeat(np.arange(len(recordings)), recordings.length)
    return (recordings.length > 0) & (np.bincount(owner, weights=deep, minlength=len(recordings)) == 0)


def _counts(recordings: recording_sets.Recordings, pieces: recording_sets.Recordings, f: int) -> dict:
    return {
        "identities": len(set(recordings.identity.tolist())),
        "recordings": len(recordings),
        "frames": int(recordings.length.sum()),
        "dropped_frames": int((recordings.captured - recordings.length).sum()),
        "dropped_inside": int(_dropped_inside(recordings).sum()),
        "sequences_per_identity": {
            "training": _per_identity(pieces, windows.training, f),
            "testing": _per_identity(pieces, windows.testing, f),
        },
        "shorter_than_f": recordings.recording[recordings.length < f].tolist(),
    }


def _gaps(recordings: recording_sets.Recordings) -> dict:
    jumps = gaps.unexplained(recordings)
    longest = max((jump["after"] - jump["before"] - 1 for jump in jumps), default=0)
    return {"count": len(jumps), "longest": longest, "first": jumps[: quality_warnings.SHOWN]}


def _per_identity(recordings, rule, f) -> dict[str, int]:
    lengths, place = np.unique(recordings.length, return_inverse=True)
    each = dataclasses.replace(recordings, start=np.zeros_like(lengths), length=lengths)
    cut = rule(each, f).recording if lengths[-1] >= f else np.zeros(0, int)
    sequences_of = np.bincount(cut, minlength=len(lengths))[place]
    names, owner = np.unique(recordings.identity, return_inverse=True)
    counts = dict(zip(names.tolist(), np.bincount(owner, sequences_of).astype(int).tolist(), strict=True))
    return {identity: counts[identity] for identity in recording_sets.sorted_identities(names)}


def _bones(splits: dict, skeleton: skeletons.Skeleton) -> dict[str, dict]:
    """Per bone: mean and deviations in mm (None where more recordings are needed), share of zero lengths."""
    parts = list(splits.values())
    child = np.array([joint for joint, parent in enumerate(skeleton.parents) if parent >= 0])
    parent = np.array(skeleton.parents)[child]
    lengths = [np.linalg.norm(p.joints[:, child] - p.joints[:, parent], axis=-1) for p in parts]
    lengths = np.concatenate(lengths).astype(np.float64) * 1000.0
    frames = np.concatenate([p.length for p in parts])
    owner = np.concatenate([p.identity for p in parts])[frames > 0]
    means, deviations = _groupwise(lengths, np.repeat(np.arange(len(frames)), frames))
    person = np.unique(owner, return_inverse=True)[1]
    person_means, person_deviations = _groupwise(means, person)
    repeated = np.bincount(person) > 1
    columns = {
        "mean_mm": lengths.mean(axis=0),
        "within_recording_mm": deviations.mean(axis=0),
        "between_recordings_mm": person_deviations[repeated].mean(axis=0) if repeated.any() else None,
        "between_identities_mm": person_means.std(axis=0) if len(person_means) > 1 else None,
        "zero_share": (lengths == 0).mean(axis=0),
    }
    names = [f"{skeleton.joint_names[p]}-{skeleton.joint_names[c]}" for p, c in zip(parent, child, strict=True)]
    return {
        bone: {key: None if column is None else float(column[k]) for key, column in columns.items()}
        for k, bone in enumerate(names)
    }


def _groupwise(values: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation of the rows of each group: (N, K), (N,) -> two (groups, K), no empty groups."""
    order = np.argsort(group, kind="stable")
    values, (_, first, counts) = values[order], np.unique(group[order], return_index=True, return_counts=True)
    means = np.add.reduceat(values, first) / counts[:, None]
    squares = (values - np.repeat(means, counts, axis=0)) ** 2
    return means, np.sqrt(np.add.reduceat(squares, first) / counts[:, None])


def _jumps(recordings: recording_sets.Recordings, root: int) -> dict:
    """Steps of the root joint of more than 0.5 m per frame, gaps left by dropped frames counted as frames."""
    root_joint = recordings.joints[:, root]
    owner = np.repeat(np.arange(len(recordings)), recordings.length)
    step = np.linalg.norm(np.diff(root_joint, axis=0), axis=-1)
    step /= np.maximum(1, np.diff(recordings.frame_numbers))
    found = np.flatnonzero((step > quality_warnings.JUMP_METRES) & (owner[1:] == owner[:-1])) + 1
    first = [
        {"recording": str(recordings.recording[owner[i]]), "frame": int(recordings.frame_numbers[i])}
        for i in found[: quality_warnings.SHOWN]
    ]
    return {"count": len(found), "first": first}


def _missing_identities(splits: dict) -> dict[str, list[str]]:
    present = {name: set(recordings.identity.tolist()) for name, recordings in splits.items()}
    everyone = set().union(*present.values())
    return {name: recording_sets.sorted_identities(everyone - own) for name, own in present.items()}


def _duplicates(splits: dict, f: int) -> list[dict]:
    cut = {
        name: sequences.SkeletonSplit(recordings, windows.every(recordings, f), root=0, classes=[])
        for name, recordings in splits.items()
        if (recordings.length >= f).any()
    }
    rows = []
    for a, b in itertools.combinations(cut, 2):
        pairs = sequences.duplicates_between(cut[a], cut[b])
        if pairs:
            names = {(str(cut[a].recording[i]), str(cut[b].recording[j])): None for i, j in pairs}
            listed = [{a: in_a, b: in_b} for in_a, in_b in itertools.islice(names, quality_warnings.SHOWN)]
            rows.append({"splits": [a, b], "count": len(pairs), "recordings": listed})
    return rows


def _dropped_inside(recordings: recording_sets.Recordings) -> np.ndarray:
    """(R,) frames missing between the first and the last kept one: those a drop rule took out.

    The other dropped frames lay at the ends, where a clip rule took them. Recordings that lost nothing have none,
    whatever their frame numbers count (a capture at 120 Hz kept at 30 skips numbers without dropping frames).
    """
    lost = recordings.captured - recordings.length
    gaps = np.zeros(len(recordings), np.int64)
    for index in np.flatnonzero((lost > 0) & (recordings.length > 0)):
        begin = recordings.start[index]
        numbers = recordings.frame_numbers[begin : begin + recordings.length[index]]
        gaps[index] = min(numbers[-1] - numbers[0] + 1 - len(numbers), lost[index])
    return gaps
