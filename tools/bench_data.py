# SPDX-License-Identifier: MIT
"""Benchmarks of the data side: cutting windows, node positions of the coarser and finer scales."""

import copy

import bench_race
import numpy as np

from tfskel import skeletons
from tfskel.data import recordings as recording_sets
from tfskel.data import windows as product

F, JOINTS = 6, 20
# size -> recordings, frames of each, turns
WINDOWS = {"tiny": (2, 20, 1), "default": (20, 300, 5), "full": (100, 300, 5)}
# size -> sequences, turns
SCALES = {"tiny": (16, 1), "default": (10_000, 5), "full": (100_000, 5)}
SCALED = ("parts", "bodies", "interpolated")


def random_recordings(count: int, frames: int, seed: int = 0) -> recording_sets.Recordings:
    """Recordings of ten persons with random joints, (frames, 20, 3) float32 each."""
    rng = np.random.default_rng(seed)
    joints = rng.normal(size=(count, frames, JOINTS, 3)).astype(np.float32)
    return recording_sets.Recordings.from_list(
        [{"joints": values, "identity": str(i % 10), "recording": f"take{i}"} for i, values in enumerate(joints)]
    )


def slices_with_copies(recordings: list[list]) -> list[list]:
    """Windows of the training rule cut from nested lists: every shift, a window every F / 2 frames, copied."""
    cut = []
    for shift in range(F):
        for frames in recordings:
            for first in range(shift, len(frames) - F + 1, F // 2):
                cut.append(copy.deepcopy(frames[first : first + F]))
    return cut


def windows(size: str) -> list[dict]:
    """Start indices and one gather against list slicing with deep copies."""
    count, frames, turns = WINDOWS[size]
    taken = random_recordings(count, frames)
    lists = taken.joints.reshape(count, frames, JOINTS, 3).tolist()
    amount = len(product.training(taken, F))

    def gathered() -> np.ndarray:
        return product.gather(taken.joints, product.training(taken, F).start, F)

    forms = [
        bench_race.Form("list slices", lambda: slices_with_copies(lists), amount),
        bench_race.Form("start indices", gathered, amount),
    ]
    rows = [bench_race.Row("windows", "list slices", "start indices", least_ratio=500)]
    return bench_race.race(rows, forms, "sequence", turns, tolerance=0)


def means_and_concatenations(joints: np.ndarray, skeleton: skeletons.Skeleton) -> np.ndarray:
    """Nodes of SCALED, (N, f, nodes, 3): a mean per node, appended to an array that is copied every time."""
    groups = {"parts": skeleton.parts, "bodies": skeleton.bodies, "interpolated": skeletons.edges(skeleton, "joints")}
    scales = []
    for scale, members in groups.items():
        nodes = joints if scale == "interpolated" else joints[:, :, :0]
        for group in members:
            node = joints[:, :, list(group)].mean(axis=2, keepdims=True)
            nodes = np.concatenate([nodes, node], axis=2)
        scales.append(nodes)
    return np.concatenate(scales, axis=2)


def scales(size: str) -> list[dict]:
    """One float32 matrix product, and the model's own form, against per-part means and concatenations; 25 joints.

    The reference is shown in float64, which the originals use throughout, and in float32.
    """
    import tensorflow as tf

    from tfskel.systems.sm_sge import model as sm_sge

    count, turns = SCALES[size]
    skeleton = skeletons.KINECT_V2
    joints = np.random.default_rng(0).normal(size=(count, F, skeleton.num_joints, 3)).astype(np.float32)
    exact = joints.astype(np.float64)
    matrix = np.concatenate([skeletons.scale_matrix(skeleton, scale) for scale in SCALED]).astype(np.float32)
    model = sm_sge.SMSGE(skeleton.name, F, units=8)
    in_graph, tensor = tf.function(model.scales), tf.constant(joints)

    def joined(nodes: dict) -> np.ndarray:
        return np.concatenate([nodes[scale] for scale in SCALED], axis=1).reshape(count, F, -1, 3)

    forms = [
        bench_race.Form("means float64", lambda: means_and_concatenations(exact, skeleton), count),
        bench_race.Form("means float32", lambda: means_and_concatenations(joints, skeleton), count),
        bench_race.Form("matrix", lambda: matrix @ joints, count),
        bench_race.Form("model.scales", lambda: in_graph(tensor), count, joined),
    ]
    rows = [
        bench_race.Row("scales", "means float64", "matrix", least_ratio=20),
        bench_race.Row("scales", "means float32", "matrix"),
        bench_race.Row("scales in the model", "means float64", "model.scales"),
    ]
    return bench_race.race(rows, forms, "sequence", turns, tolerance=1e-6)
