# SPDX-License-Identifier: MIT
"""A tree of joints that moves, and where its joints are."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Motion:
    """T frames of J joints, parents before their children, in the units of the file.

    Attributes:
        names: J names.
        parents: J joint numbers; -1 where a tree begins.
        translations: (T, J, 3) float64, from the parent, along the parent's axes.
        turns: (T, J, 3, 3) float64, matrices that turn a joint's axes into its parent's.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    translations: np.ndarray
    turns: np.ndarray


def positions(motion: Motion) -> np.ndarray:
    """Where the joints are, (T, J, 3) float64, in file units and the axes in which the tree stands."""
    places, turns = motion.translations.copy(), motion.turns.copy()
    for joint, parent in enumerate(motion.parents):
        if parent >= 0:
            moved = turns[:, parent] @ motion.translations[:, joint, :, None]  # (T, 3, 1)
            places[:, joint] = places[:, parent] + moved[..., 0]
            turns[:, joint] = turns[:, parent] @ motion.turns[:, joint]
    return places
