# SPDX-License-Identifier: MIT
"""Finds the folders of an unpacked archive, or says what was found there and what is expected."""

import dataclasses
import pathlib
from collections.abc import Callable, Iterable, Sequence

from datasets_tfds.readers import folder_tree


@dataclasses.dataclass(frozen=True)
class Archive:
    """How an archive looks when it is unpacked: its folder, also found in lower case, and the tree for messages."""

    name: str
    expected: str

    def _comparison(self, folder: pathlib.Path, complaint: str) -> str:
        return folder_tree.comparison(folder, complaint, self.expected)

    def locate(self, manual_dir: pathlib.Path, required: Sequence[str]) -> pathlib.Path:
        """The folder that holds all `required` folders: `manual_dir` itself or the archive's folder in it.

        Raises:
            FileNotFoundError: a required folder ("/" between levels) is missing; shows both trees.
        """
        candidates = [manual_dir, manual_dir / self.name, manual_dir / self.name.lower()]
        missing = {folder: [name for name in required if not (folder / name).is_dir()] for folder in candidates}
        best = min(candidates, key=lambda folder: len(missing[folder]))
        if missing[best]:
            names = ", ".join(map(repr, missing[best]))
            complaint = f"The {self.name} archive is not at {manual_dir}: there is no folder {names} in {best}."
            raise FileNotFoundError(self._comparison(manual_dir, complaint))
        return best

    def leaf_folders(self, folder: pathlib.Path) -> list[pathlib.Path]:
        """Folders below `folder` that hold no folder, in the order of a sorted walk.

        Raises:
            FileNotFoundError: `folder` holds no folder at all.
            ValueError: two of them have the same name.
        """
        leaves = _leaves(folder)
        if leaves == [folder]:
            raise FileNotFoundError(self._comparison(folder, f"{folder} holds no folder of a person."))
        check_unique(leaves, lambda path: path.name, "folder of a person")
        return leaves

    def files(self, folder: pathlib.Path, part: str = "") -> tuple[pathlib.Path, ...]:
        """Files in `folder` whose name contains `part`, sorted by name as text; hidden ones are left out.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: a folder stands among the files.
        """
        entries = sorted(path for path in folder.iterdir() if part in path.name and not path.name.startswith("."))
        if not entries:
            named = f" with {part!r} in its name" if part else ""
            raise FileNotFoundError(self._comparison(folder, f"{folder} holds no file{named}."))
        for path in entries:
            if path.is_dir():
                complaint = f"{folder} holds the folder {path.name!r} where only files are expected."
                raise ValueError(self._comparison(folder, complaint))
        return tuple(entries)


def sub_folders(folder: pathlib.Path) -> list[pathlib.Path]:
    """Folders in `folder`, sorted by name; hidden ones are left out."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def check_unique(paths: Iterable[pathlib.Path], key: Callable[[pathlib.Path], object], what: str) -> None:
    """Checks that no two paths have the same key; ValueError names both."""
    first: dict[object, pathlib.Path] = {}
    for path in paths:
        other = first.setdefault(key(path), path)
        if other != path:
            raise ValueError(f"The {what} {key(path)!r} stands there twice: {other} and {path}. Keep one of them.")


def _leaves(folder: pathlib.Path) -> list[pathlib.Path]:
    children = sub_folders(folder)
    return [leaf for child in children for leaf in _leaves(child)] if children else [folder]
