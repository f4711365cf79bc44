# SPDX-License-Identifier: MIT
"""Features of people who were enrolled: how near a query comes to each, and a file that a person can leave."""

import functools
import os

import numpy as np

from tfskel import arrays
from tfskel.evaluation import ranking

APPROXIMATE = 100_000  # rows from which an index is searched instead of all rows
FACTORY = "IVF{lists},Flat"  # of faiss; lists follow the number of rows
PROBED = 1 / 64  # share of the lists that a query looks into
NEAREST = 256  # rows that an index gives for a query; people without any among them are infinitely far


class KnownPeople:
    """Rows of features with names.

    Args:
        vectors: (R, D) float32, finite. names: (R,) text.
        model: fingerprint of the model that made them.

    Raises:
        ValueError: sizes disagree, or a value is not finite.
    """

    def __init__(self, vectors: np.ndarray, names: np.ndarray, model: str):
        vectors, names = np.asarray(vectors, np.float32), np.asarray(names, np.str_)
        if vectors.ndim != 2 or names.shape != vectors.shape[:1] or not np.isfinite(vectors).all():
            raise ValueError(
                f"expected (R, D) finite features and R names; received {vectors.shape} and {names.shape}."
            )
        self.vectors, self.names, self.model = vectors, names, model

    def __len__(self) -> int:
        return len(self.vectors)

    @functools.cached_property
    def people(self) -> list[str]:
        """Names, sorted."""
        return np.unique(self.names).tolist()

    def with_rows(self, vectors: np.ndarray, name: str) -> "KnownPeople":
        """These people and further rows of one of them or of a new one."""
        names = np.concatenate([self.names, np.full(len(vectors), name)])
        return KnownPeople(np.concatenate([self.vectors.reshape(-1, vectors.shape[1]), vectors]), names, self.model)

    def without(self, name: str) -> "KnownPeople":
        """These people but one.

        Raises:
            KeyError: nobody has that name.
        """
        if name not in self.people:
            raise KeyError(f"nobody is called {name!r}; known: {', '.join(self.people) or 'nobody'}.")
        kept = self.names != name
        return KnownPeople(self.vectors[kept].copy(), self.names[kept].copy(), self.model)

    def distances(self, queries: np.ndarray) -> np.ndarray:
        """Euclidean distance of each query to the nearest row of each person.

        Args:
            queries: (Q, D) float32.

        Returns:
            (Q, people) float64, in the order of `people`; from APPROXIMATE rows on infinite for people of whom no row
            is among the nearest that the index gives.
        """
        owner = np.searchsorted(self.people, self.names)
        nearest = np.full((len(queries), len(self.people)), np.inf)
        if len(self) < APPROXIMATE:
            order = np.argsort(owner, kind="stable")
            first = np.searchsorted(owner[order], np.arange(len(self.people)))
            return np.minimum.reduceat(ranking.distances(queries, self.vectors[order]), first, axis=1)
        squares, rows = self._index.search(np.ascontiguousarray(queries, np.float32), min(NEAREST, len(self)))
        for query, (of_query, row) in enumerate(zip(squares, rows, strict=True)):
            there = row >= 0
            np.minimum.at(nearest[query], owner[row[there]], np.sqrt(np.maximum(of_query[there], 0)))
        return nearest

    @functools.cached_property
    def _index(self):
        return index(self.vectors)

    def save(self, path: str | os.PathLike, **more: np.ndarray) -> None:
        """Writes rows, names and `more` arrays, complete or not at all; nothing of an earlier file is left in it."""
        arrays.write(path, vectors=self.vectors, names=self.names, model=np.array(self.model), **more)

    @classmethod
    def load(cls, path: str | os.PathLike) -> "KnownPeople":
        """Reads what `save` wrote.

        Raises:
            FileNotFoundError: no such file. ValueError: damaged, or another kind of file.
        """
        stored = arrays.read(path, ("vectors", "names", "model"))
        return cls(stored["vectors"], stored["names"], str(stored["model"]))


def index(vectors: np.ndarray, factory: str = FACTORY):
    """A trained faiss index of rows, by its factory string; `{lists}` is filled in.

    Args:
        vectors: (R, D) float32.
    """
    import faiss

    lists = 2 ** round(np.log2(4 * np.sqrt(len(vectors))))
    made = faiss.index_factory(vectors.shape[1], factory.format(lists=lists))
    made.train(np.ascontiguousarray(vectors[:: max(1, len(vectors) // (64 * lists))]))
    made.add(np.ascontiguousarray(vectors))
    if hasattr(made, "nprobe"):
        made.nprobe = max(16, round(lists * PROBED))
    return made
