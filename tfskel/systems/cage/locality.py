# SPDX-License-Identifier: MIT
"""Locality-aware attention: alignments are drawn towards the mirrored frame and its neighbours."""

import numpy as np
from keras import ops


def target(length: int) -> np.ndarray:
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


def loss(alignments):
    """Half the sum of squares of what lies outside the target.

    Args:
        alignments: (S, N, f, f) float32, see `luong_decoder.Decoded`.

    Returns:
        (S,) float32.
    """
    outside = 1.0 - target(alignments.shape[-1])
    return 0.5 * ops.sum(ops.square(alignments * outside), axis=(1, 2, 3))
