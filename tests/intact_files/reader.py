# SPDX-License-Identifier: MIT
"""One reader of files of users or of other programs, with a small intact file, for tests that damage it."""

import dataclasses
import pathlib
from collections.abc import Callable

import numpy as np

from tests import mutations


@dataclasses.dataclass(frozen=True)
class Reader:
    """One reader.

    Attributes:
        write: folder -> None; writes intact files.
        file: the one to damage, in the folder.
        read: folder -> what the reader gives.
        kinds: of damage.
        checked: the format has checksums, so that what is read of a damaged file equals the intact one.
        heavy: imports TensorFlow, or a library that starts slowly.
        named: text that every error contains; the name of the file without.
    """

    write: Callable[[pathlib.Path], None]
    file: str
    read: Callable[[pathlib.Path], object]
    kinds: tuple = mutations.TEXT
    checked: bool = False
    heavy: bool = False
    named: str = ""


def same(one, other) -> bool:
    """Whether two results of a reader are equal."""
    if isinstance(one, dict):
        return isinstance(other, dict) and one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, list | tuple):
        return isinstance(other, list | tuple) and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and one.dtype == other.dtype and np.array_equal(one, other)
    return one == other


def outcome(reader: Reader, folder: pathlib.Path, intact, damaged: bytes) -> tuple[str, str]:
    """("read" or "refused", "") for a damaged file that is read correctly or refused by its name; else ("fault", why).

    Args:
        folder: with the intact files; the one to damage is written over.
        intact: what is read of it.
        damaged: its content.
    """
    path = folder / reader.file
    path.write_bytes(damaged)
    try:
        found = reader.read(folder)
    except (ValueError, OSError) as error:
        named = (reader.named or path.name) in str(error)
        return ("refused", str(error)[:200]) if named else ("fault", f"names no file: {type(error).__name__}: {error}")
    except Exception as error:
        return "fault", f"{type(error).__name__}: {error}"
    if reader.checked and not same(found, intact):
        return "fault", "read as something else in spite of a checksum"
    return "read", ""
