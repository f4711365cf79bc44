# SPDX-License-Identifier: MIT
"""Finds the folders of an unpacked archive, or says what was found there and what is expected."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterable, Sequence

from datasets_tfds.readers import folder_tree


def locate(manual_dir: pathlib.Path, name: str, required: Sequence[str], expected: str) -> pathlib.Path:
    """The folder that holds all `required` folders: `manual_dir` itself or the folder `name` in it.

    Args:
        manual_dir: where the user says the raw files are.
        name: folder of the archive, also found in lower case.
        required: folders below it, "/" between levels.
        expected: tree shown when they are not there.

    Raises:
        FileNotFoundError: a required folder is missing; shows both trees.
    """
    candidates = [manual_dir, manual_dir / name, manual_dir / name.lower()]
    missing = {folder: [part for part in required if not (folder / part).is_dir()] for folder in candidates}
    best = min(candidates, key=lambda folder: len(missing[folder]))
    if missing[best]:
        parts = ", ".join(repr(part) for part in missing[best])
        complaint = f"The {name} archive is not at {manual_dir}: there is no folder {parts} in {best}."
        raise FileNotFoundError(comparison(manual_dir, expected, complaint))
    return best


def comparison(folder: pathlib.Path, expected: str, complaint: str) -> str:
    """Text of an error: what is wrong with a folder, what was found in it, what is expected."""
    return f"{complaint}\nFound:\n{folder_tree.draw(folder)}\nExpected:\n{expected.strip(chr(10))}"


def sub_folders(folder: pathlib.Path) -> list[pathlib.Path]:
    """Folders in `folder`, sorted by name; hidden ones are left out."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def leaf_folders(folder: pathlib.Path, expected: str) -> list[pathlib.Path]:
    """Folders below `folder` that hold no folder, in the order of a sorted walk.

    Raises:
        FileNotFoundError: `folder` holds no folder at all.
        ValueError: two of them have the same name.
    """
    found = _leaves(folder)
    if found == [folder]:
        raise FileNotFoundError(comparison(folder, expected, f"{folder} holds no folder of a person."))
    check_unique(found, lambda path: path.name, "folder of a person")
    return found


def files(folder: pathlib.Path, expected: str, part: str = "") -> tuple[pathlib.Path, ...]:
    """Files in `folder` whose name contains `part`, sorted by name as text; hidden ones are left out.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: with an empty `part`, a folder stands among the files.
    """
    entries = sorted(path for path in folder.iterdir() if part in path.name and not path.name.startswith("."))
    if not entries:
        what = f"no file with {part!r} in its name" if part else "no file"
        raise FileNotFoundError(comparison(folder, expected, f"{folder} holds {what}."))
    folders = [path.name for path in entries if path.is_dir()]
    if folders:
        complaint = f"{folder} holds the folder {folders[0]!r} where only files are expected."
        raise ValueError(comparison(folder, expected, complaint))
    return tuple(entries)


def check_unique(paths: Iterable[pathlib.Path], key: Callable[[pathlib.Path], object], what: str) -> None:
    """Checks that no two paths mean the same.

    Raises:
        ValueError: two paths have the same key; names both.
    """
    seen: dict[object, pathlib.Path] = {}
    for path in paths:
        other = seen.setdefault(key(path), path)
        if other != path:
            raise ValueError(f"The {what} {key(path)!r} stands there twice: {other} and {path}. Keep one of them.")


def _leaves(folder: pathlib.Path) -> list[pathlib.Path]:
    children = sub_folders(folder)
    return [leaf for child in children for leaf in _leaves(child)] if children else [folder]
