# SPDX-License-Identifier: MIT
"""Which system a recording belongs to, and the comparison of any files with it."""

import dataclasses
import importlib
import pathlib
from collections.abc import Iterable, Iterator
from types import ModuleType

from tests.parity import reading, rows

# System -> module with claims(path) -> bool, compare(path, memory) -> Iterator[Row], where `memory` is a dictionary of
# its own for one run, and, where recordings are also compared with each other, together(memory) -> Iterator[Row].
MODULES = {name: f"tests.parity.{name}" for name in ("cage", "hi_mpc", "sm_sge", "st_reidnet", "upmnet")}
SUPPORT = ("README.md", "meta.json", "checkpoint")


@dataclasses.dataclass(frozen=True)
class Problem:
    """A file that was not compared.

    Attributes:
        path: the file.
        reason: why not.
        known: whether what to compare with is known: its kind, and its answers. Then leaving it out is a failure.
    """

    path: pathlib.Path
    reason: str
    known: bool = True


def compare(paths: Iterable[pathlib.Path]) -> Iterator[rows.Row | Problem]:
    """Compares folders or files with what the package computes.

    Args:
        paths: folders in the form of a system's golden folder, or files of one.

    Returns:
        Iterator of rows and problems, in the order of the files.
    """
    recordings = {}
    for path in _entries(paths):
        system = recognise(path) if path.exists() else None
        if system is not None:
            recordings.setdefault(system, []).append(path)
        elif path.exists():
            yield Problem(path, f"not a recording of a known system ({', '.join(MODULES)})", known=False)
        else:
            yield Problem(path, "there is no such file or folder")
    for system, files in recordings.items():
        yield from _of_system(_module(system), files)


def problems(results: Iterable[rows.Row | Problem]) -> list[Problem]:
    """Files that were not compared."""
    return [result for result in results if isinstance(result, Problem)]


def unmet(results: Iterable[rows.Row | Problem], case: str, expected: set[str]) -> list:
    """Quantities of a case that were expected and not compared, and rows of it that fail."""
    found = {row.name: row for row in results if isinstance(row, rows.Row) and row.case == case}
    return [*sorted(expected - set(found)), *(row for row in found.values() if not row.ok)]


def _of_system(module: ModuleType, files: Iterable[pathlib.Path]) -> Iterator[rows.Row | Problem]:
    memory = {}
    for path in files:
        try:
            yield from module.compare(path, memory)
        except (ValueError, LookupError, FileNotFoundError) as error:
            reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
            yield Problem(path, reason, known=not isinstance(error, reading.Unanswered))
    if hasattr(module, "together"):
        yield from module.together(memory)


def recognise(path: pathlib.Path) -> str | None:
    """Name of the system that a file or checkpoint folder is a recording of, or None.

    A folder named like a system decides; otherwise the file itself does.
    """
    for parent in list(path.absolute().parents)[:2]:
        if parent.name in MODULES:
            return parent.name if _module(parent.name).claims(path) else None
    return next((system for system in MODULES if _module(system).claims(path)), None)


def _entries(paths: Iterable[pathlib.Path]) -> list[pathlib.Path]:
    """Files and checkpoint folders named or contained at any depth, without what only supports them."""
    entries = []
    for path in map(pathlib.Path, paths):
        path = path.parent if path.suffix == ".index" else path
        if path.is_dir() and not list(path.glob("*.index")):
            entries += _entries(sorted(path.iterdir()))
        elif path.name not in SUPPORT and not path.name.endswith("_meta.json"):
            entries.append(path)
    return entries


def _module(system: str) -> ModuleType:
    return importlib.import_module(MODULES[system])
