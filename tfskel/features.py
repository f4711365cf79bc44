# SPDX-License-Identifier: MIT
"""Features of many items with their identities: extraction with a model, storage."""

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
                f"first is row {np.argmin(good)}; check that item and the model's weights."
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
    pool: Callable | None = None,
) -> dict[str, Features]:
    """Features of all items of a split, in their order, every representation in one pass.

    Equal items are embedded once. Nothing is padded or dropped: the last batch is smaller. Frames that are pooled to
    tracklets are never held together.

    Args:
        of_rows: rows (n,) of the split -> representation -> (n, D).
        split: data.split.Split.
        batch_size: int >= 1.
        names: representations to keep; empty for all.
        progress: called with (embedded so far, all) after each batch.
        pool: split.recording -> evaluation.tracklets.Pool; the features are then of tracklets. None, or a function that
            returns None, leaves items as they are.

    Returns:
        representation -> Features.

    Raises:
        ValueError: no items, the wrong number of rows, features that are not finite, or frames of one tracklet with
            different identities or cameras.
    """
    if not len(split) or batch_size < 1:
        raise ValueError(
            f"Features need at least one item and a batch of one; received {len(split)} items "
            f"and batch_size={batch_size}."
        )
    _, first, copy_of = np.unique(split.content, return_index=True, return_inverse=True)
    copy_of = copy_of.reshape(-1)
    by_content = np.argsort(copy_of, kind="stable")
    ends = np.cumsum(np.bincount(copy_of))
    stores: dict[str, _Rows] = {}
    for begin in range(0, len(first), batch_size):
        rows = first[begin : begin + batch_size]
        frames = by_content[ends[begin - 1] if begin else 0 : ends[begin + len(rows) - 1]]
        for name, vectors in of_rows(rows).items():
            if not names or name in names:
                vectors = _checked(name, vectors, len(rows))
                store = stores.setdefault(name, (pool and pool(split.recording)) or _Rows(len(split)))
                store.add(frames, vectors[copy_of[frames] - begin])
        if progress is not None:
            progress(begin + len(rows), len(first))
    return {name: Features(store.result(), *_columns(split, store)) for name, store in stores.items()}


class _Rows:
    """A vector for each item."""

    def __init__(self, count: int):
        self.first = self.number = np.arange(count)
        self.vectors = None

    def add(self, items: np.ndarray, vectors: np.ndarray) -> None:
        if self.vectors is None:
            self.vectors = np.empty((len(self.first), vectors.shape[1]), np.float32)
        self.vectors[items] = vectors

    def result(self) -> np.ndarray:
        return self.vectors


def _columns(split, store) -> list[np.ndarray]:
    """Identity, camera and recording of each vector that a store holds."""
    columns = {"identities": split.identity, "cameras": split.camera, "recordings": split.recording}
    for name, values in columns.items():
        of_item = values[store.first][store.number]
        wrong = np.flatnonzero(values != of_item)
        if len(wrong):
            raise ValueError(
                f"tracklet '{split.recording[wrong[0]]}' has two {name}, '{of_item[wrong[0]]}' and "
                f"'{values[wrong[0]]}'. A tracklet is one person in front of one camera; give each its own name."
            )
    return [values[store.first] for values in columns.values()]


def _checked(name: str, vectors, rows: int) -> np.ndarray:
    vectors = np.asarray(vectors, np.float32)
    if vectors.ndim != 2 or len(vectors) != rows:
        raise ValueError(f"representation {name!r} must be ({rows}, D) for {rows} items; received {vectors.shape}.")
    return vectors
