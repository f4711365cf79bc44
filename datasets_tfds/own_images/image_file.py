# SPDX-License-Identifier: MIT
"""The splits that images may be given to, and the order of their names."""

import re

SPLITS = {"train": "train", "probe": "probe", "query": "probe", "gallery": "gallery"}
"""Word for a split -> its name."""


def natural(name: str) -> list:
    """Sort key: numbers inside a name by their value."""
    return [(0, int(part), part) if part.isdecimal() else (1, 0, part) for part in re.split(r"([0-9]+)", name) if part]
