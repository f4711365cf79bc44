# SPDX-License-Identifier: MIT
"""How many rows and sequences complete batches reach."""


def complete(rows: int, batch_size: int) -> int:
    """How many rows lie in complete batches; all of them when there is no complete batch."""
    return rows - rows % batch_size if rows >= batch_size else rows


def scored(sequences: int, length: int, batch_size: int) -> int:
    """How many of N sequences with `length` rows each lie in complete batches with all their rows."""
    return complete(sequences * length, batch_size) // length
