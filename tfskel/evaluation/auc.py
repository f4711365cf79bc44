# SPDX-License-Identifier: MIT
"""Family A: metrics of a recognition network (micro-averaged nAUC, Rank-n accuracy, confusion matrix)."""

import numpy as np

from tfskel.evaluation import partial_sort

RANK_DIGITS = 4  # what the original of SM-SGE keeps


def micro_nauc(scores: np.ndarray, labels: np.ndarray) -> float:
    """Area under the micro-averaged ROC curve.

    Args:
        scores: (N, C) float. Raw scores (logits); scores of different sequences are compared with each other.
        labels: (N,) int in [0, C). True classes.

    Returns:
        float in [0, 1].

    Raises:
        ValueError: see `confusion`.

    Source: original program, kept for parity: roc_curve(one_hot.ravel(), scores.ravel()), trapezoidal area.
    """
    from sklearn import metrics

    scores, labels = _checked(scores, labels)
    return float(metrics.roc_auc_score((labels[:, None] == np.arange(scores.shape[1])).ravel(), scores.ravel()))


def rank_n(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Rank-1 to Rank-C accuracy of classification.

    Args:
        scores: (N, C) float. labels: (N,) int in [0, C).

    Returns:
        (C,) float64, rounded to RANK_DIGITS; entry n - 1 is the share of sequences whose true class is among
        the n highest scores. Which of equal scores are the highest: see partial_sort.

    Raises:
        ValueError: see `confusion`.

    Source: original program, kept for parity: one argpartition for every n. Here each true class is placed by
        counting the higher scores, and only rows in which it shares its score are partitioned.
    """
    scores, labels = _checked(scores, labels)
    classes = scores.shape[1]
    own = scores[np.arange(len(labels)), labels][:, None]
    higher = np.sum(scores > own, axis=1)
    equal = np.sum(scores == own, axis=1)  # with itself
    alone = equal == 1
    found = np.cumsum(np.bincount(higher[alone], minlength=classes))
    tied = np.column_stack([scores, labels, higher, equal])[~alone]
    for row, times in zip(*np.unique(tied, axis=0, return_counts=True), strict=True):
        label, first, shared = row[classes:].astype(int)
        found[first + shared - 1 :] += times
        for n in range(first + 1, first + shared):
            found[n - 1] += times * partial_sort.is_among_highest(row[:classes], label, n)
    return np.round(found / len(labels), RANK_DIGITS)


def confusion(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Confusion matrix of the highest score.

    Args:
        scores: (N, C) float. labels: (N,) int in [0, C).

    Returns:
        (C, C) int64; rows are true classes, columns predictions. Classes that do not occur are rows of zeros.

    Raises:
        ValueError: sizes disagree, nothing to score, scores not finite, or a label that is not a class.
    """
    from sklearn import metrics

    scores, labels = _checked(scores, labels)
    return metrics.confusion_matrix(labels, scores.argmax(axis=1), labels=np.arange(scores.shape[1]))


def _checked(scores: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    scores, labels = np.asarray(scores), np.asarray(labels)
    if scores.ndim != 2 or labels.shape != scores.shape[:1] or not scores.size:
        raise ValueError(f"scores must be (N, C) and labels (N,), N >= 1; received {scores.shape} and {labels.shape}.")
    if not np.isfinite(scores).all():
        row = int(np.argmin(np.isfinite(scores).all(axis=1)))
        raise ValueError(f"scores hold NaN or infinite values, the first in row {row}; did training diverge?")
    wrong = np.flatnonzero((labels < 0) | (labels >= scores.shape[1]))
    if len(wrong):
        raise ValueError(
            f"labels must be classes 0 to {scores.shape[1] - 1}; received {labels[wrong[0]]} in row "
            f"{wrong[0]} ({len(wrong)} such rows). A recognition network knows the train identities only: "
            "leave others out."
        )
    return scores, labels.astype(np.int64)
