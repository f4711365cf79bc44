# SPDX-License-Identifier: MIT
"""Forms of cutting, scaling and reading sequences that tools/bench.py measures against each other, and their targets.

Each function takes a size, and returns the rows of its race.
"""

import copy
import pathlib
import tempfile

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds

from datasets_tfds import skeleton_builder
from tests.tools import race
from tfskel import skeletons
from tfskel.data import recordings as recording_sets
from tfskel.data import skeleton_split
from tfskel.data import windows as cuts
from tfskel.systems.sm_sge import model as sm_sge

F, JOINTS, ROOT, BATCH = 6, 20, 0, 256
SCALED = ("parts", "bodies", "interpolated")
# size -> recordings, frames of each, turns
WINDOWS = {"tiny": (2, 20, 1), "default": (20, 300, 5), "full": (100, 300, 5)}
# size -> sequences, turns
SCALES = {"tiny": (16, 1), "default": (10_000, 5), "full": (100_000, 5)}
# size -> recordings, frames of each, batches of stored windows, passes over them, turns
READING = {"tiny": (8, 100, 1, 1, 1), "default": (1000, 300, 12, 4, 3), "full": (4000, 300, 40, 4, 5)}


def random_recordings(count: int, frames: int) -> recording_sets.Recordings:
    """Recordings of ten persons with random joints, (frames, 20, 3) float32 each."""
    joints = np.random.default_rng(0).normal(size=(count, frames, JOINTS, 3)).astype(np.float32)
    return recording_sets.Recordings.from_list(examples(joints))


def examples(recordings) -> list[dict]:
    """Example dicts as builders give them."""
    return [{"joints": joints, "identity": str(i % 10), "recording": f"take{i}"} for i, joints in enumerate(recordings)]


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
    recorded = random_recordings(count, frames)
    lists = recorded.joints.reshape(count, frames, JOINTS, 3).tolist()
    amount = len(cuts.training(recorded, F))

    def gathered() -> np.ndarray:
        return cuts.gather(recorded.joints, cuts.training(recorded, F).start, F)

    forms = [
        race.Form("list slices", lambda: slices_with_copies(lists), amount),
        race.Form("start indices", gathered, amount),
    ]
    rows = [race.Row("windows", "list slices", "start indices", least_ratio=500)]
    return race.race(rows, forms, "sequence", turns, tolerance=0)


def means_and_concatenations(joints: np.ndarray, skeleton: skeletons.Skeleton) -> np.ndarray:
    """Nodes of SCALED, (N, f, nodes, 3): a mean per node, appended to an array that is copied every time."""
    groups = {"parts": skeleton.parts, "bodies": skeleton.bodies, "interpolated": skeletons.edges(skeleton, "joints")}
    nodes_by_scale = []
    for scale, members in groups.items():
        nodes = joints if scale == "interpolated" else joints[:, :, :0]
        for group in members:
            node = joints[:, :, list(group)].mean(axis=2, keepdims=True)
            nodes = np.concatenate([nodes, node], axis=2)
        nodes_by_scale.append(nodes)
    return np.concatenate(nodes_by_scale, axis=2)


def scales(size: str) -> list[dict]:
    """The model's matrix products in float32 against per-part means and concatenations; 25 joints.

    The reference is shown in float64, which the originals use throughout, and in float32.
    """
    count, turns = SCALES[size]
    skeleton = skeletons.KINECT_V2
    joints = np.random.default_rng(0).normal(size=(count, F, skeleton.num_joints, 3)).astype(np.float32)
    exact, tensor = joints.astype(np.float64), tf.constant(joints)
    in_graph = tf.function(sm_sge.SMSGE(skeleton.name, F, units=8).scales)

    def joined(nodes: dict) -> np.ndarray:
        return np.concatenate([nodes[scale] for scale in SCALED], axis=1).reshape(count, F, -1, 3)

    forms = [
        race.Form("means float64", lambda: means_and_concatenations(exact, skeleton), count),
        race.Form("means float32", lambda: means_and_concatenations(joints, skeleton), count),
        race.Form("matrices", lambda: in_graph(tensor), count, joined),
    ]
    rows = [
        race.Row("scales", "means float64", "matrices", least_ratio=20),
        race.Row("scales", "means float32", "matrices"),
    ]
    return race.race(rows, forms, "sequence", turns, tolerance=1e-6)


class Stored(skeleton_builder.SkeletonBuilder):
    """Given arrays (T, 20, 3) as a data set like any other, one example each."""

    SKELETON = "kinect_v1"
    pkg_dir_path = pathlib.Path(__file__).parent  # TFDS finds it only for modules of packages

    def __init__(self, folder: pathlib.Path, joints):
        super().__init__(data_dir=folder)
        self.joints = joints
        self.download_and_prepare()

    def recordings(self, manual_dir):
        """One split with all of them."""
        return {"train": examples(self.joints)}


def one_in_three(recordings: recording_sets.Recordings) -> skeleton_split.SkeletonSplit:
    """Sequences at every third frame, none twice, in random order."""
    every = cuts.every(recordings, F)
    offset = every.start - recordings.start[every.recording]
    chosen = np.random.default_rng(0).permutation(np.flatnonzero(offset % (F // 2) == 0))
    chosen = cuts.Windows(every.start[chosen], every.recording[chosen], F)
    return skeleton_split.SkeletonSplit(recordings, chosen, ROOT, recording_sets.sorted_identities(recordings.identity))


def first_of_batches(sequences: skeleton_split.SkeletonSplit) -> list[np.ndarray]:
    """Takes all batches, centred; keeps the first sequence of each."""
    return [sequences.read(slice(begin, begin + BATCH))[0].copy() for begin in range(0, len(sequences), BATCH)]


def reading(size: str) -> list[dict]:
    """Sequences of 6 x 20 x 3 from stored windows, stored recordings (opened each time) and memory."""
    count, frames, batches, passes, turns = READING[size]
    memory = random_recordings(count, frames)
    wanted = one_in_three(memory)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        cut = Stored(folder / "windows", wanted.raw(slice(0, batches * BATCH)))
        whole = Stored(folder / "recordings", np.split(memory.joints, memory.start[1:])).data_path
        only = {"decoders": tfds.decode.PartialDecoding({"joints": True}), "shuffle_files": False}
        only["read_config"] = tfds.ReadConfig(try_autocache=False)  # a small data set would be read once and kept
        stored = cut.as_dataset(split="train", **only).map(lambda row: row["joints"]).batch(BATCH).repeat(passes)

        def one_window_per_record() -> list[np.ndarray]:
            return [cuts.centre(batch, ROOT)[0] for batch in tfds.as_numpy(stored)]

        def from_recordings() -> list[np.ndarray]:
            return first_of_batches(one_in_three(recording_sets.load(whole, "train")))

        def shared(firsts: list[np.ndarray]) -> np.ndarray:
            return np.stack(firsts[: min(batches, len(wanted) // BATCH)])

        amount = cut.info.splits.total_num_examples * passes
        forms = [
            race.Form("window records", one_window_per_record, amount, shared),
            race.Form("recording records", from_recordings, len(wanted), shared),
            race.Form("recordings in memory", lambda: first_of_batches(wanted), len(wanted), shared),
        ]
        rows = [
            race.Row("reading TFDS", "window records", "recording records", least_rate=100_000),
            race.Row("reading memory", "window records", "recordings in memory", least_rate=100_000),
        ]
        return race.race(rows, forms, "sequence", turns, tolerance=0)
