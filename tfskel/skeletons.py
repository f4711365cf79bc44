# SPDX-License-Identifier: MIT
"""Joint layouts of the skeleton sensors as tables, and the graph scales derived from them."""

import dataclasses

import numpy as np

SCALES = ("joints", "parts", "bodies", "interpolated")

_PART_EDGES = ((0, 1), (0, 4), (2, 3), (2, 4), (4, 5), (5, 6), (5, 8), (6, 7), (8, 9))
_BODY_EDGES = ((0, 2), (1, 2), (2, 3), (2, 4))
_BLOCKED = -1e9


@dataclasses.dataclass(frozen=True)
class Skeleton:
    """One joint layout.

    Attributes:
        name: key in `SKELETONS`.
        joint_names: J names, in the order of the joint axis.
        parents: J parent indices, -1 at the root of the tree.
        root: joint subtracted when a skeleton is centred.
        left_right: (left, right) joint pairs.
        parts: 10 groups of joints: left leg upper, lower, right leg upper, lower, torso, head,
            left arm upper, lower, right arm upper, lower.
        bodies: 5 groups of joints: left leg, right leg, torso with head, left arm, right arm.
    """

    name: str
    joint_names: tuple[str, ...]
    parents: tuple[int, ...]
    root: int
    left_right: tuple[tuple[int, int], ...]
    parts: tuple[tuple[int, ...], ...]
    bodies: tuple[tuple[int, ...], ...]

    @property
    def num_joints(self) -> int:
        """Number of joints J."""
        return len(self.joint_names)


KINECT_V1 = Skeleton(
    name="kinect_v1",
    joint_names=(
        *("HipCenter", "Spine", "ShoulderCenter", "Head"),
        *("ShoulderLeft", "ElbowLeft", "WristLeft", "HandLeft"),
        *("ShoulderRight", "ElbowRight", "WristRight", "HandRight"),
        *("HipLeft", "KneeLeft", "AnkleLeft", "FootLeft"),
        *("HipRight", "KneeRight", "AnkleRight", "FootRight"),
    ),
    parents=(-1, 0, 1, 2, 2, 4, 5, 6, 2, 8, 9, 10, 0, 12, 13, 14, 0, 16, 17, 18),
    root=0,
    left_right=((4, 8), (5, 9), (6, 10), (7, 11), (12, 16), (13, 17), (14, 18), (15, 19)),
    parts=(
        *((12, 13), (14, 15), (16, 17), (18, 19)),
        *((0, 1), (2, 3)),
        *((4, 5), (6, 7), (8, 9), (10, 11)),
    ),
    bodies=((12, 13, 14, 15), (16, 17, 18, 19), (0, 1, 2, 3), (4, 5, 6, 7), (8, 9, 10, 11)),
)

KINECT_V2 = Skeleton(
    name="kinect_v2",
    joint_names=(
        *("SpineBase", "SpineMid", "Neck", "Head"),
        *("ShoulderLeft", "ElbowLeft", "WristLeft", "HandLeft"),
        *("ShoulderRight", "ElbowRight", "WristRight", "HandRight"),
        *("HipLeft", "KneeLeft", "AnkleLeft", "FootLeft"),
        *("HipRight", "KneeRight", "AnkleRight", "FootRight"),
        *("SpineShoulder", "HandTipLeft", "ThumbLeft", "HandTipRight", "ThumbRight"),
    ),
    parents=(-1, 0, 20, 2, 20, 4, 5, 6, 20, 8, 9, 10, 0, 12, 13, 14, 0, 16, 17, 18, 1, 7, 6, 11, 10),
    root=0,
    left_right=(*KINECT_V1.left_right, (21, 23), (22, 24)),
    parts=(
        *((12, 13), (14, 15), (16, 17), (18, 19)),
        *((0, 1), (2, 3, 20)),
        *((4, 5), (6, 7, 21, 22), (8, 9), (10, 11, 23, 24)),
    ),
    bodies=(
        *((12, 13, 14, 15), (16, 17, 18, 19), (0, 1, 2, 3, 20)),
        *((4, 5, 6, 7, 21, 22), (8, 9, 10, 11, 23, 24)),
    ),
)

OPENPOSE = Skeleton(
    name="openpose",
    joint_names=(
        *("Head", "Neck"),
        *("ShoulderRight", "ElbowRight", "WristRight"),
        *("ShoulderLeft", "ElbowLeft", "WristLeft"),
        *("HipRight", "KneeRight", "AnkleRight"),
        *("HipLeft", "KneeLeft", "AnkleLeft"),
    ),
    parents=(-1, 0, 1, 2, 3, 1, 5, 6, 1, 8, 9, 1, 11, 12),
    root=0,
    left_right=((5, 2), (6, 3), (7, 4), (11, 8), (12, 9), (13, 10)),
    parts=((11,), (12, 13), (8,), (9, 10), (1,), (0,), (5,), (6, 7), (2,), (3, 4)),
    bodies=((11, 12, 13), (8, 9, 10), (0, 1), (5, 6, 7), (2, 3, 4)),
)

