# SPDX-License-Identifier: MIT
"""Which rows a training run visits, how rows are cut into batches, and which stand for all of them."""

import numpy as np

REMAINDERS = ("drop", "keep")


def class_balanced(labels: np.ndarray, batch_size: int, rng: np.random.RandomState) -> np.ndarray:
    """Row indices in which every class occurs equally often, drawn once before training.

    With C classes and N rows there are 2 * (N // batch_size) rounds of q = batch_size // C rows per class.
    Round i takes rows q*i .. q*(i+1) of a class in order; where the class has run out, q of all its rows
    with replacement. `numpy.random.RandomState(s)` draws what the originals draw after seeding with s.

    Args:
        labels: (N,) int, class of every row; the C different values are visited in ascending order.
        batch_size: training batch size, at least C and at most N.
        rng: generator, advanced once per class and round that has run out.

    Returns:
        (rounds * q * C,) int64 indices into the rows.

    Raises:
        ValueError: a row has no class (label below 0), or the batch size leaves nothing to train on.

    Source: original program, kept for parity.
    """
    labels = np.asarray(labels)
    if (labels < 0).any():
        missing = int((labels < 0).sum())
        raise ValueError(f"{missing} of {len(labels)} rows belong to no class (label below 0); leave them out.")
    members = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    if batch_size < 1 or len(labels) < batch_size:
        raise ValueError(f"The batch is larger than the data: batch_size {batch_size}, {len(labels)} sequences.")
    share = batch_size // len(members)
    if not share:
        raise ValueError(
            f"batch_size {batch_size} is smaller than the {len(members)} classes, so class-balanced "
            "resampling would leave no sequence. Use a batch of at least one sequence per class."
        )
    rows = []
    for turn in range(2 * (len(labels) // batch_size)):
        for own in members:
            part = own[share * turn : share * (turn + 1)]
            rows.append(part if len(part) == share else own[rng.choice(len(own), share)])
    return np.concatenate(rows)


def slices(n: int, batch_size: int, remainder: str = "drop") -> list[slice]:
    """Consecutive batches of n rows.

    Args:
        n: number of rows.
        batch_size: rows per batch, at least 1.
        remainder: what happens to an incomplete last batch: "drop" (as the originals do) or "keep".

    Raises:
        ValueError: unknown remainder, or no batch is left.
    """
    if remainder not in REMAINDERS:
        raise ValueError(f"Unknown remainder {remainder!r}; known: {', '.join(REMAINDERS)}.")
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1; received {batch_size}.")
    if not n:
        raise ValueError("There are no rows to cut into batches.")
    if remainder == "drop" and n < batch_size:
        raise ValueError(
            f"The batch is larger than the data: batch_size {batch_size}, {n} sequences, and the incomplete "
            "last batch is dropped. Use a smaller batch_size or keep the remainder."
        )
    stop = n - n % batch_size if remainder == "drop" else n
    return [slice(first, min(first + batch_size, n)) for first in range(0, stop, batch_size)]


def evenly(number: int, count: int, nearest: bool = False) -> np.ndarray:
    """Evenly spread places in a row of things.

    Args:
        number: of things.
        count: of places; 0 where there is nothing.
        nearest: where equal steps end between two things, the nearest is taken instead of the one before.

    Returns:
        (count,) int, rising from 0 to number - 1; some more than once where `count` is larger than `number`.
    """
    places = np.linspace(0, number - 1, count)
    return (places.round() if nearest else places).astype(int)
