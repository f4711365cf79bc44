# SPDX-License-Identifier: MIT
"""Parity of Hi-MPC: from files of a recording to rows."""

import pathlib
from collections.abc import Callable, Iterable, Iterator

from tfskel.parity import golden, hi_mpc_clusters, hi_mpc_data, hi_mpc_model, hi_mpc_trace, registry, rows

# Kind of file (start of its name) -> comparison, given the path and a reader of other files beside it.
OF_FILE: dict[str, Callable] = {
    "model": hi_mpc_model.step,
    "loader": hi_mpc_data.loader,
    "cluster": hi_mpc_clusters.clusters,
    "evaluation": hi_mpc_data.evaluation,
    "trace": hi_mpc_trace.trace,
}
CHECKPOINT_FEATURES = "features.npz"
SMALL_SETS = "Datasets"


def claims(path: pathlib.Path) -> bool:
    """Whether a file or folder looks like a recording of this system, or like the data sets its loaders read."""
    if path.is_dir():
        return (path / CHECKPOINT_FEATURES).is_file() and bool(list(path.glob("*.index")))
    if path.suffix == ".npy":
        return SMALL_SETS in path.parts
    return path.suffix == ".npz" and path.stem.partition("_")[0] in OF_FILE


def compare(paths: Iterable[pathlib.Path]) -> Iterator[rows.Row | registry.Problem]:
    """Rows of files and checkpoint folders that this system claims; data sets are read with the loader's file."""
    for path in paths:
        if path.suffix == ".npy":
            continue
        try:
            if path.is_dir():
                yield from hi_mpc_trace.checkpoint(path, golden.load(path / CHECKPOINT_FEATURES))
            else:
                yield from OF_FILE[path.stem.partition("_")[0]](path, golden.load(path))
        except (ValueError, KeyError, FileNotFoundError) as error:
            reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
            yield registry.Problem(path, reason)
