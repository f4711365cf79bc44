# SPDX-License-Identifier: MIT
"""Whether learning helped: every result beside the best row that learns nothing, and how sure the difference is."""

import dataclasses
import math
import statistics
from collections.abc import Mapping, Sequence

from components import reranked
from tfskel.evaluation import bootstrap

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


def verdicts(rows: Sequence[dict], baselines: Sequence[dict], probes: Mapping[int | str, Mapping]) -> list[dict]:
    """What is to be said of every result in every judged metric.

    Args:
        rows, baselines: of all seeds.
        probes: seed -> scores of each probe item by selection, see `evaluate`.

    Returns:
        Dictionaries of "family", "selection", "metric", "result", "baseline" (its label), "without" (its metric),
        "points" with "low" and "high" (95 % interval), "drawn" (over what, and how many), and "beats": whether the
        whole interval is above zero. Metrics are fractions.
    """
    said = []
    for family, kept in dict.fromkeys((row["family"], row["selection"]) for row in rows):
        ours = [row for row in rows if (row["family"], row["selection"]) == (family, kept)]
        theirs = [row for row in baselines if row["family"] == family]
        for metric in JUDGED if theirs else ():
            label, without = best(theirs, metric)
            result = mean(ours, metric)
            if not math.isfinite(result - without):
                continue
            names = [f"{family} {name}" if family == reranked.FAMILY else name for name in (kept, label)]
            found, drawn = _difference(metric, names, [probes[row["seed"]] for row in ours])
            values = dict(zip(("points", "low", "high"), found, strict=True))
            entry = {"family": family, "selection": kept, "metric": metric, "result": result, "baseline": label}
            said.append(entry | {"without": without, **values, "drawn": drawn, "beats": values["low"] > 0})
    return said


def _difference(metric: str, names: Sequence[str], probes: list[Mapping]) -> tuple[tuple[float, float, float], str]:
    ours, theirs = ([one for scores in probes for one in bootstrap.searches(scores, name)] for name in names)
    number = len(bootstrap.names([ours]))
    return bootstrap.differences(ours, theirs)[metric], f"{number} {probes[0]['drawn']} of the probe"


@dataclasses.dataclass(frozen=True)
class Statement:
    """All verdicts on one result; its text is a sentence.

    Attributes:
        of: family and selection. claims: a text for each metric. drawn: what the intervals are.
    """

    of: str
    claims: list[str]
    drawn: str

    def __str__(self) -> str:
        return f"{self.of}: {'; '.join(self.claims)}. {self.drawn}"


def statements(said: Sequence[dict]) -> dict[tuple[str, str], Statement]:
    """Family and selection -> all their verdicts in words."""
    made: dict[tuple[str, str], Statement] = {}
    for one in said:
        key = one["family"], one["selection"]
        of, drawn = f"{', '.join(key)}, beside the best row without learning", f"{bootstrap.DRAWS:,} paired draws"
        empty = Statement(of, [], f"Intervals: 95 %, {drawn} of the {one['drawn']}.")
        made.setdefault(key, empty).claims.append(_claim(one))
    return made


def _claim(one: dict) -> str:
    result, without, points, low, high = (100 * one[key] for key in ("result", "without", "points", "low", "high"))
    claim = f"{JUDGED[one['metric']]} {result:.1f} {'beats' if one['beats'] else 'does not beat'} {without:.1f}"
    return f"{claim} ({one['baseline'].split(': ')[-1]}): {points:+.1f} points ({low:+.1f} to {high:+.1f})"
