# SPDX-License-Identifier: MIT
"""What a loaded model is, whatever its form: signatures with named inputs and outputs."""

import abc
from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np

EMBED = "embed"
"""The signature that every exported model has."""


class Input(NamedTuple):
    """An argument of a signature: its shape, None where any length does, and the name of its dtype."""

    shape: tuple[int | None, ...]
    dtype: str


class Runtime(abc.ABC):
    """A loaded model.

    Attributes:
        signatures: their names.
    """

    signatures: Collection[str] = ()

    @abc.abstractmethod
    def inputs(self, signature: str) -> dict[str, Input]:
        """What a signature takes, by name."""

    @abc.abstractmethod
    def outputs(self, signature: str) -> list[str]:
        """Names of what a signature returns, sorted."""

    @abc.abstractmethod
    def run(self, signature: str, given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Outputs of a signature by name; `given` holds all its inputs, with any number of items."""
