# SPDX-License-Identifier: MIT
"""Which setting of a person becomes gallery, probe and training part: drawn at random, as in the original program."""

import numpy as np

from datasets_tfds.ks20 import grouping


def draw(seed: int) -> dict[str, list[int]]:
    """Draws for the 20 identities in order, by a RandomState: [gallery, probe], positions in `grouping.SETTINGS`."""
    rng = np.random.RandomState(seed)
    settings = len(grouping.SETTINGS)
    return {str(i): rng.choice(settings, 2, replace=False).tolist() for i in range(len(grouping.BODIES))}


def check(draws: dict[str, list[int]]) -> dict[str, list[int]]:
    """Draws that the user gives, checked; ValueError where a row is not two different numbers 0, 1, 2."""
    for identity, picked in draws.items():
        if len(picked) != 2 or len(set(picked)) != 2 or not set(picked) <= set(range(len(grouping.SETTINGS))):
            raise ValueError(
                f"ks20: option draws, identity {identity}: [gallery, probe], two different numbers out of 0, 1, 2 (for "
                f"{', '.join(grouping.SETTINGS)}), are expected; received {picked}."
            )
    return {str(identity): list(picked) for identity, picked in draws.items()}


def split(filed: str, picked: list[int]) -> str:
    """Split of a recording filed under a setting: gallery, probe, or train for the setting not drawn."""
    position = grouping.SETTINGS.index(filed)
    return ("gallery", "probe")[picked.index(position)] if position in picked else "train"
