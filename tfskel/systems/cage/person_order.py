# SPDX-License-Identifier: MIT
"""Sequences person by person, in complete batches of one person each: how CAGE's program extracts features."""

from collections.abc import Sequence

import numpy as np

from tfskel.data import order as batches


def rows(
    persons: Sequence[np.ndarray], batch_size: int, remainder: str = "drop", padded: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Which sequences are visited, in which order.

    Args:
        persons: row indices of each person, persons in ascending order; empty ones are skipped.
        batch_size: sequences per batch B.
        remainder: "drop" what is left of a person's complete batches, or "keep" it, without any copy.
        padded: a person with fewer than B sequences is filled up with copies of the first (what the original trains
            on); False visits each once (what it tests on). Without effect when the remainder is kept.

    Returns:
        rows: (n,) int64 indices. person: (n,) int64, index into `persons`.

    Raises:
        ValueError: unknown remainder, a batch size below 1, or nothing is visited.

    Source: original program, kept for parity.
    """
    if remainder not in batches.REMAINDERS:
        raise ValueError(f"a person's remainder is one of {', '.join(batches.REMAINDERS)}; received {remainder!r}.")
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1; received {batch_size}.")
    visited = []
    for own in persons:
        own = np.asarray(own, np.int64)
        if remainder == "drop" and len(own):
            complete = own[: len(own) - len(own) % batch_size]
            copies = np.repeat(own[:1], batch_size - len(own) if padded and len(own) < batch_size else 0)
            own = complete if len(complete) else np.concatenate([own, copies])
        visited.append(own)
    person = np.repeat(np.arange(len(visited)), [len(own) for own in visited])
    if not len(person):
        raise ValueError("no person has a sequence, so there is nothing to extract features of.")
    return np.concatenate(visited), person


def of_labels(
    labels: np.ndarray, batch_size: int, remainder: str = "drop", padded: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """`rows` for (N,) int labels, ascending; a sequence labelled below 0 belongs to nobody and is left out.

    Returns:
        rows, and the label of each.
    """
    labels = np.asarray(labels)
    known = np.unique(labels[labels >= 0])
    found, person = rows([np.flatnonzero(labels == label) for label in known], batch_size, remainder, padded)
    return found, known[person]
