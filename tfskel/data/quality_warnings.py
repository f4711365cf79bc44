# SPDX-License-Identifier: MIT
"""What looks wrong with recordings, in sentences."""

import collections

import numpy as np

from tfskel.data import recordings as recording_sets
from tfskel.data import swaps, undetected

SHOWN = 5
"""Most places that a sentence names, and that the report lists of each defect."""
JUMP_METRES = 0.5
_PLAUSIBLE_BONE_METRES = (0.02, 1.0)


def sentences(result: dict, splits: dict[str, recording_sets.Recordings], cut_gaps: bool) -> list[str]:
    """The warnings of a quality report; empty when all looks right.

    Args:
        result: the other entries of `quality.report`.
        splits, cut_gaps: as for `quality.report`.
    """
    of_splits = (_of_split(name, result, cut_gaps) for name in result["splits"])
    of_all = (_duplicates(result), _bones(result), _undetected(splits, result), _swaps(result), _flat(result))
    return [sentence for group in (*of_splits, *of_all) for sentence in group]


def samples(splits: dict[str, recording_sets.Recordings], sampled: dict[str, recording_sets.Recordings]) -> list[str]:
    """Which splits only some recordings of were looked at."""
    return [
        f"{name} does not lie in memory: all but the counts is of {len(sampled[name])} of its {len(recordings)} "
        "recordings, evenly spread."
        for name, recordings in splits.items()
        if sampled[name] is not recordings
    ]


def _of_split(name: str, result: dict, cut_gaps: bool) -> list[str]:
    warnings = []
    counts, jumps, missing = result["splits"][name], result["gaps"][name], result["missing_identities"][name]
    if counts["shorter_than_f"]:
        short = _some(counts["shorter_than_f"])
        warnings.append(f"{name}: recordings shorter than {result['f']} frames give no sequence: {short}.")
    if jumps["count"]:
        where = _some([f"{j['recording']} frames {j['before']} to {j['after']}" for j in jumps["first"]])
        span = "no sequence spans one" if cut_gaps else "sequences span them, unless dataset.cut_gaps is set"
        number = f"{jumps['count']} gaps in the frame numbers, up to {jumps['longest']} missing"
        warnings.append(f"{name}: {number} ({where}); {span}.")
    if counts["jumps"]["count"]:
        where = _some([f"{j['recording']} frame {j['frame']}" for j in counts["jumps"]["first"]])
        number = counts["jumps"]["count"]
        warnings.append(f"{name}: root jumps of more than {JUMP_METRES} m per frame: {number} ({where}).")
    if missing:
        warnings.append(f"{name}: identities that other splits have are missing: {_some(missing)}.")
    return warnings


def _duplicates(result: dict) -> list[str]:
    warnings = []
    for row in result["duplicates"]:
        a, b = row["splits"]
        where = _some([f"{pair[a]} / {pair[b]}" for pair in row["recordings"]])
        warnings.append(f"{a} and {b} share {row['count']} identical sequences: recordings {where}.")
    return warnings


def _bones(result: dict) -> list[str]:
    warnings = []
    zero = [bone for bone, row in result["bones"].items() if row["zero_share"] > 0]
    if zero:
        warnings.append(f"Bones of length zero in some frames (joints that coincide): {_some(zero)}.")
    low, high = (1000 * limit for limit in _PLAUSIBLE_BONE_METRES)
    typical = float(np.median([row["mean_mm"] for row in result["bones"].values()]))
    if not low <= typical <= high:
        warnings.append(f"The median bone is {typical:.4g} mm long: are the joints in metres?")
    return warnings


def _undetected(splits: dict, result: dict) -> list[str]:
    if not result["undetected"]:
        return []
    frames = collections.Counter()
    for recordings in splits.values():
        for identity, length in zip(recordings.identity.tolist(), recordings.length.tolist(), strict=True):
            frames[identity] += length
    where = _some(undetected.phrases(result["undetected"], frames), "; ")
    return [
        f"Joints that were not detected stand there as places: {where}. A person can be recognised by such a defect: "
        "leave these frames out, or fill the joints in."
    ]


def _swaps(result: dict) -> list[str]:
    if not result["swaps"]["exchanged"]:
        return []
    where = _some(swaps.phrases(result["swaps"]["exchanged"]), "; ")
    return [
        f"Left and right are exchanged in some frames: {where}. Nothing was changed: exchange them back in the files, "
        "or leave these frames out."
    ]


def _flat(result: dict) -> list[str]:
    where = ", ".join(f"{count} recordings of {name}" for name, count in result["flat"].items() if count)
    if not where:
        return []
    return [
        f"Joints without depth, as of a picture (one z in each frame): {where}. Their shape depends on the view: "
        "compare people in views that resemble each other."
    ]


def _some(names: list[str], separator: str = ", ") -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return separator.join(names[:SHOWN]) + more
