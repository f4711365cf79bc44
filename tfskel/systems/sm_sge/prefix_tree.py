# SPDX-License-Identifier: MIT
"""How encoders visit sub-sequences of frames: shared prefixes once, or rows that shrink step by step."""

import dataclasses
from collections.abc import Sequence

import numpy as np


@dataclasses.dataclass(frozen=True)
class Plan:
    """LSTM steps that cover a list of sub-sequences, depth by depth.

    Attributes:
        parents: per depth, position of each node's parent in the depth above.
        frames: per depth, frame index of each node.
        through: per depth and node, the lengths of the sub-sequences that pass through the node.
        sub_sequences: how many sub-sequences the plan covers.
    """

    parents: list[list[int]]
    frames: list[list[int]]
    through: list[list[list[int]]]
    sub_sequences: int

    @property
    def nodes(self) -> int:
        """LSTM steps of one run."""
        return sum(map(len, self.parents))

    def weights(self, row_weight) -> np.ndarray:
        """Share of each node in the mean loss of the sub-sequences: (nodes,) float32.

        Args:
            row_weight: function of a sub-sequence's length; weight of one of its rows.
        """
        shares = [sum(map(row_weight, lengths)) for level in self.through for lengths in level]
        return np.array(shares, np.float32) / np.float32(self.sub_sequences)


def tree(sub_sequences: Sequence[Sequence[int]]) -> Plan:
    """The prefix tree: sub-sequences that begin with the same frames share those nodes."""
    depth = max(map(len, sub_sequences))
    parents, frames, through = ([[] for _ in range(depth)] for _ in range(3))
    places = {}
    for sequence in sub_sequences:
        for step, frame in enumerate(sequence):
            prefix = tuple(sequence[: step + 1])
            if prefix not in places:
                places[prefix] = len(frames[step])
                parents[step].append(places.get(prefix[:-1], 0))
                frames[step].append(frame)
                through[step].append([])
            through[step][places[prefix]].append(len(sequence))
    return Plan(parents, frames, through, len(sub_sequences))


def shrinking_rows(lengths: Sequence[int]) -> Plan:
    """A plan for any sub-sequences of the given lengths, longest first; its frames are filled in per call.

    The rows of step t are the sub-sequences longer than t, so shapes do not depend on what is drawn.

    Raises:
        ValueError: lengths are not in descending order.
    """
    if list(lengths) != sorted(lengths, reverse=True):
        raise ValueError(f"lengths must be in descending order; received {list(lengths)}.")
    active = [[length for length in lengths if length > step] for step in range(lengths[0])]
    parents = [list(range(len(level))) for level in active]
    through = [[[length] for length in level] for level in active]
    return Plan(parents, [[] for _ in active], through, len(lengths))


def columns(sub_sequences: Sequence[Sequence[int]]) -> list[np.ndarray]:
    """Frames of each step for `shrinking_rows`: per step an int32 array, longest sub-sequence first."""
    longest_first = sorted(sub_sequences, key=len, reverse=True)
    return [
        np.array([sequence[step] for sequence in longest_first if len(sequence) > step], np.int32)
        for step in range(len(longest_first[0]))
    ]
