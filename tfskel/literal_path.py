# SPDX-License-Identifier: MIT
"""Paths that TensorFlow takes literally, whatever characters the user's names hold."""

import os
import shutil
import tempfile
import weakref
from collections.abc import Iterable
from pathlib import Path

PATTERN = "*?[]\\"


class Alias:
    """Another name for a path that TensorFlow's checkpoint code would read as a pattern.

    That code looks for files and deletes old ones by patterns: `runs/x[1]/ckpt-1` is then not found, and in its place
    files of `runs/x1` are deleted. Paths without the characters of PATTERN are their own alias; others are reached
    through a symbolic link in the folder for temporary files, which is there as long as this object.

    Args:
        path: a folder, there or still to be made inside one that is there, or the prefix of files.
        endings: what follows the path in the names of the files it is the prefix of.

    Attributes:
        path: the alias.

    Raises:
        ValueError: the folder for temporary files has such characters itself.
    """

    def __init__(self, path: str | os.PathLike, endings: Iterable[str] = ("",)):
        self.path = Path(path)
        if not is_pattern(self.path):
            return
        if is_pattern(tempfile.gettempdir()):
            raise ValueError(
                f"{path} has one of the characters {PATTERN} in its name, so TensorFlow reaches it through a link in "
                f"{tempfile.gettempdir()}, whose name has one too. Set TMPDIR to a folder without them."
            )
        folder = Path(tempfile.mkdtemp(prefix="tfskel_"))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.path, real = folder / "alias", self.path.absolute()
        for ending in endings:
            os.symlink(f"{real}{ending}", f"{self.path}{ending}")


def is_pattern(path: str | os.PathLike) -> bool:
    """Whether TensorFlow may take the path for a pattern."""
    return not set(PATTERN).isdisjoint(os.fspath(path))
