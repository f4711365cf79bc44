# SPDX-License-Identifier: MIT
"""What a data set's README says of its licence."""

import pathlib
import re

MARK = "- **Licence**: "
_END = re.compile(r"\n(?!  )")  # lines that go on are indented


def of(name: str) -> str:
    """The sentence behind MARK, on one line.

    Args:
        name: of a data set, see `catalogue.known`.

    Raises:
        ValueError: its README has no such line.
    """
    path = pathlib.Path(__file__).parent / name / "README.md"
    _, mark, text = path.read_text(encoding="utf-8").partition(MARK)
    if not mark:
        raise ValueError(f"{path}: no line that begins with {MARK!r}; say there what the data may be used for.")
    return " ".join(_END.split(text, maxsplit=1)[0].split())
