# SPDX-License-Identifier: MIT
"""Draws a folder as a small tree, for messages that compare what was found with what is expected."""

import os
import pathlib


def draw(folder: str | os.PathLike, depth: int = 2, limit: int = 12) -> str:
    """Text of the tree below `folder`, or its nearest existing parent, `depth` levels: folders first, at most `limit`
    entries a folder; the rest is counted.
    """
    folder = pathlib.Path(folder)
    lines = []
    if not folder.exists():
        lines.append(f"{folder} does not exist; the nearest folder that does:")
        folder = next((parent for parent in folder.absolute().parents if parent.exists()), folder)
    if folder.is_file():
        return "\n".join([*lines, f"{folder} (a file)"])
    return "\n".join([*lines, f"{folder}/", *(_entries(folder, depth, limit, "  ") or ["  (empty)"])])


def comparison(folder: pathlib.Path, complaint: str, expected: str, **limits: int) -> str:
    """Text of an error: what is wrong with a folder, what was found in it, what is expected; limits as for `draw`."""
    return f"{complaint} Found:\n{draw(folder, **limits)}\nExpected:\n{expected.strip(chr(10))}"


def _entries(folder: pathlib.Path, depth: int, limit: int, indent: str) -> list[str]:
    try:
        entries = sorted(folder.iterdir(), key=lambda path: (path.is_file(), path.name))
    except OSError as error:
        return [f"{indent}({error.strerror})"]
    lines = []
    for entry in entries[:limit]:
        lines.append(f"{indent}{entry.name}{'/' if entry.is_dir() else ''}")
        if entry.is_dir() and depth > 1:
            lines.extend(_entries(entry, depth - 1, limit, indent + "  "))
    if len(entries) > limit:
        lines.append(f"{indent}... and {len(entries) - limit} more")
    return lines
