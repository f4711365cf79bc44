# SPDX-License-Identifier: MIT
"""Parity of SM-SGE: from files of a recording to rows."""

import pathlib
import re
from collections.abc import Callable, Iterable, Iterator

from tfskel.parity import (
    golden,
    registry,
    rows,
    sm_sge_case,
    sm_sge_checkpoint,
    sm_sge_data,
    sm_sge_forward,
    sm_sge_recognition,
    sm_sge_training,
)

# Kind of file (end of its name) -> comparison of a case.
OF_CASE: dict[str, Callable] = {
    "inputs_weights": sm_sge_forward.inputs,
    "forward_graph": sm_sge_forward.graph,
    "forward_seq": sm_sge_forward.sequences,
    "grads": sm_sge_training.gradients,
    "after1": sm_sge_training.after,
    "after5": sm_sge_training.after,
    "run1": sm_sge_training.run,
    "stage2_encoder_weights": sm_sge_recognition.encoder,
    "stage2": sm_sge_recognition.first_batch,
    "stage2_eval": sm_sge_recognition.replay,
    "dataset": sm_sge_recognition.dataset,
    "evaluate": sm_sge_recognition.evaluation,
}
# Kind of file (start of its name) -> comparison of a single file.
OF_FILE: dict[str, Callable] = {"data": sm_sge_data.preparation, "metrics": sm_sge_data.metrics}
_CASE = re.compile(rf"(.+)_({'|'.join(sorted([*OF_CASE, 'after[0-9]+'], key=len, reverse=True))})")


def claims(path: pathlib.Path) -> bool:
    """Whether a file or folder looks like a recording of this system."""
    if path.is_dir():
        return path.name.startswith("ckpt_") and bool(list(path.glob("*.index")))
    named = _CASE.fullmatch(path.stem) or path.stem.partition("_")[0] in OF_FILE
    return path.suffix == ".npz" and bool(named)


def compare(paths: Iterable[pathlib.Path]) -> Iterator[rows.Row | registry.Problem]:
    """Rows of files and checkpoint folders that this system claims."""
    cases = {}
    for path in paths:
        try:
            yield from _rows(path, cases)
        except (ValueError, LookupError, FileNotFoundError) as error:
            reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
            yield registry.Problem(path, reason)


def _rows(path: pathlib.Path, cases: dict) -> Iterator[rows.Row]:
    if path.is_dir():
        yield from sm_sge_checkpoint.folder(path, list(_folder_cases(path.parent, cases).values()))
        return
    match = _CASE.fullmatch(path.stem)
    if match is None:
        kind = path.stem.partition("_")[0]
        yield from OF_FILE[kind](path.stem, golden.load(path))
        return
    name, kind = match.groups()
    case = _folder_cases(path.parent, cases)[name]
    yield from OF_CASE.get(kind, sm_sge_training.after)(case, kind)


def _folder_cases(folder: pathlib.Path, cases: dict) -> dict[str, sm_sge_case.Case]:
    """All cases of a folder: files beside the one compared hold its inputs and weights."""
    if folder not in cases:
        found = {}
        for path in sorted(folder.glob("*.npz")):
            match = _CASE.fullmatch(path.stem)
            if match:
                found.setdefault(match[1], {})[match[2]] = path
        cases[folder] = {name: _case(folder, name, kinds) for name, kinds in found.items()}
    return cases[folder]


def _case(folder: pathlib.Path, name: str, kinds: dict[str, pathlib.Path]) -> sm_sge_case.Case:
    meta = [folder / "meta.json", folder / f"{name}_meta.json"]
    return sm_sge_case.Case(golden.Files(name, kinds, tuple(path for path in meta if path.is_file())))
