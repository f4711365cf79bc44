# SPDX-License-Identifier: MIT
"""Tables of the report: results by family and selection over seeds, settings."""

import dataclasses
import math
import statistics
from collections.abc import Collection

from components import evaluate
from components.report import complete_batches, verdict
from tfskel.evaluation import cmc, matches
from tfskel.training import selection

FAMILIES = {
    "A": (
        "recognition network",
        "A classifier was trained on the train identities; each probe sequence is assigned to one of them.",
    ),
    "B": (
        "probe/gallery retrieval",
        "No classifier: the gallery is ranked by distance of features, and the same person is looked for.",
    ),
}
_RANKS = {f"rank{r}": f"Rank-{r}" for r in matches.RANKS}
METRICS = (
    _RANKS
    | {name: name for name in ("nAUC", "mAP", "mINP")}
    | {f"{key} {form}": f"{heading} {form}" for form in cmc.FORMS for key, heading in _RANKS.items()}
)
# The order of trust: what never looked at the probe first.
TRUST = (selection.HELD_OUT, selection.LAST, selection.PROBE_BEST)
MISSING = "–"


@dataclasses.dataclass
class Line:
    """One line of a result table. `kind` is result, baseline or published; `seeds` text below the label.

    Each cell is a number and, of several seeds, the numbers of each.
    """

    kind: str
    label: str
    seeds: str
    cells: list[tuple[str, str]]


@dataclasses.dataclass
class Family:
    """Results of one metric family on one set of sequences.

    Attributes:
        letter, name, meaning: which family. title: the family as the rows name it.
        columns: headings of the metrics. lines: table lines.
        headline: [(metric, value, notes)], first the one shown large; selection: where the headline comes from.
        verdict: whether the headline beats the rows that learn nothing; None without such. verdicts: of the others.
        note: what complete batches say, where they are no table.
    """

    letter: str
    name: str
    meaning: str
    title: str
    columns: list[str]
    lines: list[Line]
    headline: list[tuple[str, str, list[str]]]
    selection: str
    verdict: verdict.Statement | None
    verdicts: list[verdict.Statement]
    note: str


def families(rows: list[dict], baselines: list[dict], published: list[dict], said: list[dict]) -> list[Family]:
    """Groups result rows by family, then selection, and adds baselines, published values and `verdict.verdicts`."""
    statements = verdict.statements(said)
    rows, notes = complete_batches.folded(rows)
    titles = list(dict.fromkeys(row["family"] for row in (*rows, *baselines, *published)))
    found = []
    for title in sorted(titles):
        own, base, paper = ([row for row in part if row["family"] == title] for part in (rows, baselines, published))
        keys = _keys(own + base + paper)
        selections = list(_by_selection(own))
        kinds = {"result": own, "baseline": base, "published": paper}
        lines = [_line(kind, *item, keys) for kind, some in kinds.items() for item in _by_selection(some).items()]
        best = trusted(selections)
        headline = _headline(_by_selection(own).get(best, []), base, paper, keys)
        judged = statements.get((title, best))
        others = [statement for (of, kept), statement in statements.items() if of == title and kept != best]
        name, meaning = FAMILIES[title[0]]
        columns = [METRICS.get(key, key) for key in keys]
        found.append(
            Family(title[0], name, meaning, title, columns, lines, headline, best, judged, others, notes.get(title, ""))
        )
    return found


def trusted(selections: Collection[str]) -> str:
    """The selection to be believed first; "" of none."""
    return next((name for name in (*TRUST, *selections) if name in selections), "")


def _by_selection(rows: list[dict]) -> dict[str, list[dict]]:
    return {
        kept: [row for row in rows if row["selection"] == kept] for kept in dict.fromkeys(r["selection"] for r in rows)
    }


def published(values: dict[str, float], rows: list[dict]) -> list[dict]:
    """Numbers of a paper, {"A rank1": 0.9}, as one row per family; they are of the original's selection.

    Args:
        rows: of the results, among which the original's selection is probe-best, or last where it never looks.
    """
    kept = selection.PROBE_BEST if selection.PROBE_BEST in {row["selection"] for row in rows} else selection.LAST
    titles = {title[0]: title for title in (evaluate.FAMILY_A, evaluate.FAMILY_B)}
    found = {}
    for name, value in values.items():
        letter, _, metric = name.partition(" ")
        row = found.setdefault(letter, {"family": titles[letter], "selection": f"published ({kept})", "metrics": {}})
        row["metrics"][metric] = value
    return list(found.values())


