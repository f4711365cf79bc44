# SPDX-License-Identifier: MIT
"""The one reader and writer of arrays, text and JSON: complete or not at all, always UTF-8, never unpickling."""

import codecs
import contextlib
import errno
import json
import os
import pathlib
import shutil
from collections.abc import Iterable, Iterator

import numpy as np

Path = str | os.PathLike
_OTHER_ENCODINGS = {
    "UTF-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
    "UTF-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
}


_END = 22  # bytes after the list of an archive's entries

UNFINISHED = ".unfinished."
"""How names of files begin that a killed program did not finish."""


@contextlib.contextmanager
def complete(path: Path, size: int = 0) -> Iterator[pathlib.Path]:
    """A temporary name beside `path` to write to; it is renamed to `path` at the end, and removed after a failure.

    Args:
        path: of the complete file.
        size: bytes that have to be free, for a library that a full disk would crash.

    Raises:
        OSError: they are not, or the file cannot be written; names it.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if size and shutil.disk_usage(path.parent).free < size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    # The ending stays, because some writers choose the format by it.
    unfinished = path.with_name(f"{UNFINISHED}{os.getpid()}.{path.name}")
    try:
        yield unfinished
        os.replace(unfinished, path)
    except OSError as error:
        if error.filename is None:  # of a full disk the system says no more than that
            error.filename = str(path)
        raise
    finally:
        unfinished.unlink(missing_ok=True)


def write(path: Path, **arrays: np.ndarray) -> None:
    """Writes an .npz file of plain arrays (no pickled objects)."""
    with complete(path) as unfinished, open(unfinished, "wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def read(path: Path, names: Iterable[str] | None = None, optional: Iterable[str] = ()) -> dict[str, np.ndarray]:
    """Arrays of an .npz file by name: all of them without `names`, else those and the optional ones that it has.

    Raises:
        FileNotFoundError: no such file.
        ValueError: not an .npz file, truncated or damaged, an array missing (lists those there are), or one that holds
            pickled Python objects (refused).
    """
    if not pathlib.Path(path).is_file():
        raise FileNotFoundError(f"{path} does not exist.")
    try:
        archive = np.load(path, allow_pickle=False)
    except Exception as error:  # a damaged file fails in the archive, a decompressor or the parser of a header
        raise ValueError(
            f"{path}: not a readable .npz file (empty, truncated or another format): {error}; write it again."
        ) from error
    if isinstance(archive, np.ndarray):
        raise ValueError(f"{path}: one .npy array of shape {archive.shape}; expected an .npz file with named arrays.")
    with archive:
        _check_list(path, archive)
        names = archive.files if names is None else names
        missing = [name for name in names if name not in archive.files]
        if missing:
            keys = ", ".join(_described(archive, key) for key in archive.files) or "none"
            raise ValueError(f"{path}: missing key {', '.join(map(repr, missing))}. Keys found: {keys}.")
        return {name: _array(path, archive, name) for name in (*names, *optional) if name in archive.files}


def _check_list(path: Path, archive: np.lib.npyio.NpzFile) -> None:
    """Compares the number of entries with the one at the end of the file: a damaged list may hide some."""
    with open(path, "rb") as file:
        file.seek(-_END, os.SEEK_END)
        end = file.read()
    stated = int.from_bytes(end[10:12], "little")
    if end.startswith(b"PK\5\6") and stated not in (len(archive.zip.infolist()), 0xFFFF):
        raise ValueError(
            f"{path}: truncated or damaged: it lists {len(archive.files)} of {stated} arrays; write it again."
        )


def _array(path: Path, archive: np.lib.npyio.NpzFile, name: str) -> np.ndarray:
    try:
        with archive.zip.open(f"{name}.npy") as member:
            value = np.lib.format.read_array(member, allow_pickle=False)
            if member.read(1):  # the checksum is compared at the end, which a smaller shape does not reach
                raise ValueError(f"more bytes than {value.shape} {value.dtype} takes")
            return value
    except Exception as error:
        if "pickle" in str(error):
            problem = "holds pickled Python objects, which are refused; store plain numbers or text"
        else:
            problem = f"truncated or damaged: {error}; write the file again"
        raise ValueError(f"{path}, key {name!r}: {problem}.") from error


def _described(archive: np.lib.npyio.NpzFile, name: str) -> str:
    try:
        return f"{name} {archive[name].shape}"
    except Exception:
        return f"{name} (unreadable)"


def write_text(path: Path, text: str) -> None:
    """Writes text as UTF-8, whatever the locale."""
    with complete(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")


def read_text(path: Path) -> str:
    """Reads UTF-8 text; a byte order mark is dropped, line ends stay as they are.

    Raises:
        FileNotFoundError: no such file.
        ValueError: the file is in another encoding or no text at all; names the encoding or the line.
    """
    raw = pathlib.Path(path).read_bytes()
    for encoding, marks in _OTHER_ENCODINGS.items():
        if raw.startswith(marks):
            raise ValueError(f"{path}: {encoding} text; save the file as UTF-8.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ValueError(f"{path}, line {line}: not UTF-8 text; save the file as UTF-8.") from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ValueError(f"{path}, line {line}: a zero byte, so no UTF-8 text; save the file as UTF-8.")
    return text


def write_json(path: Path, content, sort_keys: bool = True) -> None:
    """Writes JSON, keys in their order or sorted."""
    write_text(path, json.dumps(content, indent=1, sort_keys=sort_keys))


def read_json(path: Path, advice: str = "delete it or run the stage that wrote it with --force"):
    """Reads JSON; `advice` ends the message about a damaged file.

    Raises:
        FileNotFoundError: no such file.
        ValueError: not UTF-8 text, not JSON, or a key twice in one object; names the file.
    """
    text = read_text(path)
    try:
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is no JSONDecodeError
        raise ValueError(f"{path}: not a JSON file ({error}); {advice}.") from error
    except KeyError as error:
        raise ValueError(f"{path}: {error.args[0]!r} stands there twice; give every name once.") from error


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    content: dict[str, object] = {}
    for name, value in pairs:
        if name in content:
            raise KeyError(name)
        content[name] = value
    return content
