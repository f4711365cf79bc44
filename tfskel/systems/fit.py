# SPDX-License-Identifier: MIT
"""What one fit of a system sees: sequences to learn from, and sequences to judge its epochs by."""

import dataclasses

from tfskel.data import skeleton_split as sequences
from tfskel.evaluation import protocols


@dataclasses.dataclass(frozen=True)
class FitData:
    """Sequences of one fit.

    Attributes:
        train: sequences to learn from; their `classes` are the identities of the recognition network.
        probe, gallery: sequences whose retrieval is scored after an epoch.
        judge: "probe" when those are the protocol's own splits, "held_out" when they are identities kept out of train.
        protocol: how the retrieval is scored.
    """

    train: sequences.Sequences
    probe: sequences.Sequences
    gallery: sequences.Sequences
    judge: str
    protocol: protocols.Protocol = protocols.STANDARD

    @property
    def closed_set(self) -> bool:
        """Whether the probe's identities are classes of the recognition network."""
        return self.judge == "probe"
