# SPDX-License-Identifier: MIT
"""From frames to tracklets: descriptors of frames from part features, and one item for all frames of a tracklet."""

import dataclasses

import numpy as np

from tfskel.evaluation import matrices

POOLINGS = ("max", "mean")
_REDUCTIONS = dict(zip(POOLINGS, (np.maximum, np.add), strict=True))


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


def templates(vectors: np.ndarray, tracklet: np.ndarray, pooling: str) -> np.ndarray:
    """One vector for all frames of a tracklet.

    Args:
        vectors: (N, D) float.
        tracklet: (N,), equal for the frames of one tracklet.
        pooling: "max" or "mean" over the frames, element by element.

    Returns:
        (T, D) float64, L2-normalised (zeros stay zeros), in the order in which the tracklets begin.

    Raises:
        ValueError: another pooling, nothing to pool, or values that are not finite.

    Source: uPMnet's evaluation, step 2.
    """
    return _unit(_reduced(matrices.finite(vectors, "features of frames"), *_numbered(tracklet), pooling))


def pooled(features, pooling: str, normalised: bool = True):
    """Features of tracklets from features of their frames.

    Args:
        features: features.Features of frames; those of one tracklet have the same of `recordings`, and a frame without
            one ("") is an item of its own.
        pooling: "max" or "mean"; "" returns the features as they are.
        normalised: L2-normalise the result, as `templates` does.

    Returns:
        the same kind of object, an item for each tracklet, in the order in which they begin.

    Raises:
        ValueError: as `templates`, or the frames of a tracklet have different identities or cameras.
    """
    if not pooling:
        return features
    first, number = tracklets(features.recordings)
    vectors = _reduced(features.vectors, first, number, pooling)
    columns = {}
    for name in ("identities", "cameras", "recordings"):
        values = getattr(features, name)
        _check_one(name, values, values[first[number]], features.recordings)
        columns[name] = values[first]
    return dataclasses.replace(features, vectors=_unit(vectors) if normalised else vectors, **columns)


def tracklets(recordings: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Tracklets in the order in which they begin.

    Args:
        recordings: (N,) text, tracklet of each frame; "" is none, and each such frame counts as a tracklet.

    Returns:
        (T,) int64 first frame of each; (N,) int64 number of each frame's tracklet.
    """
    names, index = np.unique(recordings, return_inverse=True)
    return _numbered(np.where(recordings == "", len(names) + np.arange(len(recordings)), index.reshape(-1)))


def _numbered(tracklet: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    _, first, index = np.unique(tracklet, return_index=True, return_inverse=True)
    begins = np.argsort(first)
    return first[begins], np.argsort(begins)[index.reshape(-1)]


def _reduced(vectors: np.ndarray, first: np.ndarray, number: np.ndarray, pooling: str) -> np.ndarray:
    """(T, D) float64, largest value or mean over the frames of each tracklet."""
    if pooling not in POOLINGS:
        raise ValueError(f"pooling must be one of {', '.join(POOLINGS)}; received {pooling!r}.")
    frames = np.bincount(number, minlength=len(first))
    together = vectors[np.argsort(number, kind="stable")].astype(np.float64)
    reduced = _REDUCTIONS[pooling].reduceat(together, np.cumsum(frames) - frames)
    return reduced / frames[:, None] if pooling == "mean" else reduced


def _check_one(name: str, values: np.ndarray, of_tracklet: np.ndarray, recordings: np.ndarray) -> None:
    wrong = np.flatnonzero(values != of_tracklet)
    if len(wrong):
        row = wrong[0]
        raise ValueError(
            f"tracklet '{recordings[row]}' has two {name}, '{of_tracklet[row]}' and '{values[row]}'. A tracklet is one "
            "person in front of one camera; give each its own name."
        )


def _unit(vectors: np.ndarray) -> np.ndarray:
    """Divided by their length along the last axis; zeros stay zeros."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)
