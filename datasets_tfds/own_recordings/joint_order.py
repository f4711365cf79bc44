# SPDX-License-Identifier: MIT
"""Whether joints stand in the order of a layout: their bones are short, and no other layout's are shorter."""

from collections.abc import Iterable, Sequence

import numpy as np
from scipy.sparse import csgraph

from tfskel import skeletons

# Joint orders that have as many joints as one of ours: parents, -1 at the root of the tree.
OTHERS = {
    "OpenPose BODY_25": (1, 8, 1, 2, 3, 1, 5, 6, -1, 8, 9, 10, 8, 12, 13, 0, 0, 15, 16, 14, 19, 14, 11, 22, 11),
    "MSR-Action3D": (2, 2, 3, 6, 6, 6, -1, 0, 1, 7, 8, 9, 10, 4, 5, 13, 14, 15, 16, 2),
    "LSP": (1, 2, 12, 12, 3, 4, 7, 8, 12, 12, 9, 10, -1, 12),
}
_FRAMES = 400  # looked at, evenly spread over the recordings
# Bones of a layout in units of the shortest tree through the joints. Kinect and OpenPose bodies: 1.1 to 1.25; the
# joints of a body in another order: 1.7 to 3.5; points that are no body: 1.3 to 2.9.
_FITTING = 1.5
_CLEARLY_SHORTER = 1.6
_UPRIGHT = 0.75  # share of the variance along the longest axis; a standing person has 0.8 to 0.9


def doubts(recordings: Iterable[np.ndarray], skeleton: skeletons.Skeleton) -> tuple[str, bool]:
    """What speaks against the joints being in the order of the layout.

    Args:
        recordings: (T, J, 3) each, in any unit and orientation; joints at 0, 0, 0 are left out.
        skeleton: layout with J joints.

    Returns:
        The reason, "" without any, and whether it is a proof: another order of as many joints fits far better, or the
        joints are a standing person's and the bones lead criss-cross through it.
    """
    joints = _sample(recordings)
    distances, seen = _distances(joints)
    if seen.sum() < 3:
        return "", False
    shortest = csgraph.minimum_spanning_tree(distances[np.ix_(seen, seen)]).sum()
    length = _length(distances, seen, skeleton.parents)
    if length <= _FITTING * shortest:
        return "", False
    others = {name: _length(distances, seen, p) for name, p in OTHERS.items() if len(p) == skeleton.num_joints}
    better = [name for name, other in others.items() if other <= _FITTING * shortest]
    reason = f"the bones of {skeleton.name} are {length / shortest:.1f} times as long as a shortest tree of the joints"
    for name in better or others:
        reason += f", those of {name}, which has {skeleton.num_joints} joints too, {others[name] / shortest:.1f} times"
    proof = _upright(joints) or any(_CLEARLY_SHORTER * others[name] < length for name in others)
    return reason, proof


def excess(recordings: Iterable[np.ndarray], skeleton: skeletons.Skeleton) -> float:
    """Bones of a layout in units of the shortest tree through the joints; arguments as `doubts`."""
    distances, seen = _distances(_sample(recordings))
    shortest = csgraph.minimum_spanning_tree(distances[np.ix_(seen, seen)]).sum()
    return _length(distances, seen, skeleton.parents) / max(shortest, 1e-12)


def _sample(recordings: Iterable[np.ndarray]) -> np.ndarray:
    recordings = list(recordings)
    step = max(1, sum(map(len, recordings)) // _FRAMES)
    return np.concatenate([joints[::step] for joints in recordings]).astype(np.float64)


def _distances(joints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(J, J) median distances, and (J,) whether a joint is not at the origin in most frames."""
    seen = joints.any(axis=-1)
    pairs = np.linalg.norm(joints[:, :, None] - joints[:, None], axis=-1)
    both = seen[:, :, None] & seen[:, None]
    return np.ma.median(np.ma.array(pairs, mask=~both), axis=0).filled(0.0), seen.mean(axis=0) > 0.5


def _length(distances: np.ndarray, seen: np.ndarray, parents: Sequence[int]) -> float:
    """Sum of the bones; a joint whose parent is not seen hangs on the nearest ancestor that is."""
    total = 0.0
    for joint in np.flatnonzero(seen):
        parent = parents[joint]
        while parent >= 0 and not seen[parent]:
            parent = parents[parent]
        total += distances[joint, parent] if parent >= 0 else 0.0
    return total


def _upright(joints: np.ndarray) -> bool:
    seen = joints.any(axis=-1)[..., None]
    centred = np.where(seen, joints - joints.sum(axis=1, keepdims=True) / np.maximum(1, seen.sum(axis=1))[:, None], 0)
    variances = np.linalg.eigvalsh(np.swapaxes(centred, 1, 2) @ centred)  # (frames, 3), rising
    return bool(np.median(variances[:, -1] / np.maximum(variances.sum(axis=1), 1e-12)) >= _UPRIGHT)
