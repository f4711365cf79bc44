# SPDX-License-Identifier: MIT
"""Random numbers: an independent stream for every purpose, so that a larger set contains the smaller one."""

import numpy as np

PURPOSES = ("look", "camera", "background", "tracklet", "walk", "choreography", "dancer", "picture")
_FIRST = 100  # the walking simulator, whose bodies are used with the same seed, has the numbers below


def stream(seed: int, purpose: str, *key: int) -> np.random.Generator:
    """Random generator of one purpose.

    Args:
        seed: int. Seed of the data set.
        purpose: str. A row of PURPOSES.
        key: ints. Whose stream it is, for example person, camera and frame.
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_FIRST + PURPOSES.index(purpose), *key)))
