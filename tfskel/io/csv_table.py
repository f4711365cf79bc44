# SPDX-License-Identifier: MIT
"""Reads a CSV file of skeletons into columns, quickly, and names file, line and column when a cell is wrong."""

from __future__ import annotations

import csv
import dataclasses
import itertools
import pathlib
from collections.abc import Iterable, Sequence

import numpy as np

_ROWS_AT_A_TIME = 4_000  # larger pieces fall out of the cache and take twice the time


@dataclasses.dataclass(frozen=True)
class Table:
    """Columns of a file with N rows below its header.

    Attributes:
        path: the file.
        line: (N,) int64 line numbers, the header is line 1.
        codes: text column -> (N,) int64 index into its `names`.
        names: text column -> distinct values in order of first appearance.
        frame: (N,) int64.
        numbers: (N, K) float64, finite.
    """

    path: pathlib.Path
    line: np.ndarray
    codes: dict[str, np.ndarray]
    names: dict[str, list[str]]
    frame: np.ndarray
    numbers: np.ndarray


def columns(path: pathlib.Path) -> list[str]:
    """Column names of the header line, lower case and stripped."""
    with _open(path) as file:
        try:
            header = next(csv.reader(file, delimiter=_delimiter(path)), None)
        except csv.Error as error:
            raise ValueError(f"{path}, line 1: {error}.") from None
        except UnicodeDecodeError:
            raise _not_text(path) from None
    names = [name.strip().lower() for name in header or []]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if not any(names) or repeated:
        problem = f"column {repeated[0]!r} stands there twice" if repeated else "the file is empty"
        raise ValueError(f"{path}, line 1: {problem}; expected a header line with column names.")
    return names


def read(path: pathlib.Path, text: Iterable[str], numbers: Sequence[str]) -> Table:
    """Columns `text`, `frame` and `numbers` of a file; others are skipped, so are empty lines.

    Raises:
        ValueError: a row has too few or too many cells, a text cell of `recording` or `identity` is empty, a
            number cannot be read or is not finite, or there are no rows.
    """
    header = columns(path)
    codes: dict[str, list[np.ndarray]] = {name: [] for name in text}
    known: dict[str, dict[str, int]] = {name: {} for name in codes}
    lines, frames, values = [], [], []
    for line, rows in _chunks(path, len(header)):
        cells = dict(zip(header, zip(*rows, strict=True), strict=True))
        lines.append(line)
        for name, seen in known.items():
            codes[name].append(_coded(path, line, name, cells[name], seen))
        frames.append(_converted(path, line, "frame", cells["frame"], np.int64, "a whole number"))
        values.append(
            np.stack(
                [_converted(path, line, name, cells[name], np.float64, "a finite number") for name in numbers],
                axis=1,
            )
        )
    if not lines:
        raise ValueError(f"{path}: a header line and no rows below it.")
    return Table(
        path,
        np.concatenate(lines),
        {name: np.concatenate(parts) for name, parts in codes.items()},
        {name: list(seen) for name, seen in known.items()},
        np.concatenate(frames),
        np.concatenate(values),
    )


def _chunks(path: pathlib.Path, width: int) -> Iterable[tuple[np.ndarray, list[list[str]]]]:
    with _open(path) as file:
        reader = csv.reader(file, delimiter=_delimiter(path))
        first = 2
        try:
            next(reader)
            while rows := list(itertools.islice(reader, _ROWS_AT_A_TIME)):
                line = np.arange(first, first + len(rows))
                first += len(rows)
                if reader.line_num != first - 1:
                    raise ValueError(f"{path}: a quoted cell before line {reader.line_num} spans several lines.")
                lengths = np.fromiter(map(len, rows), np.int64, len(rows))
                wrong = np.flatnonzero((lengths != width) & (lengths != 0))
                if len(wrong):
                    raise ValueError(
                        f"{path}, line {line[wrong[0]]}: {lengths[wrong[0]]} cells; expected {width} as in the "
                        "header. Is the file truncated?"
                    )
                if lengths.all():
                    yield line, rows
                elif lengths.any():
                    yield line[lengths > 0], [row for row in rows if row]
        except csv.Error as error:
            raise ValueError(f"{path}, line {reader.line_num}: {error}.") from None
        except UnicodeDecodeError:
            raise _not_text(path) from None


def _coded(path: pathlib.Path, line: np.ndarray, name: str, cells: Sequence[str], seen: dict[str, int]) -> np.ndarray:
    for cell in dict.fromkeys(cells):
        value = cell.strip()
        if not value and name in ("recording", "identity", "joint"):
            raise ValueError(f"{path}, line {line[cells.index(cell)]}, column {name!r}: empty; expected a name.")
        seen.setdefault(value, len(seen))
    index = {cell: seen[cell.strip()] for cell in dict.fromkeys(cells)}
    return np.fromiter(map(index.__getitem__, cells), np.int64, len(cells))


def _converted(
    path: pathlib.Path, line: np.ndarray, name: str, cells: Sequence[str], dtype: type, expected: str
) -> np.ndarray:
    try:
        values = np.array(cells, dtype=dtype)
        bad = ~np.isfinite(values)
    except (ValueError, OverflowError):
        bad = np.array([not _readable(cell, dtype) for cell in cells])
    if bad.any():
        i = int(np.argmax(bad))
        raise ValueError(f"{path}, line {line[i]}, column {name!r}: expected {expected}; received {cells[i]!r}.")
    return values


def _readable(cell: str, dtype: type) -> bool:
    try:
        return bool(np.isfinite(np.array([cell], dtype=dtype)).all())
    except (ValueError, OverflowError):
        return False


def _delimiter(path: pathlib.Path) -> str:
    with open(path, "rb") as file:
        header = file.readline()
    return max(",;\t", key=lambda separator: header.count(separator.encode()))


def _not_text(path: pathlib.Path) -> ValueError:
    # The decoder reads far ahead of the line at hand, so its own error cannot say which line it was.
    with open(path, "rb") as file:
        bad = (line for line, text in enumerate(file, start=1) if text.decode("utf-8", "replace").encode() != text)
        return ValueError(f"{path}, line {next(bad, 1)}: not UTF-8 text; save the file as UTF-8.")


def _open(path: pathlib.Path):
    return open(path, newline="", encoding="utf-8-sig")
