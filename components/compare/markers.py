# SPDX-License-Identifier: MIT
"""Tables inside a text file: what stands between <!-- compare:NAME --> and <!-- /compare:NAME --> is generated."""

import pathlib
import re

from tfskel import arrays

_BEGIN = re.compile(r"^<!-- compare:(\S+) -->$", re.MULTILINE)


def names(path: pathlib.Path) -> list[str]:
    """Names of all tables in a file, in its order."""
    return _BEGIN.findall(arrays.read_text(path))


def around(path: pathlib.Path, name: str) -> tuple[str, str]:
    """What stands before and behind the content of a table, its markers included.

    Raises:
        ValueError: the file has not just one pair of these markers; the message lists those it has.
    """
    text = arrays.read_text(path)
    begin, end = f"<!-- compare:{name} -->\n", f"<!-- /compare:{name} -->"
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(end) < text.index(begin):
        raise ValueError(
            f"{path}: expected one line {begin.strip()!r} and after it one {end!r}. "
            f"Tables in this file: {', '.join(names(path)) or 'none'}."
        )
    before, rest = text.split(begin)
    return before + begin, end + rest.split(end)[1]


def write(path: pathlib.Path, name: str, content: str) -> None:
    """Replaces what stands between the markers of a table; the rest of the file stays as it is. Errors as `around`."""
    before, behind = around(path, name)
    arrays.write_text(path, f"{before}{content.strip()}\n{behind}")
