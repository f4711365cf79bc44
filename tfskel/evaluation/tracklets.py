# SPDX-License-Identifier: MIT
"""From frames to tracklets: descriptors of frames from part features, and one item for all frames of a tracklet."""

import numpy as np

from tfskel.evaluation import matrices

POOLINGS = ("max", "mean")
_REDUCTIONS = {"max": (np.maximum, -np.inf), "mean": (np.add, 0.0)}  # and what changes nothing


def frame_descriptors(*features: np.ndarray) -> np.ndarray:
    """Part features of one or more networks as one vector per frame, of length 1.

    Args:
        *features: (N, D, P) float each, P equal: D features of each of P parts.

    Returns:
        (N, P * sum of D) float64, part by part: the features of a part joined, L2-normalised (zeros stay zeros) and
        divided by the root of P.

    Raises:
        ValueError: the arrays disagree in frames or parts, or are not finite.

    Source: uPMnet's evaluation, step 1.
    """
    shapes = [np.shape(values) for values in features]
    if any(len(shape) != 3 or shape[::2] != shapes[0][::2] for shape in shapes):
        raise ValueError(f"part features must be (frames, features, parts), frames and parts equal; received {shapes}.")
    joined = np.concatenate([np.asarray(values, np.float64) for values in features], axis=1)  # (N, D, P)
    joined = np.swapaxes(joined, 1, 2)
    return matrices.finite(_unit(joined).reshape(len(joined), -1) / np.sqrt(joined.shape[1]), "features of the parts")


def numbered(names: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Different values in the order in which they begin.

    Args:
        names: (N,) any.

    Returns:
        (T,) int64, the first place of each; (N,) int64, the number of the value at each place.
    """
    _, first, index = np.unique(names, return_index=True, return_inverse=True)
    begins = np.argsort(first)
    return first[begins], np.argsort(begins)[index.reshape(-1)]


class Pool:
    """One vector for all frames of a tracklet, from frames that come block by block in any order.

    Args:
        recordings: (N,) text, tracklet of each frame; a frame without one ("") counts as a tracklet of its own.
        pooling: "max" or "mean" over the frames, element by element.
        normalised: L2-normalise the result; zeros stay zeros.

    Raises:
        ValueError: another pooling.

    Attributes:
        first: (T,) int64, the first frame of each tracklet, in the order in which they begin.
        number: (N,) int64, the tracklet of each frame.

    Source: uPMnet's evaluation, step 2.
    """

    def __init__(self, recordings: np.ndarray, pooling: str, normalised: bool = True):
        if pooling not in POOLINGS:
            raise ValueError(f"pooling must be one of {', '.join(POOLINGS)}; received {pooling!r}.")
        self.pooling, self.normalised, self.pooled = pooling, normalised, None
        names, index = np.unique(np.asarray(recordings, np.str_), return_inverse=True)
        index = np.where(np.asarray(recordings) == "", len(names) + np.arange(len(recordings)), index.reshape(-1))
        self.first, self.number = numbered(index)

    def add(self, frames: np.ndarray, vectors: np.ndarray) -> None:
        """Takes the vectors (n, D) of the frames at the indices (n,); each frame is to be given once."""
        reduction, nothing = _REDUCTIONS[self.pooling]
        if self.pooled is None:
            self.pooled = np.full((len(self.first), vectors.shape[1]), nothing)  # (T, D) float64
        number = self.number[frames]
        order = np.argsort(number, kind="stable")
        changed, starts = np.unique(number[order], return_index=True)
        block = reduction.reduceat(vectors[order].astype(np.float64), starts)
        self.pooled[changed] = reduction(self.pooled[changed], block)

    def result(self) -> np.ndarray:
        """(T, D) float64, when all frames have been given."""
        pooled = self.pooled / np.bincount(self.number)[:, None] if self.pooling == "mean" else self.pooled
        return _unit(pooled) if self.normalised else pooled


def _unit(vectors: np.ndarray) -> np.ndarray:
    """Divided by their length along the last axis; zeros stay zeros."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)
