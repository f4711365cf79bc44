# SPDX-License-Identifier: MIT
"""Rows on complete batches only, which are a sentence where they say nearly what the rows on all items say."""

import math
from collections.abc import Sequence

from components import evaluate
from components.report import verdict

NEARLY = 0.01  # largest difference of a mean that is not worth a table


def folded(rows: Sequence[dict]) -> tuple[list[dict], dict[str, str]]:
    """Rows that stay, and family -> a sentence instead of the others.

    A family stays whole unless every metric of every selection is within NEARLY of that on all items.
    """
    notes = {}
    for family in dict.fromkeys(row["family"] for row in rows):
        few = [row for row in rows if row["family"] == family + evaluate.COMPLETE]
        largest = max((_difference(kept, few, rows, family) for kept in {row["selection"] for row in few}), default=1)
        if largest <= NEARLY:
            scored = " or ".join(f"{number:,}" for number in sorted({row["scored"] for row in few}))
            notes[family] = (
                f"On the {scored} items of complete batches, which the original program scores, no metric differs by "
                f"more than {100 * largest:.1f} points."
            )
    gone = {family + evaluate.COMPLETE for family in notes}
    return [row for row in rows if row["family"] not in gone], notes


def _difference(kept: str, few: Sequence[dict], rows: Sequence[dict], family: str) -> float:
    """Largest difference of a metric's means over seeds; 1 where only one of both has a number."""
    complete = [row for row in few if row["selection"] == kept]
    whole = [row for row in rows if (row["family"], row["selection"]) == (family, kept)]
    pairs = [(verdict.mean(complete, key), verdict.mean(whole, key)) for key in complete[0]["metrics"]]
    differences = [abs(ours - theirs) for ours, theirs in pairs if not math.isnan(ours) or not math.isnan(theirs)]
    return max((1.0 if math.isnan(value) else value for value in differences), default=1.0)
