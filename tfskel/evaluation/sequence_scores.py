# SPDX-License-Identifier: MIT
"""Scores of sequences from scores of their frames, and which of them complete batches reach."""

import numpy as np


def average(scores: np.ndarray, labels: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean scores of consecutive groups of rows.

    Args:
        scores: (n, C) float, a row for each frame, frames of a sequence next to each other.
        labels: (n,) int, class of each row.
        length: rows per sequence; an incomplete last group is left out, and so is one with several classes.

    Returns:
        (N, C) means and (N,) classes.

    Raises:
        ValueError: sizes disagree or no group is left.

    Source: original program ("average prediction"): raw scores are averaged, not probabilities.
    """
    scores, labels = np.asarray(scores), np.asarray(labels)
    if len(scores) != len(labels) or length < 1:
        raise ValueError(f"every row has one class; received {len(scores)} rows, {len(labels)} classes, f {length}.")
    groups = len(labels) // length
    grouped = labels[: groups * length].reshape(groups, length)
    pure = (grouped == grouped[:, :1]).all(axis=1)
    if not pure.any():
        raise ValueError(f"none of {groups} groups of {length} rows belongs to one class; are the rows in order?")
    means = scores[: groups * length].reshape(groups, length, -1).mean(axis=1)
    return means[pure], grouped[pure, 0]


def complete(rows: int, batch_size: int) -> int:
    """How many rows lie in complete batches; all of them when there is no complete batch."""
    return rows - rows % batch_size if rows >= batch_size else rows


def scored(sequences: int, length: int, batch_size: int) -> int:
    """How many of N sequences with `length` rows each lie in complete batches with all their rows."""
    return complete(sequences * length, batch_size) // length
