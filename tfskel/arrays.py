# SPDX-License-Identifier: MIT
"""The one reader and writer of arrays, text and JSON: complete or not at all, always UTF-8, never unpickling."""

import contextlib
import json
import os
import pathlib
import zipfile
from collections.abc import Iterator

import numpy as np

Path = str | os.PathLike


@contextlib.contextmanager
def complete(path: Path) -> Iterator[pathlib.Path]:
    """A temporary name beside `path` to write to; it is renamed to `path` at the end, and removed after a failure."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # The ending stays, because some writers choose the format by it.
    unfinished = path.with_name(f".unfinished.{os.getpid()}.{path.name}")
    try:
        yield unfinished
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def write(path: Path, **arrays: np.ndarray) -> None:
    """Writes an .npz file of plain arrays (no pickled objects)."""
    with complete(path) as unfinished, open(unfinished, "wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def read(path: Path, names: list[str] | None = None) -> dict[str, np.ndarray]:
    """Reads the named arrays of an .npz file; all of them without names.

    Raises:
        FileNotFoundError: no such file.
        ValueError: damaged file, pickled objects inside, or an array is missing.
    """
    if not pathlib.Path(path).is_file():
        raise FileNotFoundError(f"{path} does not exist.")
    try:
        with np.load(path, allow_pickle=False) as file:
            missing = [name for name in names or () if name not in file.files]
            arrays = {name: file[name] for name in names or file.files if name not in missing}
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, AttributeError) as error:
        raise ValueError(
            f"{path} is damaged or no .npz file of plain arrays ({type(error).__name__}: {error}). Delete it and write "
            "it again."
        ) from error
    if missing:
        raise ValueError(f"{path} has no array {', '.join(missing)}; it should hold {', '.join(names)}.")
    return arrays


def write_text(path: Path, text: str) -> None:
    """Writes text as UTF-8, whatever the locale."""
    with complete(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")


def read_text(path: Path) -> str:
    """Reads UTF-8 text; a byte order mark is dropped.

    Raises:
        FileNotFoundError: no such file.
        ValueError: the file is not UTF-8; names the place.
    """
    try:
        return pathlib.Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 text ({error}); save it as UTF-8.") from error


def write_json(path: Path, content) -> None:
    """Writes JSON."""
    write_text(path, json.dumps(content, indent=1, sort_keys=True))


def read_json(path: Path):
    """Reads JSON.

    Raises:
        FileNotFoundError: no such file.
        ValueError: the file is damaged; names it.
    """
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise ValueError(
            f"{path} is damaged ({error}); delete it or run the stage that wrote it with --force."
        ) from error
