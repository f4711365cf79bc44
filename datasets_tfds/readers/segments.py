# SPDX-License-Identifier: MIT
"""Splits as segments of recordings: reading splits.json, and the checks every source of splits goes through."""

import pathlib
import re
from collections.abc import Iterable, Mapping

from tfskel import arrays

Segment = tuple[str, int, int]
_EXPECTED = 'expected {"splits": {"train": [["recording", first_frame, end_frame], ...], ...}}'


def read(path: str | pathlib.Path, lengths: Mapping[str, int]) -> dict[str, list[Segment]]:
    """Splits of a splits.json, checked against the recordings at hand.

    Args:
        path: JSON file {"splits": {split: [[recording, first_frame, end_frame), ...]}}; the outer level may be
            left out. Frames are counted from 0 within the recording, the end is not included.
        lengths: recording -> number of frames.

    Raises:
        ValueError: not UTF-8 text, not JSON, a key twice, or a segment that does not fit; names the file, the split,
            the number of the segment and what was expected.
    """
    content = arrays.read_json(path, advice=_EXPECTED)
    splits = content.get("splits", content) if isinstance(content, dict) else None
    if not isinstance(splits, dict) or not splits:
        raise ValueError(f"{path}: {_EXPECTED}; received {str(content)[:60]!r}.")
    result = {}
    for split, rows in splits.items():
        if not isinstance(rows, list):
            raise ValueError(f"{path}, split {split!r}: {_EXPECTED}; received {str(rows)[:60]!r}.")
        result[split] = [_segment(path, split, i, row) for i, row in enumerate(rows)]
    check(result, lengths, str(path))
    return result


def check(splits: Mapping[str, list[Segment]], lengths: Mapping[str, int], source: str) -> None:
    """Refuses empty or misnamed splits, unknown recordings, segments outside theirs, and shared frames.

    Raises:
        ValueError: names the source, the split and the number of the segment.
    """
    taken: dict[str, list[tuple[int, int, str]]] = {}
    for split, rows in splits.items():
        if not re.fullmatch(r"[A-Za-z]\w*", split) or split == "all":
            raise ValueError(f"{source}: split name {split!r} must be letters, digits and _, and not 'all'.")
        if not rows:
            raise ValueError(f"{source}: split {split!r} is empty; give it a segment or remove it.")
        for i, (recording, first, end) in enumerate(rows):
            where = f"{source}, split {split!r}, segment {i} [{recording}, {first}, {end}]"
            if recording not in lengths:
                raise ValueError(f"{where}: unknown recording {recording!r}; known: {_few(lengths)}.")
            if not 0 <= first < end <= lengths[recording]:
                raise ValueError(f"{where}: outside its recording; expected 0 <= first < end <= {lengths[recording]}.")
            for other_first, other_end, other in taken.setdefault(recording, []):
                if first < other_end and other_first < end:
                    raise ValueError(
                        f"{where}: shares frames with segment [{recording}, {other_first}, {other_end}] "
                        f"of split {other!r}; every frame may be used once."
                    )
            taken[recording].append((first, end, split))


def _segment(path: pathlib.Path, split: str, i: int, row: object) -> Segment:
    whole = isinstance(row, list) and len(row) == 3 and all(type(value) is int for value in row[1:])
    if not whole or not isinstance(row[0], str):
        raise ValueError(
            f"{path}, split {split!r}, segment {i}: expected [recording as text, first_frame, "
            f"end_frame] with whole numbers; received {str(row)[:80]}."
        )
    return row[0], row[1], row[2]


def _few(names: Iterable[str], limit: int = 10) -> str:
    names = list(names)
    return ", ".join(names[:limit]) + (f", ... ({len(names)} in all)" if len(names) > limit else "")
