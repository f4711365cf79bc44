# SPDX-License-Identifier: MIT
"""Sequences of skeletons as a split: recordings plus window starts."""

import dataclasses
import functools

import numpy as np

from tfskel.data import recordings as recording_sets
from tfskel.data import split, windows

RULES = ("training", "testing")
BASELINE = "Euclidean distance of root-centred sequences"
DISTANCES = "mean distances between joints"
_BLOCK = 4096


@dataclasses.dataclass
class SkeletonSplit(split.Split):
    """Sequences of one split; they are cut when read, and nothing cut is kept.

    Attributes:
        recordings: the recordings of the split.
        windows: where the sequences begin.
        root: joint every frame is centred on when read; None leaves the joints as captured.
        classes: identities in the order of the labels.
        origin: joint every frame is centred on in pictures and for features without learning.
    """

    STANDARDISED = {DISTANCES: f"{DISTANCES}, z-scored by train"}

    recordings: recording_sets.Recordings
    windows: windows.Windows
    root: int | None
    classes: list[str]
    origin: int = 0

    def __len__(self) -> int:
        return len(self.windows)

    def read(self, rows: np.ndarray | slice | int) -> np.ndarray:
        """Sequences for a model, centred where there is a root: (n, f, J, 3) float32, metres."""
        raw = self.raw(rows)
        placed = raw if self.root is None else windows.centre(raw, self.root)
        return placed.astype(np.float32, copy=False)

    def raw(self, rows: np.ndarray | slice | int) -> np.ndarray:
        """Sequences as captured: (n, f, J, 3) in the dtype of the recordings, metres, not centred."""
        start = np.atleast_1d(self.windows.start[rows])
        return windows.gather(self.recordings.joints, start, self.windows.length)

    def picture(self, rows: np.ndarray | slice) -> np.ndarray:
        """Root-centred sequences: (n, f, J, 3) float32, metres."""
        return windows.centre(self.read(rows), self.origin)

    def baselines(self, rows: np.ndarray | slice) -> dict[str, np.ndarray]:
        """Root-centred joints (n, f * J * 3), whatever the recipe feeds its network, and mean distances (n, pairs)."""
        joints = self.picture(rows)
        return {BASELINE: joints.reshape(len(joints), -1), DISTANCES: _mean_distances(joints)}

    def subset(self, rows: np.ndarray) -> "SkeletonSplit":
        """As Split."""
        chosen = windows.Windows(self.windows.start[rows], self.windows.recording[rows], self.windows.length)
        return dataclasses.replace(self, windows=chosen)

    def apart(self) -> "SkeletonSplit":
        """The sequences of the same recordings that do not overlap, whichever of them are here."""
        return dataclasses.replace(self, windows=windows.testing(self.recordings, self.windows.length))

    def dense(self) -> "SkeletonSplit":
        """The sequences that begin at every frame of the same recordings, whichever of them are here."""
        return dataclasses.replace(self, windows=windows.every(self.recordings, self.windows.length))

    @property
    def content(self) -> np.ndarray:
        """(N,) int64, the frame that each sequence begins with."""
        return self.windows.start

    @functools.cached_property
    def identity(self) -> np.ndarray:
        """(N,) text."""
        return self.recordings.identity[self.windows.recording]

    @functools.cached_property
    def camera(self) -> np.ndarray:
        """(N,) text; sets by view store the view here."""
        return self.recordings.camera[self.windows.recording]

    @functools.cached_property
    def view(self) -> np.ndarray:
        """(N,) text, unknown."""
        return np.full(len(self), "")

    @functools.cached_property
    def recording(self) -> np.ndarray:
        """(N,) text."""
        return self.recordings.recording[self.windows.recording]


def _mean_distances(joints: np.ndarray) -> np.ndarray:
    """(n, f, J, 3) -> (n, J (J - 1) / 2) float32: distance of every pair of joints i < j, mean over the frames."""
    first, second = np.triu_indices(joints.shape[2], 1)
    distances = np.zeros((len(joints), len(first)), np.float32)
    for frame in range(joints.shape[1]):
        distances += np.linalg.norm(joints[:, frame, first] - joints[:, frame, second], axis=-1)
    return distances / joints.shape[1]


def build(
    recordings: recording_sets.Recordings,
    *,
    f: int,
    rule: str = "training",
    root: int | None = 0,
    classes: list[str] | None = None,
    order: str = "recording",
    origin: int = 0,
) -> SkeletonSplit:
    """Cuts recordings into sequences.

    Args:
        recordings: recordings of one split.
        f: frames per sequence.
        rule: "training" (`windows.training`) or "testing" (`windows.testing`).
        root: joint to centre on; None for no centring.
        classes: identities in label order; None takes the sorted identities of these recordings.
        order: order of the testing windows, see `windows.testing`.
        origin: see SkeletonSplit.

    Raises:
        ValueError: unknown rule, order or root, f too small or larger than every recording.
    """
    if rule not in RULES:
        raise ValueError(f"Unknown rule {rule!r} for sequences; known: {', '.join(RULES)}.")
    if rule == "training" and order != "recording":
        raise ValueError(f"The training rule has one order, 'recording'; received {order!r}.")
    num_joints = recordings.joints.shape[1]
    if root is not None and not 0 <= root < num_joints:
        raise ValueError(f"root must be a joint 0 .. {num_joints - 1} or None; received {root}.")
    if classes is None:
        classes = recording_sets.sorted_identities(recordings.identity)
    cut = windows.training(recordings, f) if rule == "training" else windows.testing(recordings, f, order)
    return SkeletonSplit(recordings, cut, root, list(classes), origin)


def duplicates_between(a: SkeletonSplit, b: SkeletonSplit) -> list[tuple[int, int]]:
    """Sequences of `a` that also occur in `b`, equal in every byte as captured.

    Returns:
        One (i, j) per sequence i of `a` that has an equal in `b`; j is the first such.

    Raises:
        ValueError: number of joints, frames per sequence or dtype differ.
    """
    a_kind, b_kind = (
        (x.windows.length, *x.recordings.joints.shape[1:], str(x.recordings.joints.dtype)) for x in (a, b)
    )
    if a_kind != b_kind:
        raise ValueError(f"Sequences of different kinds are never equal; received {a_kind} and {b_kind}.")
    keys, first = np.unique(_hashes(b), return_index=True)
    wanted = _hashes(a)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    pairs = [(int(i), int(first[place[i]])) for i in np.flatnonzero(keys[place] == wanted)]
    return [(i, j) for i, j in pairs if a.raw(i).tobytes() == b.raw(j).tobytes()]


def _hashes(sequences: SkeletonSplit) -> np.ndarray:
    """(N,) uint64: a random linear form of the bytes of each sequence, blockwise to bound the memory."""
    blocks = (sequences.raw(slice(i, i + _BLOCK)) for i in range(0, len(sequences), _BLOCK))
    rows = (block.reshape(len(block), -1).view(np.uint32) for block in blocks)
    width = sequences.raw(0).nbytes // 4
    factors = np.random.default_rng(0).integers(1, 2**63, width, np.uint64)
    return np.concatenate([row.astype(np.uint64) @ factors for row in rows])