COMMON_JOINTS = {
    ("kinect_v2", "kinect_v1"): (0, 1, 20, *range(3, 20)),
    ("kinect_v1", "openpose"): (3, 2, 8, 9, 10, 4, 5, 6, 16, 17, 18, 12, 13, 14),
    ("kinect_v2", "openpose"): (3, 20, 8, 9, 10, 4, 5, 6, 16, 17, 18, 12, 13, 14),
}
"""Recorded layout, wanted layout -> recorded joint at nearly the place of each wanted one."""

SKELETONS = {skeleton.name: skeleton for skeleton in (KINECT_V1, KINECT_V2, OPENPOSE)}


def get(name: str) -> Skeleton:
    """The joint layout called `name`.

    Raises:
        ValueError: no layout has that name.
    """
    if name not in SKELETONS:
        raise ValueError(f"Unknown skeleton {name!r}; known: {', '.join(SKELETONS)}.")
    return SKELETONS[name]


def by_num_joints(num_joints: int) -> Skeleton:
    """The joint layout with that many joints.

    Raises:
        ValueError: no layout has that many joints.
    """
    for skeleton in SKELETONS.values():
        if skeleton.num_joints == num_joints:
            return skeleton
    known = ", ".join(f"{s.num_joints} ({s.name})" for s in SKELETONS.values())
    raise ValueError(f"No skeleton has {num_joints} joints; known: {known}.")


def num_nodes(skeleton: Skeleton, scale: str) -> int:
    """Number of nodes of a scale: J, 10, 5, or 2J - 1 for the interpolated scale.

    Raises:
        ValueError: `scale` is not one of `SCALES`.
    """
    return len(scale_matrix(skeleton, scale))


def scale_matrix(skeleton: Skeleton, scale: str) -> np.ndarray:
    """Matrix that turns joints into the nodes of a scale: nodes = matrix @ joints.

    Parts and bodies are means of their joints. The interpolated scale is the joints followed by the
    midpoint of each joint edge, edges in the order of `edges(skeleton, "joints")`.

    Returns:
        (nodes, J) float64; every row sums to 1.

    Raises:
        ValueError: `scale` is not one of `SCALES`.
    """
    joints = np.eye(skeleton.num_joints)
    groups = {
        "joints": (),
        "parts": skeleton.parts,
        "bodies": skeleton.bodies,
        "interpolated": edges(skeleton, "joints"),
    }[_known(scale)]
    pooled = [joints[list(group)].mean(axis=0) for group in groups]
    keeps_joints = scale in ("joints", "interpolated")
    return np.concatenate([joints, pooled]) if pooled and keeps_joints else np.array(pooled or joints)


def edges(skeleton: Skeleton, scale: str) -> tuple[tuple[int, int], ...]:
    """Undirected edges (i, j), i < j, sorted; a tree over the nodes of the scale.

    The interpolated scale joins each midpoint to its two joints and has no direct joint edge.

    Raises:
        ValueError: `scale` is not one of `SCALES`.

    Source: original program, kept for parity: part and body edges are the same for all layouts.
    """
    bones = sorted((min(i, p), max(i, p)) for i, p in enumerate(skeleton.parents) if p >= 0)
    halves = [(joint, skeleton.num_joints + k) for k, bone in enumerate(bones) for joint in bone]
    table = {"joints": bones, "parts": _PART_EDGES, "bodies": _BODY_EDGES, "interpolated": sorted(halves)}
    return tuple(table[_known(scale)])


def adjacency(skeleton: Skeleton, scale: str) -> np.ndarray:
    """Adjacency of a scale: (nodes, nodes) float64 of 0 and 1, symmetric, zero diagonal.

    Raises:
        ValueError: `scale` is not one of `SCALES`.
    """
    matrix = np.zeros((num_nodes(skeleton, scale),) * 2)
    i, j = np.transpose(edges(skeleton, scale))
    matrix[i, j] = matrix[j, i] = 1.0
    return matrix


def attention_bias(adjacency: np.ndarray, neighbourhood: int = 1) -> np.ndarray:
    """What is added to attention logits so that only near nodes are attended to.

    Args:
        adjacency: (nodes, nodes) float of 0 and 1.
        neighbourhood: largest number of edges between two nodes that see each other, at least 0.

    Returns:
        (nodes, nodes) float64, 0 where attention is allowed (always on the diagonal), else -1e9.

    Raises:
        ValueError: the matrix is not square or the neighbourhood negative.
    """
    adjacency = np.asarray(adjacency, np.float64)
    if adjacency.ndim != 2 or adjacency.shape[0] != adjacency.shape[1]:
        raise ValueError(f"adjacency must be (nodes, nodes); received {adjacency.shape}.")
    if neighbourhood < 0:
        raise ValueError(f"neighbourhood must be at least 0; received {neighbourhood}.")
    one_step = adjacency + np.eye(len(adjacency))
    reachable = np.linalg.matrix_power(one_step, neighbourhood) > 0
    return np.where(reachable, 0.0, _BLOCKED)


def _known(scale: str) -> str:
    if scale not in SCALES:
        raise ValueError(f"Unknown scale {scale!r}; known: {', '.join(SCALES)}.")
    return scale
