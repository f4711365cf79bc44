# SPDX-License-Identifier: MIT
"""Features of many sequences with their identities: extraction with a model, storage."""

import dataclasses
import os
from collections.abc import Callable

import numpy as np

from tfskel import arrays


@dataclasses.dataclass(frozen=True)
class Features:
    """What a model hands to matching and clustering.

    Attributes:
        vectors: (N, D) float32, finite.
        identities, cameras, recordings: (N,) text; "" where unknown.
    """

    vectors: np.ndarray
    identities: np.ndarray
    cameras: np.ndarray
    recordings: np.ndarray

    def __post_init__(self):
        vectors = np.asarray(self.vectors, np.float32)
        if vectors.ndim != 2:
            raise ValueError(f"vectors must be (N, D); received shape {vectors.shape}.")
        good = np.isfinite(vectors).all(axis=1)
        if not good.all():
            raise ValueError(
                f"vectors hold NaN or infinite values in {np.sum(~good)} of {len(vectors)} rows, the "
                f"first is row {np.argmin(good)}; check that sequence's skeletons and the model's weights."
            )
        object.__setattr__(self, "vectors", vectors)
        for name in ("identities", "cameras", "recordings"):
            values = np.asarray(getattr(self, name), dtype=np.str_)
            if values.shape != (len(vectors),):
                raise ValueError(f"{name} must be ({len(vectors)},), one per vector; received {values.shape}.")
            object.__setattr__(self, name, values)

    def __len__(self) -> int:
        return len(self.vectors)

    def part(self, rows: slice | np.ndarray = slice(None), columns: slice = slice(None)) -> "Features":
        """Some rows and some columns of the vectors."""
        return Features(self.vectors[rows, columns], self.identities[rows], self.cameras[rows], self.recordings[rows])

    def save(self, path: str | os.PathLike) -> None:
        """Writes an .npz file under a temporary name and renames it when it is complete."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        arrays.write(path, **fields)


def load(path: str | os.PathLike) -> Features:
    """Reads features stored by `Features.save`.

    Raises:
        FileNotFoundError: no such file.
        ValueError: damaged file, or an array is missing or has the wrong shape (the message says which).
    """
    names = [field.name for field in dataclasses.fields(Features)]
    try:
        return Features(**arrays.read(path, names))
    except ValueError as error:
        if str(path) in str(error):
            raise
        raise ValueError(f"{path}: {error}") from error


def extract(
    embed: Callable, sequences, batch_size: int, progress: Callable[[int, int], None] | None = None
) -> Features:
    """Features of all sequences, in their order.

    Windows that start at the same frame are equal; each is embedded once. Nothing is padded or dropped: the
    last batch is smaller.

    Args:
        embed: root-centred joints (n, f, J, 3) float32 -> features (n, D).
        sequences: data.sequences.Sequences (`take`, `windows.start`, `identity`, `camera`, `recording_of`).
        batch_size: int >= 1.
        progress: called with (embedded so far, all) after each batch.

    Raises:
        ValueError: no sequences, `embed` returned the wrong number of rows, or features that are not finite.
    """
    if not len(sequences) or batch_size < 1:
        raise ValueError(
            f"Features need at least one sequence and a batch of one; received {len(sequences)} sequences "
            f"and batch_size={batch_size}."
        )
    _, first, copy_of = np.unique(sequences.windows.start, return_index=True, return_inverse=True)
    parts = []
    for begin in range(0, len(first), batch_size):
        index = first[begin : begin + batch_size]
        part = np.asarray(embed(sequences.take(index)), np.float32)
        if part.ndim != 2 or len(part) != len(index):
            raise ValueError(f"embed must return ({len(index)}, D) for as many sequences; received {part.shape}.")
        parts.append(part)
        if progress is not None:
            progress(begin + len(index), len(first))
    vectors = np.concatenate(parts)[copy_of.reshape(-1)]
    return Features(vectors, sequences.identity, sequences.camera, sequences.recording_of)
