# SPDX-License-Identifier: MIT
"""Cards of the report: a picture of an item, whose it is, and how far away it lies."""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

Draw = Callable[[Sequence[np.ndarray], Sequence[str]], list[str]]
"""Pictures of items in one scale, and the words that say what each shows -> markup of each."""


@dataclasses.dataclass
class Card:
    """One item: its picture (markup) and what to say about it."""

    picture: str
    identity: str
    distance: str = ""
    correct: bool | None = None


def ranked_lists(stored: dict[str, np.ndarray], draw: Draw) -> list[list[Card]]:
    """For each probe its card and those of the gallery items nearest to it, in one scale, nearest first.

    Args:
        stored: probe (n, ...) pictures and probe_identity (n,); gallery (n, k, ...), identity and distance (n, k) of
            the nearest items, a distance that is not finite where there are fewer.
        draw: draws the pictures.
    """
    columns = (stored[name] for name in ("probe", "probe_identity", "gallery", "identity", "distance"))
    lists = []
    for probe, person, gallery, identities, distances in zip(*columns, strict=True):
        near = np.isfinite(distances)
        correct = identities[near] == person
        texts = [
            f"Rank {rank}: person {found}, {'the same' if same else 'another'} person"
            for rank, (found, same) in enumerate(zip(identities[near], correct, strict=True), start=1)
        ]
        first, *others = draw([probe, *gallery[near]], [f"Probe: person {person}", *texts])
        entries = zip(others, identities[near], distances[near], correct, strict=True)
        cards = [Card(picture, str(found), f"{distance:.3f}", bool(same)) for picture, found, distance, same in entries]
        lists.append([Card(first, str(person)), *cards])
    return lists


@dataclasses.dataclass
class Cluster:
    """One cluster: its number and size, and the items nearest to its prototype."""

    number: int
    size: int
    cards: list[Card]


def clusters(members: dict[str, np.ndarray], draw: Draw) -> list[Cluster]:
    """Pictures of the items nearest to the prototypes.

    Args:
        members: items (n, ...) pictures, cluster, size, identity, distance (n,), as the cluster stage stores them.
        draw: draws the pictures.
    """
    shown = []
    for number in dict.fromkeys(members["cluster"].tolist()):
        rows = np.flatnonzero(members["cluster"] == number)
        names = [str(name) for name in members["identity"][rows]]
        drawn = draw(members["items"][rows], [f"Cluster {number}: person {name}" for name in names])
        cards = [
            Card(picture, name, f"{distance:.3f}")
            for picture, name, distance in zip(drawn, names, members["distance"][rows], strict=True)
        ]
        shown.append(Cluster(number, int(members["size"][rows[0]]), cards))
    return shown


def named(items: dict[str, Sequence[np.ndarray]], draw: Draw) -> list[Card]:
    """Items under names: name -> pictures, of all names in one scale."""
    pairs = [(name, item) for name, several in items.items() for item in several]
    drawn = draw([item for _, item in pairs], [name for name, _ in pairs]) if pairs else []
    return [Card(picture, name) for picture, (name, _) in zip(drawn, pairs, strict=True)]
