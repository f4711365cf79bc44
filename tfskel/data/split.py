# SPDX-License-Identifier: MIT
"""The contract between data and everything above it: one split of a protocol, read on demand."""

import abc
import functools
from collections.abc import Mapping

import numpy as np


class Split(abc.ABC):
    """N items of one split: sequences of skeletons, images, or frames of tracklets.

    What stands above the data (systems, training, features, components) knows nothing else of it. Rows are read when
    they are asked for; nobody may assume that a split fits into memory. `rows` are indices or a slice.

    Attributes:
        STANDARDISED: name of a baseline -> what it is called after division by the deviations of train, a row too.
        classes: identities in the order of the labels.
    """

    STANDARDISED: Mapping[str, str] = {}
    classes: list[str]

    @abc.abstractmethod
    def __len__(self) -> int:
        """N."""

    @abc.abstractmethod
    def read(self, rows: np.ndarray | slice) -> np.ndarray:
        """What a model is fed: (n, ...) float32, placed and sized as the recipe says."""

    @abc.abstractmethod
    def raw(self, rows: np.ndarray | slice) -> np.ndarray:
        """What an exported model takes for the same items: (n, ...), as captured."""

    @abc.abstractmethod
    def picture(self, rows: np.ndarray | slice) -> np.ndarray:
        """What the report draws of the items: (n, ...)."""

    @abc.abstractmethod
    def baselines(self, rows: np.ndarray | slice) -> dict[str, np.ndarray]:
        """Features that need no learning: what they are -> (n, D)."""

    @abc.abstractmethod
    def subset(self, rows: np.ndarray) -> "Split":
        """The items at `rows`, in that order."""

    @property
    @abc.abstractmethod
    def content(self) -> np.ndarray:
        """(N,) int64; items with equal numbers are equal, and are embedded once."""

    @property
    @abc.abstractmethod
    def identity(self) -> np.ndarray:
        """(N,) text, who it is."""

    @property
    @abc.abstractmethod
    def camera(self) -> np.ndarray:
        """(N,) text, the device; "" where unknown."""

    @property
    @abc.abstractmethod
    def view(self) -> np.ndarray:
        """(N,) text, the angle; "" where unknown."""

    @property
    @abc.abstractmethod
    def recording(self) -> np.ndarray:
        """(N,) text, the recording or tracklet that the item belongs to."""

    @functools.cached_property
    def labels(self) -> np.ndarray:
        """(N,) int64, index into `classes`; -1 where the identity is none of them."""
        names, place = np.unique(self.identity, return_inverse=True)
        index = {identity: label for label, identity in enumerate(self.classes)}
        return np.array([index.get(str(name), -1) for name in names], np.int64)[place.reshape(-1)]

    def apart(self) -> "Split":
        """Items that share nothing, those of a recording in the order of time: images as they are."""
        return self

    def distinct(self) -> "Split":
        """Each different item once, in the order of its first occurrence."""
        return self.subset(np.sort(np.unique(self.content, return_index=True)[1]))
