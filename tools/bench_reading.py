# SPDX-License-Identifier: MIT
"""Benchmark of reading: batches of sequences from stored windows, from stored recordings, from memory."""

import pathlib
import tempfile

import bench_data
import bench_race
import numpy as np
import tensorflow_datasets as tfds

from datasets_tfds import skeleton_builder
from tfskel.data import recordings as recording_sets
from tfskel.data import skeleton_split as product
from tfskel.data import windows

F, BATCH, ROOT = 6, 256, 0
# size -> recordings, frames of each, batches of stored windows, passes over them, turns
SIZES = {"tiny": (8, 100, 1, 1, 1), "default": (1000, 300, 12, 4, 3), "full": (4000, 300, 40, 4, 5)}


class Stored(skeleton_builder.SkeletonBuilder):
    """Given examples as a data set like any other."""

    SKELETON = "kinect_v1"
    pkg_dir_path = pathlib.Path(__file__).parent  # TFDS finds it only for modules of packages
    examples: list[dict] = []

    def recordings(self, manual_dir):
        """One split with all of them."""
        return {"train": self.examples}


def store(folder: pathlib.Path, name: str, joints: list[np.ndarray]) -> tfds.core.DatasetBuilder:
    """A prepared data set with one example per (T, 20, 3) array."""
    builder = Stored(data_dir=folder / name)
    builder.examples = [
        {"joints": values, "identity": str(i % 10), "recording": f"take{i}"} for i, values in enumerate(joints)
    ]
    builder.download_and_prepare()
    return builder


def one_in_three(recordings: recording_sets.Recordings, seed: int = 0) -> product.Sequences:
    """Sequences at every third frame, none twice, in random order."""
    every = windows.every(recordings, F)
    offset = every.start - recordings.start[every.recording]
    chosen = np.random.default_rng(seed).permutation(np.flatnonzero(offset % (F // 2) == 0))
    chosen = windows.Windows(every.start[chosen], every.recording[chosen], F)
    return product.Sequences(recordings, chosen, ROOT, recording_sets.sorted_identities(recordings.identity))


def take_all(sequences: product.Sequences) -> list[np.ndarray]:
    """All batches, centred; keeps the first sequence of each."""
    firsts = []
    for begin in range(0, len(sequences), BATCH):
        firsts.append(sequences.take(slice(begin, begin + BATCH))[0].copy())
    return firsts


def reading(size: str) -> list[dict]:
    """Sequences of 6 x 20 x 3 per CPU second, opening of the data set included on our side."""
    count, frames, batches, passes, turns = SIZES[size]
    memory = bench_data.random_recordings(count, frames)
    wanted = one_in_three(memory)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        cut = store(folder, "windows", list(wanted.raw(slice(0, batches * BATCH))))
        whole = store(folder, "recordings", np.split(memory.joints, memory.start[1:])).data_path
        only = {"decoders": tfds.decode.PartialDecoding({"joints": True}), "shuffle_files": False}
        only["read_config"] = tfds.ReadConfig(try_autocache=False)  # a small data set would be read once and kept
        stored = cut.as_dataset(split="train", **only).map(lambda one: one["joints"]).batch(BATCH).repeat(passes)

        def one_window_per_record() -> list[np.ndarray]:
            return [windows.centre(batch, ROOT)[0] for batch in tfds.as_numpy(stored)]

        def from_recordings() -> list[np.ndarray]:
            return take_all(one_in_three(recording_sets.load(whole, "train")))

        def shared(firsts: list[np.ndarray]) -> np.ndarray:
            return np.stack(firsts[: min(batches, len(wanted) // BATCH)])

        forms = [
            bench_race.Form(
                "window records", one_window_per_record, cut.info.splits.total_num_examples * passes, shared
            ),
            bench_race.Form("recording records", from_recordings, len(wanted), shared),
            bench_race.Form("recordings in memory", lambda: take_all(wanted), len(wanted), shared),
        ]
        rows = [
            bench_race.Row("reading TFDS", "window records", "recording records", least_rate=100_000),
            bench_race.Row("reading memory", "window records", "recordings in memory", least_rate=100_000),
        ]
        return bench_race.race(rows, forms, "sequence", turns, tolerance=0)
