# SPDX-License-Identifier: MIT
"""Neighbours, clusters and metrics of features in shards: the search through Apache Beam, the rest on one machine."""

import argparse
import os
import pathlib
import sys
from collections.abc import Iterator, Sequence

import numpy as np

from components import beam_shards
from tfskel import arrays, feature_shards

JOB, FOUND, RANK = "neighbours.json", "neighbours-{:05d}-of-{:05d}.npz", "rank"
LABELS, QUALITY, METRICS = "labels.npz", "clusters.json", "metrics.json"
USAGE = """Works on features that tfskel-embed wrote.

tfskel-shards neighbours features/train --search ivf -- --runner=FnApiRunner --direct_num_workers=2 \\
    --direct_running_mode=multi_processing
tfskel-shards cluster features/train --eps 0.6
tfskel-shards evaluate features/probe features/gallery

neighbours finds the nearest rows of each row, a shard at a time, wherever Beam has workers (its flags stand after --;
without them in this process); each worker holds all features. Shards that are there stay. cluster groups by these
neighbours (k-reciprocal distance and DBSCAN), evaluate ranks a gallery for each row of a probe.
"""


def transform(folder: str, name: str, settings: dict):
    """Shard numbers -> written neighbours of the rows of each; a worker makes the search once."""
    import apache_beam as beam

    from tfskel.clustering import neighbours as nearest

    class Search(beam.DoFn):
        def setup(self) -> None:
            self.paths = feature_shards.paths(pathlib.Path(folder))
            base = feature_shards.read(pathlib.Path(folder), name).vectors
            self.search = nearest.Search(base, settings["search"], settings["probes"])

        def process(self, shard: int) -> Iterator[int]:
            found = self.search(feature_shards.vectors(self.paths[shard], name), settings["k"])
            arrays.write(pathlib.Path(folder) / FOUND.format(shard, len(self.paths)), **{RANK: found})
            yield shard

    return beam.ParDo(Search())


def neighbours(
    folder: pathlib.Path,
    k: int = 20,
    search: str = "exact",
    probes: int = 32,
    name: str = feature_shards.MAIN,
    flags: Sequence[str] = (),
) -> None:
    """Writes the nearest rows of the rows of each shard that lacks them, see `clustering.neighbours`.

    Args:
        folder: of the features.
        k, search, probes: as for `clustering.neighbours.neighbours`.
        name: a representation.
        flags: Beam's.

    Raises:
        FileNotFoundError: a shard of the features is missing.
        ValueError: there are neighbours of other settings, or settings that do not fit.
    """
    from tfskel.clustering import neighbours as nearest

    settings = {"k": k, "search": search, "probes": probes}
    count, rows = len(feature_shards.paths(folder)), sum(feature_shards.sizes(folder))
    if search not in nearest.SEARCHES or not 1 <= k <= rows or probes < nearest.FEWEST_PROBES:
        raise ValueError(
            f"search is one of {sorted(nearest.SEARCHES)}, k 1 to {rows}, probes at least {nearest.FEWEST_PROBES}; "
            f"received {search!r}, {k}, {probes}."
        )
    beam_shards.claim(folder / JOB, settings | {"name": name})
    missing = [shard for shard in range(count) if not (folder / FOUND.format(shard, count)).is_file()]
    beam_shards.run(missing, transform(str(folder), name, settings), flags)


def rank(folder: pathlib.Path) -> np.ndarray:
    """(N, k) int32, the nearest rows of all rows.

    Raises:
        FileNotFoundError: a shard has none.
    """
    count = len(feature_shards.paths(folder))
    parts = [arrays.read(folder / FOUND.format(shard, count), [RANK])[RANK] for shard in range(count)]
    return np.concatenate(parts)


def cluster(folder: pathlib.Path, eps: float = 0.6, min_samples: int = 2, k2: int = 6) -> dict[str, float]:
    """Clusters rows by the neighbours that `neighbours` wrote: k-reciprocal distance and DBSCAN.

    Writes LABELS (cluster of each row, -1 for outliers) and QUALITY (against the identities), which it returns.

    Args:
        folder: of the features.
        eps, min_samples, k2: as for `clustering.jaccard.cluster`.
    """
    from tfskel.clustering import jaccard, quality

    settings, found = arrays.read_json(folder / JOB), rank(folder)
    items = feature_shards.read(folder, settings["name"])
    labels = jaccard.cluster(items.vectors, eps, min_samples, settings["k"], k2, rank=found)
    arrays.write(folder / LABELS, labels=labels)
    report = quality.quality(labels, items.identities)
    arrays.write_json(folder / QUALITY, report)
    return report


def evaluate(
    probe: pathlib.Path, gallery: pathlib.Path, exclude_same: str = "", name: str = feature_shards.MAIN
) -> dict[str, float]:
    """Metrics of a search of every row of a probe in a gallery, also written to METRICS of the probe.

    Arguments as for `ranking.retrieve`; `name` is a representation.
    """
    from tfskel.evaluation import ranking

    sides = (feature_shards.read(folder, name) for folder in (probe, gallery))
    metrics = ranking.retrieve(*sides, exclude_same=exclude_same or None).metrics()
    arrays.write_json(probe / METRICS, metrics)
    return metrics


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("tfskel-shards", description=USAGE, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    found, made, scored = (commands.add_parser(command.__name__) for command in (neighbours, cluster, evaluate))
    for command in (found, made):
        command.add_argument("folder", type=pathlib.Path)
    found.add_argument("--k", type=int, default=20)
    found.add_argument("--search", default="exact", help="exact, or ivf for more than 100,000 rows")
    found.add_argument("--probes", type=int, default=32)
    made.add_argument("--eps", type=float, default=0.6)
    made.add_argument("--min_samples", type=int, default=2)
    made.add_argument("--k2", type=int, default=6)
    for side in ("probe", "gallery"):
        scored.add_argument(side, type=pathlib.Path)
    scored.add_argument(
        "--exclude_same", default="", help="camera or recording, not searched where the identity is the same"
    )
    for command in (found, scored):
        command.add_argument("--name", default=feature_shards.MAIN, help="of a representation")
    return parser


def main(arguments: Sequence[str]) -> None:
    """Runs the command and prints what it found."""
    own, flags = beam_shards.divided(arguments)
    options = vars(_parser().parse_args(own))
    command = {of.__name__: of for of in (neighbours, cluster, evaluate)}[options.pop("command")]
    folders = {name: value.resolve() for name, value in options.items() if isinstance(value, pathlib.Path)}
    try:
        report = command(**options | folders | ({"flags": flags} if command is neighbours else {}))
    except (OSError, ValueError) as error:
        raise SystemExit(f"stopped: {error}") from None
    for name, value in (report or {}).items():
        sys.stdout.write(f"{name} {value:.6g}\n")


def console() -> None:
    """Entry point of `tfskel-shards`."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    main(sys.argv[1:])
