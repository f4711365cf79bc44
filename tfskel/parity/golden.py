# SPDX-License-Identifier: MIT
"""Reads recordings of the original programs: arrays and settings of a case, spread over several files."""

import contextlib
import dataclasses
import functools
import json
import pathlib
import zipfile
import zlib

import numpy as np


def load(path: pathlib.Path) -> dict[str, np.ndarray]:
    """All arrays of an .npz file.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged or holds pickled objects.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError, KeyError, AttributeError) as error:
        raise ValueError(f"{path} is damaged or not an .npz file of plain arrays: {error}.") from error


def load_settings(path: pathlib.Path) -> dict:
    """A JSON object.

    Raises:
        ValueError: the file is not JSON, or not an object.
    """
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not JSON: {error}.") from error
    if not isinstance(settings, dict):
        raise ValueError(f"{path} must hold a JSON object; it holds {type(settings).__name__}.")
    return settings


@dataclasses.dataclass(frozen=True)
class Files:
    """The files of one case.

    Attributes:
        case: name.
        paths: kind -> file.
        meta: JSON files with settings, weakest first.
    """

    case: str
    paths: dict[str, pathlib.Path]
    meta: tuple[pathlib.Path, ...] = ()

    def __contains__(self, kind: str) -> bool:
        return kind in self.paths

    def arrays(self, kind: str) -> dict[str, np.ndarray]:
        """Arrays of one file.

        Raises:
            ValueError: the case has no such file, or it is damaged.
        """
        if kind not in self.paths:
            raise ValueError(f"{self.case}_{kind}.npz is missing; it is needed to compare.")
        return self._cached(kind)

    @functools.cache  # noqa: B019 - a case lives as long as its comparison
    def _cached(self, kind: str) -> dict[str, np.ndarray]:
        return load(self.paths[kind])

    def __hash__(self) -> int:
        return id(self)

    def settings(self) -> dict:
        """Settings stated by the case: JSON files, then `meta_json` in its arrays, then its command line flags.

        A damaged file states nothing; it is reported when it is compared itself.
        """
        merged = {}
        for path in self.meta:
            merged |= load_settings(path)
        for kind in self.paths:
            with contextlib.suppress(ValueError):
                merged |= json.loads(str(self.arrays(kind).get("meta_json", "{}")))
        return merged | flags(merged.get("flags") or [])


def flags(words: list[str]) -> dict[str, str]:
    """Command line flags as a dictionary: ["--loss", "l2", "--P=4"] -> {"loss": "l2", "P": "4"}."""
    found, words = {}, list(words)
    while words:
        name, _, value = str(words.pop(0)).lstrip("-").partition("=")
        if not value and words and not str(words[0]).startswith("--"):
            value = str(words.pop(0))
        found[name] = value
    return found
