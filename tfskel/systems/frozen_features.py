# SPDX-License-Identifier: MIT
"""Features of a frozen encoder, computed once for the whole recognition stage."""

import dataclasses
import itertools
import pathlib
from collections.abc import Callable

import numpy as np

from tfskel.data import split

MEMORY_BYTES = 2 << 30  # larger features go to a file
BATCH = 256


@dataclasses.dataclass(frozen=True)
class Stored:
    """Features of a list of sequences of which many are equal.

    Attributes:
        distinct: (D, P, F) float32, features of each different sequence.
        index: (N,) int64, row of `distinct` for each sequence of the list.
    """

    distinct: np.ndarray
    index: np.ndarray

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, cut: slice) -> np.ndarray:
        """(n, P, F) float32 features of a slice of the list."""
        return np.asarray(self.distinct[self.index[cut]])


class Frozen:
    """Encodes every different sequence once.

    The original program computes the same features again in every step of the recognition stage; nothing they depend
    on changes there.

    Args:
        encode: (N, f, J, 3) float32 root-centred -> (N, P, F) tensor.
        folder: receives features that are larger than two gigabytes.
    """

    def __init__(self, encode: Callable, folder: pathlib.Path):
        self.encode, self.folder = encode, folder
        self.numbers = itertools.count()

    def _storage(self, shape: tuple[int, ...]) -> np.ndarray:
        if 4 * np.prod(shape, dtype=np.int64) <= MEMORY_BYTES:
            return np.empty(shape, np.float32)
        path = self.folder / f"frozen_features.{next(self.numbers)}.npy"
        storage = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
        path.unlink()  # the mapping keeps the space until it is closed, and nothing is left behind
        return storage

    def of(self, data: split.Split, rows: np.ndarray) -> Stored:
        """Features of the sequences at `rows`, in that order."""
        _, first, index = np.unique(data.content[rows], return_index=True, return_inverse=True)
        distinct, storage = rows[first], None
        for begin in range(0, len(distinct), BATCH):
            part = self.encode(data.read(distinct[begin : begin + BATCH])).numpy()
            if storage is None:
                storage = self._storage((len(distinct), *part.shape[1:]))
            storage[begin : begin + len(part)] = part
        return Stored(storage, index)