def selection_meanings(rows: list[dict]) -> dict[str, str]:
    """Selection -> what it means, of those that the rows have."""
    present = {row["selection"] for row in rows}
    return {name: text for name, text in selection.DESCRIPTIONS.items() if name in present}


def metric_meanings(rows: list[dict]) -> dict[str, str]:
    """Heading of a metric -> what it means, of those that the rows have and that need it."""
    forms = {form: text for form, text in cmc.FORMS.items() if any(f"rank1 {form}" in row["metrics"] for row in rows)}
    found = {f"Rank-k {form}": text for form, text in forms.items()}
    most = max((row.get("unmatched", 0) for row in rows), default=0)
    if most:
        found["Rank-k"] = (
            f"share of all probe items; {most:,} of them have no match in the gallery and count as never found there, "
            "while mAP, mINP and every other form leave them out"
        )
    return found


def _keys(rows: list[dict]) -> list[str]:
    present = dict.fromkeys(key for row in rows for key in row["metrics"])
    return [key for key in METRICS if key in present] + [key for key in present if key not in METRICS]


def _line(kind: str, label: str, rows: list[dict], keys: list[str]) -> Line:
    several = len(rows) > 1
    cells = []
    for key in keys:
        values = [row["metrics"].get(key) for row in rows]
        cells.append((mean(values), " · ".join(map(percent, values)) if several else ""))
    for key in ("epoch", "scored"):
        values = [count(row.get(key)) for row in rows]
        cells.append((values[0] if len(set(values)) == 1 else " · ".join(values), ""))
    seeds = ", ".join(str(row["seed"]) for row in rows if row.get("seed") is not None)
    text = f"mean ± sd of seeds {seeds}" if several else f"seed {seeds}" if seeds else ""
    return Line(kind, label, text, cells)


def _headline(rows: list[dict], baselines: list[dict], published: list[dict], keys: list[str]) -> list:
    headline = []
    for key in [key for key in keys if key in METRICS and any(key in row["metrics"] for row in rows)]:
        notes = [f"no learning {percent(verdict.best(baselines, key)[1])}"] if baselines else []
        notes += [f"published {percent(row['metrics'][key])}" for row in published if key in row["metrics"]]
        headline.append((METRICS[key], mean([row["metrics"].get(key) for row in rows]), notes))
    return headline


def percent(value: float | str | None) -> str:
    """A fraction as percent with one decimal; text stays as it is; a dash where there is no number."""
    if isinstance(value, str):
        return value
    if value is None or not math.isfinite(value):
        return MISSING
    return f"{100 * value:.1f}"


def mean(values: list) -> str:
    """Mean, and sample deviation of several, of the values that are finite numbers, in percent; a dash without any."""
    numbers = [value for value in values if isinstance(value, int | float) and math.isfinite(value)]
    if len(numbers) < 2:
        return percent(numbers[0]) if numbers else MISSING
    return f"{percent(statistics.fmean(numbers))} ± {percent(statistics.stdev(numbers))}"


def count(value: int | None) -> str:
    """A number with commas; nothing where there is none."""
    return "" if value is None else f"{value:,}"


def flat(settings: dict, prefix: str = "") -> list[tuple[str, str]]:
    """Dotted name and value of every leaf of a nested dictionary."""
    rows = []
    for name, value in settings.items():
        if isinstance(value, dict) and value:
            rows += flat(value, f"{prefix}{name}.")
        else:
            rows.append((prefix + str(name), repr(value) if isinstance(value, str) else str(value)))
    return rows


@dataclasses.dataclass
class Table:
    """A table of texts; `folded` tables are closed at first."""

    caption: str
    columns: list[str]
    rows: list[list[str]]
    folded: bool = False


def once(phase: str, values: dict[str, list[float]]) -> Table:
    """What a phase of one epoch has logged."""
    return Table(f"{phase}, one epoch", ["", "value"], [[name, f"{series[0]:.4g}"] for name, series in values.items()])
