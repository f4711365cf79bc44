# SPDX-License-Identifier: MIT
"""Reconstruction losses of predicted skeletons."""

from keras import ops

LOSSES = ("l1", "mse", "l2")


def error(predicted, target, loss="l1"):
    """Reconstruction error of each leading row.

    Args:
        predicted: (rows, N, D) float.
        target: (rows, N, D) float.
        loss: "l1" (mean absolute difference), "mse" (mean squared difference) or "l2" (half the sum of
            squares over all N * D elements, not a mean).

    Returns:
        (rows,) float.

    Raises:
        ValueError: unknown loss.
    """
    difference = predicted - target
    if loss == "l1":
        return ops.mean(ops.abs(difference), axis=(1, 2))
    if loss == "mse":
        return ops.mean(ops.square(difference), axis=(1, 2))
    if loss == "l2":
        return 0.5 * ops.sum(ops.square(difference), axis=(1, 2))
    raise ValueError(f"loss must be one of {', '.join(LOSSES)}; received {loss!r}.")


def row_weight(length, loss="l1"):
    """Weight of one row in the loss of a sub-sequence of `length` rows: a mean, or a sum for "l2"."""
    return 1.0 if loss == "l2" else 1.0 / length
