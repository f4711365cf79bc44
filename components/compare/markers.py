# SPDX-License-Identifier: MIT
"""Tables inside a text file: what stands between <!-- KIND:NAME --> and <!-- /KIND:NAME --> is generated."""

import pathlib
import re

from tfskel import arrays

COMPARE, BENCH = "compare", "bench"
"""Kinds of tables: comparisons by their names, benchmarks by their sizes."""


def names(path: pathlib.Path, kind: str = COMPARE) -> list[str]:
    """Names of all tables of a kind in a file, in its order."""
    return re.findall(rf"^<!-- {kind}:(\S+) -->$", arrays.read_text(path), re.MULTILINE)


def around(path: pathlib.Path, name: str, kind: str = COMPARE) -> tuple[str, str]:
    """What stands before and behind the content of a table, its markers included.

    Raises:
        ValueError: the file has not just one pair of these markers; the message lists those it has.
    """
    text = arrays.read_text(path)
    begin, end = f"<!-- {kind}:{name} -->\n", f"<!-- /{kind}:{name} -->"
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(end) < text.index(begin):
        raise ValueError(
            f"{path}: expected one line {begin.strip()!r} and after it one {end!r}. "
            f"Tables in this file: {', '.join(names(path, kind)) or 'none'}."
        )
    before, rest = text.split(begin)
    return before + begin, end + rest.split(end)[1]


def write(path: pathlib.Path, name: str, content: str, kind: str = COMPARE) -> None:
    """Replaces what stands between the markers of a table; the rest of the file stays as it is. Errors as `around`."""
    before, behind = around(path, name, kind)
    arrays.write_text(path, f"{before}{content.strip()}\n{behind}")
