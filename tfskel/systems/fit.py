# SPDX-License-Identifier: MIT
"""What one fit of a system sees: items to learn from, and items that its epochs are validated on."""

import dataclasses
import pathlib
import tempfile
from collections.abc import Mapping

from tfskel.data import split
from tfskel.evaluation import protocols


@dataclasses.dataclass(frozen=True)
class Fit:
    """Splits of one fit, and where it works.

    Attributes:
        train: items to learn from; their `classes` are the identities of the recognition network.
        probe, gallery: items whose retrieval is scored after an epoch.
        validation: "probe" when those are the protocol's own splits, "held_out" when they are identities kept out of
            train.
        protocol: how the retrieval is scored.
        chosen: phase -> epoch that another fit, on held-out identities, chose.
        folder: for features that do not fit into memory.
    """

    train: split.Split
    probe: split.Split
    gallery: split.Split
    validation: str = "probe"
    protocol: protocols.Protocol = protocols.STANDARD
    chosen: Mapping[str, int] = dataclasses.field(default_factory=dict)
    folder: pathlib.Path = pathlib.Path(tempfile.gettempdir())

    @property
    def closed_set(self) -> bool:
        """Whether the probe's identities are classes of the recognition network."""
        return self.validation == "probe"
