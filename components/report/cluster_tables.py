# SPDX-License-Identifier: MIT
"""What the report says of clusters in numbers."""

from components.report.tables import Table, count, percent


def table(clusters: dict[int | str, dict], items: str) -> Table | None:
    """Quality of the clusters of each seed; None without any. `items` says what is clustered, in the plural."""
    if not clusters:
        return None
    rows = [
        [f"seed {seed}", count(found["clusters"]), count(found["outliers"]),
         *(percent(found[name]) for name in ("ami", "ari", "purity"))]
        for seed, found in clusters.items()
    ]  # fmt: skip
    columns = ["", "clusters", "outliers", "AMI (0 is chance)", "ARI (0 is chance)", "purity"]
    return Table(f"Clusters of the train {items}, percent", columns, rows)


def warnings(clusters: dict[int | str, dict], items: str) -> list[str]:
    """Sentences about seeds whose clusters say nothing."""
    none = [str(seed) for seed, found in clusters.items() if not found["clusters"]]
    one = [str(seed) for seed, found in clusters.items() if found["clusters"] == 1]
    advice = "--config.clustering.jaccard_eps (or eps) and min_samples decide it."
    found = [f"seed {', '.join(none)}: no cluster, all {items} are outliers; {advice}"] if none else []
    return found + ([f"seed {', '.join(one)}: all {items} in one cluster; {advice}"] if one else [])
