# SPDX-License-Identifier: MIT
"""Reads named arrays of an .npz file without ever unpickling, with messages that name file and key."""

import pathlib
import zipfile
import zlib
from collections.abc import Iterable

import numpy as np


def read(path: str | pathlib.Path, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, np.ndarray]:
    """Arrays of the archive, by key; optional keys that it lacks are left out.

    Raises:
        ValueError: not an .npz file, truncated or damaged, a required key missing (lists the keys found), or a key
            that holds pickled Python objects (refused).
    """
    path = pathlib.Path(path)
    try:
        archive = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path}: not a readable .npz file (empty, truncated or another format): {error}") from None
    if isinstance(archive, np.ndarray):
        raise ValueError(f"{path}: one .npy array of shape {archive.shape}; expected an .npz file with named arrays.")
    with archive:
        missing = [key for key in required if key not in archive.files]
        if missing:
            raise ValueError(f"{path}: missing key {', '.join(map(repr, missing))}. Keys found: {_found(archive)}.")
        return {key: _array(path, archive, key) for key in (*required, *optional) if key in archive.files}


def _array(path: pathlib.Path, archive: np.lib.npyio.NpzFile, key: str) -> np.ndarray:
    try:
        return archive[key]
    except ValueError as error:
        reason = "holds pickled Python objects, which are refused" if "pickle" in str(error) else f"damaged: {error}"
        raise ValueError(f"{path}, key {key!r}: {reason}; store plain numbers or text.") from None
    except (EOFError, OSError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{path}, key {key!r}: truncated or damaged: {error}") from None


def _found(archive: np.lib.npyio.NpzFile) -> str:
    names = []
    for key in archive.files:
        try:
            names.append(f"{key} {archive[key].shape}")
        except (ValueError, EOFError, OSError, zipfile.BadZipFile, zlib.error):
            names.append(f"{key} (unreadable)")
    return ", ".join(names) or "none"
