# SPDX-License-Identifier: MIT
"""Comparisons that have a name, from configs/comparisons.toml in the working folder or in the installed package."""

import pathlib
import tomllib

from components import recipe_names
from tfskel import arrays

FILE = "comparisons.toml"


def known() -> dict[str, dict[str, str]]:
    """Name -> label of a method -> recipe and settings; those of the working folder replace the package's.

    Raises:
        ValueError: the file is no table of this form; names the file and the place.
    """
    found = {}
    for path in (recipe_names.INSTALLED / FILE, pathlib.Path("configs") / FILE):
        found |= _read(path) if path.is_file() else {}
    return found


def _read(path: pathlib.Path) -> dict[str, dict[str, str]]:
    try:
        stored = tomllib.loads(arrays.read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: {error}; see the package's configs/{FILE} for the form.") from error
    for name, methods in stored.items():
        if not isinstance(methods, dict) or not all(isinstance(words, str) for words in methods.values()):
            raise ValueError(f'{path}, {name}: expected [{name}] and lines "label" = "recipe and settings" below it.')
    return stored
