# SPDX-License-Identifier: MIT
"""Features of many sequences with their identities: extraction with a model, storage."""

import dataclasses
import os
from collections.abc import Callable, Collection, Mapping

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
    of_rows: Callable[[np.ndarray], Mapping[str, np.ndarray]],
    split,
    batch_size: int,
    names: Collection[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Features]:
    """Features of all items of a split, in their order, every representation in one pass.

    Equal items are embedded once. Nothing is padded or dropped: the last batch is smaller.

    Args:
        of_rows: rows (n,) of the split -> representation -> (n, D).
        split: data.split.Split.
        batch_size: int >= 1.
        names: representations to keep; empty for all.
        progress: called with (embedded so far, all) after each batch.

    Returns:
        representation -> Features.

    Raises:
        ValueError: no items, the wrong number of rows, or features that are not finite.
    """
    if not len(split) or batch_size < 1:
        raise ValueError(
            f"Features need at least one sequence and a batch of one; received {len(split)} sequences "
            f"and batch_size={batch_size}."
        )
    _, first, copy_of = np.unique(split.content, return_index=True, return_inverse=True)
    batches: dict[str, list[np.ndarray]] = {}
    for begin in range(0, len(first), batch_size):
        rows = first[begin : begin + batch_size]
        for name, vectors in of_rows(rows).items():
            if not names or name in names:
                batches.setdefault(name, []).append(_checked(name, vectors, len(rows)))
        if progress is not None:
            progress(begin + len(rows), len(first))
    columns = (split.identity, split.camera, split.recording)
    return {name: Features(np.concatenate(rows)[copy_of.reshape(-1)], *columns) for name, rows in batches.items()}


def _checked(name: str, vectors, rows: int) -> np.ndarray:
    vectors = np.asarray(vectors, np.float32)
    if vectors.ndim != 2 or len(vectors) != rows:
        raise ValueError(f"representation {name!r} must be ({rows}, D) for {rows} items; received {vectors.shape}.")
    return vectors
