# SPDX-License-Identifier: MIT
"""What the two discriminators are told of real and of generated images: 1 and 0, or numbers near them."""

import numpy as np

from tfskel.systems.st_reidnet import losses

EXCHANGES = 10001  # steps of which one exchanges what a discriminator is told
HARD = np.array([[1, 0], [1, 0]], np.float32)


def told(draws, exchanged) -> np.ndarray:
    """What discriminators are told, of drawn numbers.

    Args:
        draws: (2, 2, 2) float: of each discriminator, of its call on real and on generated images, a real and a fake
            target. A call uses one of them.
        exchanged: (2,) bool: real images are told to be fake, and generated ones real.

    Returns:
        (2, 2) float32, what the first discriminator is told of real and of generated images, then the second.
    """
    told = [[of_call[call ^ exchange] for call, of_call in enumerate(drawn)]
            for drawn, exchange in zip(draws, exchanged, strict=True)]  # fmt: skip
    return np.array(told, np.float32)


def draw(seed: int, step: int) -> np.ndarray:
    """Smooth targets of a step, counted from 0; a function of both arguments."""
    rng = np.random.default_rng([seed, step, EXCHANGES])  # a number that no place in a batch has
    exchanged = rng.integers(EXCHANGES, size=len(HARD)) == 0
    ranges = np.array([losses.SMOOTH_REAL, losses.SMOOTH_FAKE])
    return told(rng.uniform(*ranges.T, size=(len(HARD), 2, 2)), exchanged)
