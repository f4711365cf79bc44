# SPDX-License-Identifier: MIT
"""Parity of CAGE: from files of a recording to rows."""

import pathlib
from collections.abc import Callable, Iterable, Iterator

from tfskel.parity import cage_model, cage_pipeline, cage_recognition, golden, registry, rows

# Kind of file (start of its name) -> comparison, given the path and its arrays.
OF_FILE: dict[str, Callable] = {
    "enc": cage_model.step,
    "rn": cage_recognition.step,
    "eval": cage_recognition.evaluation,
    "match": cage_pipeline.matching,
    "pipeline": cage_pipeline.features,
}


def claims(path: pathlib.Path) -> bool:
    """Whether a file or folder looks like a recording of this system."""
    if path.is_dir():
        return bool(cage_model.recordings_beside(path)) and bool(list(path.glob("*.index")))
    return path.suffix == ".npz" and path.stem.partition("_")[0] in OF_FILE


def compare(paths: Iterable[pathlib.Path]) -> Iterator[rows.Row | registry.Problem]:
    """Rows of files and checkpoint folders that this system claims."""
    steps = []
    for path in paths:
        try:
            if path.is_dir():
                yield from cage_model.checkpoint(path)
            else:
                yield from OF_FILE[path.stem.partition("_")[0]](path, golden.load(path))
                steps += [path] if path.stem.startswith("enc_") else []
        except (ValueError, KeyError, FileNotFoundError) as error:
            reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
            yield registry.Problem(path, reason)
    yield from cage_model.side_by_side(steps)
