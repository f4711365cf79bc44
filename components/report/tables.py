# SPDX-License-Identifier: MIT
"""Tables of the report: results by family and selection over seeds, data quality, settings."""

import dataclasses
import math
import statistics

from components import evaluate
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
METRICS = {
    "rank1": "Rank-1",
    "rank5": "Rank-5",
    "rank10": "Rank-10",
    "nAUC": "nAUC",
    "mAP": "mAP",
    "mINP": "mINP",
}
# The order of trust: what never looked at the probe first.
TRUST = (selection.HELD_OUT, selection.LAST, selection.PROBE_BEST)
MISSING = "–"
COUNTS = (
    *("identities", "recordings", "frames", "frames dropped", "of them not at the ends"),
    *("training sequences", "test sequences", "too short", "jumps"),
)
BONES = {
    "mean_mm": "mean",
    "within_recording_mm": "sd within a recording",
    "between_recordings_mm": "sd between recordings",
    "between_identities_mm": "sd between identities",
}


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
    """

    letter: str
    name: str
    meaning: str
    title: str
    columns: list[str]
    lines: list[Line]
    headline: list[tuple[str, str, list[str]]]
    selection: str


def families(rows: list[dict], baselines: list[dict], published: list[dict]) -> list[Family]:
    """Groups result rows by family, then selection, and adds baselines and published values."""
    titles = list(dict.fromkeys(row["family"] for row in (*rows, *baselines, *published)))
    found = []
    for title in sorted(titles):
        own, base, paper = ([row for row in part if row["family"] == title] for part in (rows, baselines, published))
        keys = _keys(own + base + paper)
        selections = list(dict.fromkeys(row["selection"] for row in own))
        lines = [_line("result", kept, [row for row in own if row["selection"] == kept], keys) for kept in selections]
        lines += [_line("baseline", row["selection"], [row], keys) for row in base]
        lines += [_line("published", row["selection"], [row], keys) for row in paper]
        trusted = next((name for name in (*TRUST, *selections) if name in selections), "")
        headline = _headline([row for row in own if row["selection"] == trusted], base, paper, keys)
        name, meaning = FAMILIES[title[0]]
        columns = [METRICS.get(key, key) for key in keys]
        found.append(Family(title[0], name, meaning, title, columns, lines, headline, trusted))
    return found


def published(values: dict[str, float]) -> list[dict]:
    """Numbers of a paper, {"A rank1": 0.9}, as one row per family."""
    titles = {title[0]: title for title in (evaluate.FAMILY_A, evaluate.FAMILY_B)}
    rows = {}
    for name, value in values.items():
        letter, _, metric = name.partition(" ")
        row = rows.setdefault(letter, {"family": titles[letter], "selection": "published (probe-best)", "metrics": {}})
        row["metrics"][metric] = value
    return list(rows.values())


def selection_meanings(rows: list[dict]) -> dict[str, str]:
    """Selection -> what it means, of those that the rows have."""
    present = {row["selection"] for row in rows}
    return {name: text for name, text in selection.DESCRIPTIONS.items() if name in present}


def _keys(rows: list[dict]) -> list[str]:
    present = dict.fromkeys(key for row in rows for key in row["metrics"])
    return [key for key in METRICS if key in present] + [key for key in present if key not in METRICS]


def _line(kind: str, label: str, rows: list[dict], keys: list[str]) -> Line:
    several = len(rows) > 1
    cells = []
    for key in keys:
        values = [row["metrics"].get(key) for row in rows]
        cells.append((_mean(values), " · ".join(map(percent, values)) if several else ""))
    for key in ("epoch", "scored"):
        values = [_count(row.get(key)) for row in rows]
        cells.append((values[0] if len(set(values)) == 1 else " · ".join(values), ""))
    seeds = ", ".join(str(row["seed"]) for row in rows if row.get("seed") is not None)
    text = f"mean ± sd of seeds {seeds}" if several else f"seed {seeds}" if seeds else ""
    return Line(kind, label, text, cells)


def _headline(rows: list[dict], baselines: list[dict], published: list[dict], keys: list[str]) -> list:
    headline = []
    for key in [key for key in keys if key in METRICS and any(key in row["metrics"] for row in rows)]:
        notes = []
        for kind, others in (("no learning", baselines), ("published", published)):
            notes += [f"{kind} {percent(row['metrics'][key])}" for row in others if key in row["metrics"]]
        headline.append((METRICS[key], _mean([row["metrics"].get(key) for row in rows]), notes))
    return headline


def percent(value: float | str | None) -> str:
    """A fraction as percent with one decimal; text stays as it is; a dash where there is no number."""
    if isinstance(value, str):
        return value
    if value is None or not math.isfinite(value):
        return MISSING
    return f"{100 * value:.1f}"


def _mean(values: list) -> str:
    numbers = [value for value in values if isinstance(value, int | float) and math.isfinite(value)]
    if len(numbers) < 2:
        return percent(numbers[0]) if numbers else MISSING
    return f"{percent(statistics.fmean(numbers))} ± {percent(statistics.stdev(numbers))}"


def _count(value: int | None) -> str:
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


def quality_tables(quality: dict) -> list[Table]:
    """Tables of data.quality.report: counts per split, bones, sequences per identity, shared sequences."""
    splits = quality.get("splits", {})
    if not splits:
        return []
    counts = [_split_row(*item) for item in splits.items()]
    tables = [Table("Recordings of each split", ["split", *COUNTS], counts)]
    if quality.get("duplicates"):
        rows = [[" and ".join(row["splits"]), _count(row["count"])] for row in quality["duplicates"]]
        tables.append(Table("Identical sequences in two splits", ["splits", "sequences"], rows))
    if quality.get("bones"):
        rows = [[bone, *(_number(row[key]) for key in BONES)] for bone, row in quality["bones"].items()]
        tables.append(Table("Bone lengths, mm (sd = standard deviation)", ["bone", *BONES.values()], rows, True))
    return [*tables, _per_identity(splits)]


def cluster_table(clusters: dict[int, dict[str, float]]) -> Table | None:
    """Quality of the clusters of each seed; None without any."""
    if not clusters:
        return None
    rows = [
        [f"seed {seed}", _count(found["clusters"]), _count(found["outliers"]),
         *(percent(found[name]) for name in ("ami", "ari", "purity"))]
        for seed, found in clusters.items()
    ]  # fmt: skip
    return Table("Clusters of the train sequences, percent", ["", "clusters", "outliers", "AMI", "ARI", "purity"], rows)


def cluster_warnings(clusters: dict[int, dict[str, float]]) -> list[str]:
    """Sentences about seeds whose clusters say nothing."""
    none = [str(seed) for seed, found in clusters.items() if not found["clusters"]]
    one = [str(seed) for seed, found in clusters.items() if found["clusters"] == 1]
    advice = "--config.clustering.jaccard_eps (or eps) and min_samples decide it."
    found = [f"seed {', '.join(none)}: no cluster, every sequence is an outlier; {advice}"] if none else []
    return found + ([f"seed {', '.join(one)}: all sequences in one cluster; {advice}"] if one else [])


def _split_row(name: str, counts: dict) -> list[str]:
    cut = counts["sequences_per_identity"]
    numbers = [counts[key] for key in ("identities", "recordings", "frames", "dropped_frames", "dropped_inside")]
    numbers += [sum(cut[rule].values()) for rule in ("training", "testing")]
    return [name, *map(_count, [*numbers, len(counts["shorter_than_f"]), counts["jumps"]["count"]])]


def _per_identity(splits: dict) -> Table:
    names = dict.fromkeys(name for counts in splits.values() for name in counts["sequences_per_identity"]["testing"])
    rows = []
    for name in names:
        cells = [counts["sequences_per_identity"]["testing"].get(name) for counts in splits.values()]
        rows.append([name, *(MISSING if cell is None else _count(cell) for cell in cells)])
    return Table("Sequences per identity (cut without overlap)", ["identity", *splits], rows, True)


def _number(value: float | None) -> str:
    return MISSING if value is None or not math.isfinite(value) else f"{value:.1f}"
