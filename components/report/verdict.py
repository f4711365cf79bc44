# SPDX-License-Identifier: MIT
"""Whether learning helped: results beside the best row that learns nothing."""

import math
import statistics
from collections.abc import Sequence

JUDGED = {"rank1": "Rank-1", "mAP": "mAP"}


def mean(rows: Sequence[dict], metric: str) -> float:
    """Mean of a metric over the rows that have it; NaN when none has."""
    values = [row["metrics"].get(metric, math.nan) for row in rows]
    values = [value for value in values if math.isfinite(value)]
    return statistics.fmean(values) if values else math.nan


def best(baselines: Sequence[dict], metric: str) -> tuple[str, float]:
    """Label of the best row without learning and its metric, the mean over seeds; NaN when none has it."""
    labels = dict.fromkeys(row["selection"] for row in baselines)
    means = {label: mean([row for row in baselines if row["selection"] == label], metric) for label in labels}
    return max(means.items(), key=lambda item: (math.isfinite(item[1]), item[1]), default=("", math.nan))


def sentence(title: str, kept: str, rows: Sequence[dict], baselines: Sequence[dict]) -> str:
    """Says of each judged metric whether learning beats the best row without; "" where nothing can be compared.

    Args:
        title, kept: family and selection of the rows.
        rows, baselines: of one family, of all seeds.
    """
    claims = []
    for metric, name in JUDGED.items():
        label, other = best(baselines, metric)
        points = round(100 * mean(rows, metric), 1) - round(100 * other, 1) if rows else math.nan
        if math.isfinite(points):
            claim = (
                f"{name} {100 * mean(rows, metric):.1f} {'beats' if points > 0 else 'does not beat'} {100 * other:.1f}"
            )
            claims.append(f"{claim} ({label.split(': ')[-1]}): {points:+.1f} points")
    return f"{title}, {kept}, beside the best row without learning: {'; '.join(claims)}." if claims else ""
