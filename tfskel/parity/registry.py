# SPDX-License-Identifier: MIT
"""Which system a recording belongs to, and the comparison of any files with it."""

import dataclasses
import importlib
import pathlib
from collections.abc import Iterable
from types import ModuleType

from tfskel.parity import rows

# System -> module with claims(path) -> bool and compare(paths) -> Iterator[Row | Problem].
SYSTEMS = {name: f"tfskel.parity.{name}" for name in ("cage", "hi_mpc", "sm_sge")}
SUPPORT = ("README.md", "meta.json", "checkpoint")


@dataclasses.dataclass(frozen=True)
class Problem:
    """A file that was not compared.

    Attributes:
        path: the file.
        reason: why not.
        known: whether it is of a known kind; then leaving it out is a failure.
    """

    path: pathlib.Path
    reason: str
    known: bool = True


def compare(paths: Iterable[pathlib.Path]) -> Iterable[rows.Row | Problem]:
    """Compares folders or files with what the package computes.

    Args:
        paths: folders in the form of a system's golden folder, or files of one.

    Returns:
        Iterator of rows and problems, in the order of the files.
    """
    belongs = {}
    for path in _entries(paths):
        if not path.exists():
            yield Problem(path, "there is no such file or folder")
            continue
        system = recognise(path)
        if system is None:
            yield Problem(path, f"not a recording of a known system ({', '.join(SYSTEMS)})", known=False)
        else:
            belongs.setdefault(system, []).append(path)
    for system, own in belongs.items():
        yield from _module(system).compare(own)


def recognise(path: pathlib.Path) -> str | None:
    """Name of the system that a file or checkpoint folder is a recording of, or None.

    A folder named like a system decides; otherwise the file itself does.
    """
    for parent in list(path.absolute().parents)[:2]:
        if parent.name in SYSTEMS:
            return parent.name if _module(parent.name).claims(path) else None
    return next((system for system in SYSTEMS if _module(system).claims(path)), None)


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
    return importlib.import_module(SYSTEMS[system])
