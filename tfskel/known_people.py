# SPDX-License-Identifier: MIT
"""Features of people who were enrolled: how near a query comes to each, and a file that a person can leave."""

import functools
import os

import numpy as np

from tfskel import arrays
from tfskel.data import order
from tfskel.evaluation import ranking

APPROXIMATE = 100_000  # rows from which an index is searched instead of all rows
FACTORY = "IVF{lists},Flat"  # of faiss; lists follow the number of rows
PROBED = 8  # lists that a query looks into
NEAREST = 256  # rows that an index gives for a query
COHORT, ROWS = 64, 32  # people who are taken for strangers to the others, and rows of each


class KnownPeople:
    """Rows of features with names, the rows of a person together.

    Args:
        vectors: (R, D) float32, finite. names: (R,) text.
        model: fingerprint of the model that made them.
        factory: index of faiss that is searched from APPROXIMATE rows on, by its factory string; `{lists}` is filled
            in with a number that follows the rows.

    Raises:
        ValueError: sizes disagree, or a value is not finite.

    Attributes:
        people: names, sorted.
    """

    def __init__(self, vectors: np.ndarray, names: np.ndarray, model: str, factory: str = FACTORY):
        vectors, names = np.asarray(vectors, np.float32), np.asarray(names, np.str_)
        if vectors.ndim != 2 or names.shape != vectors.shape[:1] or not np.isfinite(vectors).all():
            raise ValueError(
                f"expected (R, D) finite features and R names; received {vectors.shape} and {names.shape}."
            )
        by_name = np.argsort(names, kind="stable")
        self.vectors, self.names, self.model, self.factory = vectors[by_name], names[by_name], model, factory
        people, self._first = np.unique(self.names, return_index=True)
        self.people: list[str] = people.tolist()

    def __len__(self) -> int:
        return len(self.vectors)

    def with_rows(self, vectors: np.ndarray, name: str) -> "KnownPeople":
        """These people and further rows of one of them or of a new one."""
        names = np.concatenate([self.names, np.full(len(vectors), name)])
        return KnownPeople(np.concatenate([self.vectors, vectors]), names, self.model, self.factory)

    def without(self, name: str) -> "KnownPeople":
        """These people but one.

        Raises:
            KeyError: nobody has that name.
        """
        if name not in self.people:
            raise KeyError(f"nobody is called {name!r}; known: {', '.join(self.people) or 'nobody'}.")
        kept = self.names != name
        return KnownPeople(self.vectors[kept].copy(), self.names[kept].copy(), self.model, self.factory)

    def distances(self, queries: np.ndarray) -> np.ndarray:
        """Euclidean distance of each query to the nearest row of each person.

        Args:
            queries: (Q, D) float32.

        Returns:
            (Q, people) float64, in the order of `people`. From APPROXIMATE rows on, people of whom no row is among the
            nearest that the index gives are as far as the farthest of these.
        """
        if len(self) < APPROXIMATE:
            return np.minimum.reduceat(ranking.distances(queries, self.vectors), self._first, axis=1)
        squares, rows = self._index.search(np.ascontiguousarray(queries, np.float32), min(NEAREST, len(self)))
        far = np.sqrt(np.maximum(np.where(rows >= 0, squares, 0), ranking.SMALLEST_SQUARE)).astype(np.float64)
        nearest = np.repeat(far.max(axis=1, keepdims=True), len(self.people), axis=1)
        query, place = np.nonzero(rows >= 0)
        owner = np.searchsorted(self._first, rows[query, place], side="right") - 1
        np.minimum.at(nearest, (query, owner), far[query, place])
        return nearest

    @functools.cached_property
    def nearest_others(self) -> np.ndarray:
        """How far each person, all rows as one query, is from the nearest other one: (n,) float64.

        Of more than COHORT people these are evenly chosen, and of more than ROWS rows of a person, too.
        """
        ends, found = np.append(self._first[1:], len(self)), []
        for person in order.evenly(len(self.people), min(len(self.people), COHORT), nearest=True):
            number = ends[person] - self._first[person]
            rows = self._first[person] + order.evenly(number, min(number, ROWS), nearest=True)
            distances = self.distances(self.vectors[rows]).mean(axis=0)
            found.append(np.delete(distances, person).min())
        return np.array(found)

    @functools.cached_property
    def _index(self):
        return index(self.vectors, self.factory)

    def save(self, path: str | os.PathLike, **more: np.ndarray) -> None:
        """Writes rows, names and `more` arrays, complete or not at all; nothing of an earlier file is left in it."""
        arrays.write(path, vectors=self.vectors, names=self.names, model=np.array(self.model), **more)

    @classmethod
    def load(cls, path: str | os.PathLike, factory: str = FACTORY) -> "KnownPeople":
        """Reads what `save` wrote; `factory` as KnownPeople.

        Raises:
            FileNotFoundError: no such file. ValueError: damaged, or another kind of file.
        """
        stored = arrays.read(path, ("vectors", "names", "model"))
        return cls(stored["vectors"], stored["names"], str(stored["model"]), factory)


def index(vectors: np.ndarray, factory: str = FACTORY):
    """A trained faiss index of rows, by its factory string; `{lists}` is filled in.

    Args:
        vectors: (R, D) float32.
    """
    import faiss

    lists = 2 ** round(np.log2(4 * np.sqrt(len(vectors))))
    made = faiss.index_factory(vectors.shape[1], factory.format(lists=lists))
    made.train(np.ascontiguousarray(vectors[:: max(1, len(vectors) // (40 * lists))]))
    made.add(np.ascontiguousarray(vectors))
    lists_within = faiss.try_extract_index_ivf(made)  # also inside a form that ranks again
    if lists_within:
        lists_within.nprobe = PROBED
    return made
