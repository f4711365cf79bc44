# SPDX-License-Identifier: MIT
"""Reads a CSV file of skeletons into columns, quickly, and names file, line and column when a cell is wrong."""

import csv
import dataclasses
import functools
import io
import math
import pathlib
import re
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from tfskel import arrays

_WHOLE = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_UNIT = "\x1f"  # separates the cells of a file that had quotes


@dataclasses.dataclass(frozen=True)
class Source:
    """Text of a file without quotes, one row a line.

    Attributes:
        path: the file.
        text: its content.
        separator: one character.
        header: column names, lower case and stripped.
    """

    path: pathlib.Path
    text: str
    separator: str
    header: list[str]

    @functools.cached_property
    def lines(self) -> list[str]:
        """Line n of the file is lines[n - 1]."""
        return self.text.split("\n")


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


def load(path: pathlib.Path) -> Source:
    """The text of a file and its column names.

    Raises:
        ValueError: not UTF-8, broken quotes, no header, or a column name twice.
    """
    text = arrays.read_text(path).replace("\r\n", "\n").replace("\r", "\n")
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    if '"' in text:
        text, separator = _without_quotes(path, text, separator), _UNIT
    header = [name.strip().lower() for name in text.partition("\n")[0].split(separator)]
    repeated = sorted({name for name in header if header.count(name) > 1})
    if not any(header) or repeated:
        problem = f"column {repeated[0]!r} stands there twice" if any(header) else "the file is empty"
        raise ValueError(f"{path}, line 1: {problem}; expected a header line with column names.")
    return Source(path, text, separator, header)


def read(source: Source, text: Iterable[str], numbers: Sequence[str]) -> Table:
    """Columns `text`, `frame` and `numbers` of a file; others are skipped, so are empty lines.

    Raises:
        ValueError: a row has too few or too many cells, a text cell of `recording` or `identity` is empty, a
            number cannot be read or is not finite, or there are no rows.
    """
    line = _rows(source)
    at = {name: source.header.index(name) for name in (*text, "frame", *numbers)}
    table = pd.read_csv(
        io.StringIO(source.text),
        sep=source.separator,
        header=None,
        names=range(len(source.header)),
        skiprows=1,
        usecols=sorted(at.values()),
        dtype={at[name]: str for name in text},
        na_filter=False,
        quoting=csv.QUOTE_NONE,
        low_memory=False,  # one type for a whole column: a column of numbers holds nothing else
    )
    columns = {name: table[place] for name, place in at.items()}
    coded = {name: _coded(source, line, name, columns[name]) for name in text}
    return Table(
        source.path,
        line,
        {name: codes for name, (codes, _) in coded.items()},
        {name: names for name, (_, names) in coded.items()},
        _converted(source, line, "frame", columns["frame"], np.int64),
        np.stack([_converted(source, line, name, columns[name], np.float64) for name in numbers], axis=1),
    )


def _without_quotes(path: pathlib.Path, text: str, separator: str) -> str:
    rows, reader = [], csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for row in reader:
            rows.append(_UNIT.join(row))
            if reader.line_num != len(rows):
                raise ValueError(f"{path}: a quoted cell before line {reader.line_num} spans several lines.")
    except csv.Error as error:
        raise ValueError(f"{path}, line {reader.line_num}: {error}.") from None
    return "\n".join(rows)


def _rows(source: Source) -> np.ndarray:
    """Numbers of the lines below the header that are not empty, each with as many cells as the header."""
    cells = [line.count(source.separator) + 1 if line else 0 for line in source.lines]
    width = len(source.header)
    for number, count in enumerate(cells, start=1):
        if count not in (0, width):
            raise ValueError(
                f"{source.path}, line {number}: {count} cells; expected {width} as in the header. "
                "Is the file truncated?"
            )
    line = np.flatnonzero(cells)[1:] + 1
    if not len(line):
        raise ValueError(f"{source.path}: a header line and no rows below it.")
    return line


def _coded(source: Source, line: np.ndarray, name: str, column: pd.Series) -> tuple[np.ndarray, list[str]]:
    codes, cells = pd.factorize(column)
    names = [str(cell).strip() for cell in cells]
    if "" in names and name in ("recording", "identity", "joint"):
        number = line[np.argmax(codes == names.index(""))]
        raise ValueError(f"{source.path}, line {number}, column {name!r}: empty; expected a name.")
    index = {value: place for place, value in enumerate(dict.fromkeys(names))}
    return np.array([index[value] for value in names])[codes], list(index)


def _converted(source: Source, line: np.ndarray, name: str, column: pd.Series, dtype: type) -> np.ndarray:
    if column.dtype.kind not in ("i" if dtype is np.int64 else "iuf") or not np.isfinite(column.to_numpy()).all():
        place = source.header.index(name)
        readable, expected = (_is_whole, "whole") if dtype is np.int64 else (_is_number, "finite")
        for number in line:
            cell = source.lines[number - 1].split(source.separator)[place]
            if not readable(cell.strip(" \t")):
                raise ValueError(
                    f"{source.path}, line {number}, column {name!r}: expected a {expected} number; received {cell!r}."
                )
    return column.to_numpy().astype(dtype)


def _is_whole(cell: str) -> bool:
    return bool(_WHOLE.fullmatch(cell)) and -(2**63) <= int(cell) < 2**63


def _is_number(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell)) and math.isfinite(float(cell))
