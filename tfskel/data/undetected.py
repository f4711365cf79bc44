# SPDX-License-Identifier: MIT
"""Joints that a sensor or pose estimator did not find and that are stored as if they were places."""

import numpy as np

from tfskel import skeletons
from tfskel.data import recordings as recording_sets

_FILLS = {"at 0, 0, 0": 0.0, "at -1, -1, -1": -1.0}
_FAR, _FIXED = "far outside the body", "fixed in place while the body moves"
_FARTHEST = 6.0  # times the typical distance of a joint from the middle of its body, which is about half a metre
_NEAR = 3.0  # the neighbours of the joint that a body is centred on are nearer to it than this many typical distances
_FEWEST_FIXED = 5  # frames; a joint held for fewer may be a repeated measurement
_BLOCK = 50_000  # frames at a time, to bound the memory
_STRETCH = 0.05  # change of a bone's length, in typical distances: a foot on the ground keeps its bones


def rows(splits: dict[str, recording_sets.Recordings], skeleton: skeletons.Skeleton) -> list[dict]:
    """One row per joint, identity and kind of defect: "joint", "identity", "defect", "frames", "share" of their frames.

    A joint counts as undetected where all its coordinates are 0 or -1, where it is far outside its body, and where it
    stays at one place to the last bit for at least five frames while its bones change in length. The joint that centred
    recordings have at 0 in every frame is none. Positions may have any unit, origin and orientation.

    Args:
        splits: recordings by split name.
        skeleton: joint layout of all splits.
    """
    joints = np.concatenate([recordings.joints for recordings in splits.values()])
    length = np.concatenate([recordings.length for recordings in splits.values()])
    identity = np.concatenate([np.repeat(r.identity, r.length) for r in splits.values()])
    owner = np.repeat(np.arange(len(length)), length)
    defects = {name: (joints == value).all(axis=-1) for name, value in _FILLS.items()}  # (frames, J) each
    filled = np.any(list(defects.values()), axis=0)
    distance, typical = _distances(joints, filled)
    centre = _centre(joints, defects["at 0, 0, 0"], skeleton, typical)
    for mask in defects.values():
        mask[:, centre] = False
    defects[_FAR] = ~filled & (distance > _FARTHEST * typical)
    defects[_FIXED] = _fixed(joints, owner, skeleton, typical) & ~filled & ~defects[_FAR]
    names, person = np.unique(identity, return_inverse=True)
    frames = np.bincount(person)
    result = []
    for name, mask in defects.items():
        for joint in np.flatnonzero(mask.any(axis=0)):
            counts = np.bincount(person, weights=mask[:, joint]).astype(int)
            result += [
                {
                    "joint": skeleton.joint_names[joint],
                    "identity": str(names[k]),
                    "defect": name,
                    "frames": int(counts[k]),
                    "share": float(counts[k] / frames[k]),
                }
                for k in np.flatnonzero(counts)
            ]
    return result


def phrases(found: list[dict], frames: dict[str, int]) -> list[str]:
    """Joint, whose, and how often, for each joint and defect of `rows`.

    Args:
        found: what `rows` returned.
        frames: identity -> number of frames, of all identities.
    """
    groups: dict[tuple[str, str], list[dict]] = {}
    for row in found:
        groups.setdefault((row["joint"], row["defect"]), []).append(row)
    texts = []
    for (joint, defect), group in groups.items():
        most = max(group, key=lambda row: row["share"])
        if len(group) == len(frames) > 1:
            share = sum(row["frames"] for row in group) / sum(frames.values())
            whose = f"all {len(frames)} identities in {100 * share:.3g} % of the frames"
            if most["share"] > 2 * share:
                whose += f", of {most['identity']} in {100 * most['share']:.3g} %"
        else:
            whose = " and ".join(f"{row['identity']} in {100 * row['share']:.3g} %" for row in group[:3])
            whose += " of the frames" + (f" and of {len(group) - 3} other identities" if len(group) > 3 else "")
        texts.append(f"{joint} of {whose} ({defect})")
    return texts


def _distances(joints: np.ndarray, filled: np.ndarray) -> tuple[np.ndarray, float]:
    """(frames, J) float32 distances from the median joint of the frame, 0 where filled, and the median of others."""
    distance = np.zeros(filled.shape, np.float32)
    for first in range(0, len(joints), _BLOCK):
        block = slice(first, first + _BLOCK)
        mask = np.repeat(filled[block, :, None], 3, axis=-1)
        kept = np.ma.array(joints[block].astype(np.float64), mask=mask)
        apart = kept - np.ma.median(kept, axis=1, keepdims=True)
        distance[block] = np.ma.sqrt((apart**2).sum(axis=-1)).filled(0.0)
    return distance, float(np.median(distance[~filled])) if not filled.all() else 0.0


def _centre(joints: np.ndarray, zero: np.ndarray, skeleton: skeletons.Skeleton, typical: float) -> list[int]:
    """The joint that the recordings are centred on, if any: 0 in every frame, and its neighbours around it."""
    bones = skeletons.edges(skeleton, "joints")
    for joint in sorted(np.flatnonzero(zero.all(axis=0)), key=lambda joint: joint != skeleton.root):
        neighbours = [sum(bone) - joint for bone in bones if joint in bone]
        seen = ~zero[:, neighbours]
        if (np.linalg.norm(joints[:, neighbours], axis=-1)[seen] <= _NEAR * typical).all():
            return [int(joint)]
    return []


def _fixed(joints: np.ndarray, owner: np.ndarray, skeleton: skeletons.Skeleton, typical: float) -> np.ndarray:
    """(frames, J) bool: the joint stays at one place for long while a bone of it, or of such a neighbour, stretches."""
    same = (joints[1:] == joints[:-1]).all(axis=-1) & (owner[1:] == owner[:-1])[:, None]
    runs = []  # joint, first frame, end
    for joint in np.flatnonzero(same.any(axis=0)):
        edges = np.flatnonzero(np.diff(np.r_[False, same[:, joint], False]))
        runs += [(joint, a, b + 1) for a, b in edges.reshape(-1, 2) if b + 1 - a >= _FEWEST_FIXED]
    held, fixed = (np.zeros(joints.shape[:2], bool) for _ in range(2))
    for joint, first, end in runs:
        held[first:end, joint] = True
    bones = skeletons.edges(skeleton, "joints")
    for joint, first, end in runs:
        for bone in (bone for bone in bones if joint in bone):
            length = np.linalg.norm(np.subtract(*(joints[first:end, k].astype(np.float64) for k in bone)), axis=-1)
            fixed[first:end, joint] |= np.ptp(length) > _STRETCH * typical
    for _ in range(skeleton.num_joints if runs else 0):  # a held hand hangs on a held wrist
        for a, b in bones:
            fixed[:, a] |= held[:, a] & fixed[:, b]
            fixed[:, b] |= held[:, b] & fixed[:, a]
    return fixed
