# SPDX-License-Identifier: MIT
"""Losses of CAGE beside the reconstruction: alignments near the mirrored frame, contrast of neighbouring sequences."""

import math

import numpy as np
from keras import ops


def locality_target(length: int) -> np.ndarray:
    """How much a decoder step should look at each frame.

    Args:
        length: frames per sequence f, at least 1.

    Returns:
        (f, f) float32 in (0, 1], decoder steps in rows, frames in columns: a Gaussian of deviation f / 2 around frame
        f - 1 - t, where it is 1.

    Source: Rao et al., CAGE, T-PAMI 2021; original program, which uses the mirrored frame for every pretext task.
    """
    steps = np.arange(length)
    distance = steps[None] - (length - 1 - steps[:, None])
    return np.exp(-2.0 * np.square(distance / length)).astype(np.float32)


def locality(alignments):
    """Locality-aware attention: half the sum of squares of what lies outside the target.

    Args:
        alignments: (S, N, f, f) float32, see `luong_decoder.Decoded`.

    Returns:
        (S,) float32.
    """
    outside = 1.0 - locality_target(alignments.shape[-1])
    return 0.5 * ops.sum(ops.square(alignments * outside), axis=(1, 2, 3))


def contrast(projections, temperature):
    """Normalised temperature-scaled cross-entropy in which sequences i and i + 1 of the batch are a positive pair.

    The original lists the vectors 2 .. N and then 1 .. N - 1, so that all but the outer two stand there twice and a
    vector's own copy is one of its negatives. Here every different product is computed once and weighted by how often
    it occurs; the value is the same.

    Args:
        projections: (S, N, D) float32, N at least 2, no vector zero (that gives NaN, as in the original).
        temperature: float above 0.

    Returns:
        (S,) float32, mean over the 2 (N - 1) rows.

    Raises:
        ValueError: N is known and below 2.

    Source: Rao et al., CAGE, T-PAMI 2021, inter-sequence contrast; original program.
    """
    if projections.shape[1] is not None and projections.shape[1] < 2:
        raise ValueError(f"a contrast needs at least 2 sequences in a batch; received {projections.shape[1]}.")
    count = ops.shape(projections)[1]
    directions = projections / ops.sqrt(ops.sum(ops.square(projections), axis=-1, keepdims=True))
    similarity = ops.matmul(directions, ops.transpose(directions, (0, 2, 1))) / temperature  # (S, N, N)
    place = ops.arange(count)
    outer = ops.logical_or(place == 0, place == count - 1)
    times = ops.where(outer, 0.0, math.log(2.0))  # log of how often a vector stands in the list
    own = ops.where(outer, -np.inf, 0.0)  # and how often beside itself
    weights = ops.where(place[:, None] == place[None], own[:, None], times[None])  # (N, N)
    spread = ops.logsumexp(similarity + weights, axis=-1)  # (S, N)
    positive = ops.sum(directions[:, 1:] * directions[:, :-1], axis=-1) / temperature  # (S, N - 1)
    pairs = spread[:, 1:] + spread[:, :-1] - 2.0 * positive
    return ops.mean(pairs, axis=-1) / 2.0
