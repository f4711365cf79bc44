# SPDX-License-Identifier: MIT
"""Which data sets there are, found by folder so that listing them imports nothing heavy."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import pathlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datasets_tfds import base_builder


def known() -> list[str]:
    """Names of the data sets that `load` accepts, sorted. Imports neither TFDS nor TensorFlow."""
    here = pathlib.Path(__file__).parent
    return sorted(path.parent.name for path in here.glob("*/*_dataset_builder.py"))


def options(name: str) -> dict[str, Any]:
    """Option -> default of one known data set. Imports neither TFDS nor TensorFlow.

    Raises:
        ValueError: the data set is unknown.
    """
    module(name)
    table = f"datasets_tfds.{name}.options"
    return dict(importlib.import_module(table).OPTIONS) if importlib.util.find_spec(table) else {}


def suggestion(word: str, words: Iterable[str]) -> str:
    """Text " Did you mean ...?" with the one of `words` that is like `word`, "" when none is."""
    close = difflib.get_close_matches(word, words, n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


def check_option(name: str, key: str, defaults: Mapping[str, Any]) -> None:
    """Refuses an option that the data set does not have.

    Args:
        name: str. Data set, for the message.
        key: str. The option.
        defaults: option -> default, as in the data set's options.py.

    Raises:
        ValueError: no such option; the message lists those there are.
    """
    if key not in defaults:
        listed = ", ".join(f"{option}={default!r}" for option, default in defaults.items()) or "none"
        raise ValueError(f"Data set {name}: unknown option {key!r}.{suggestion(key, defaults)} Options: {listed}.")


def load(
    name: str,
    data_dir: str | pathlib.Path | None = None,
    options: dict[str, Any] | None = None,
    file_format: str | None = None,
) -> base_builder.BaseBuilder:
    """The builder of one data set, ready for `download_and_prepare` or for reading.

    Args:
        name: str. Folder of the data set in datasets_tfds, for example "own_recordings".
        data_dir: folder. Root of the prepared data sets; None means TFDS's own default.
        options: what the data set offers in its OPTIONS table; empty means the config `recordings`.
        file_format: of files that are written, for example "array_record"; None for that of the data set.

    Returns:
        TFDS builder; its `data_dir` attribute is the version folder.

    Raises:
        ValueError: the data set or an option is unknown, or an option has the wrong type.
    """
    builder = importlib.import_module(module(name)).Builder
    return builder(data_dir=data_dir, config=builder.config_for(dict(options or {})), file_format=file_format)


def module(name: str) -> str:
    """Import name of the module that defines a data set's builder.

    Raises:
        ValueError: the data set is unknown; the message lists those known.
    """
    if name not in known():
        raise ValueError(
            f"Unknown data set {name!r}.{suggestion(name, known())} Known data sets: {', '.join(known())}."
        )
    return f"datasets_tfds.{name}.{name}_dataset_builder"
