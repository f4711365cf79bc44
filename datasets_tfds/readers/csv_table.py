# SPDX-License-Identifier: MIT
"""Reads a CSV file of the user with pandas, and names file, line and column when a cell is wrong."""

import csv
import dataclasses
import functools
import io
import pathlib
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from datasets_tfds.readers import numbers
from tfskel import arrays

_UNIT = "\x1f"  # separates the cells of a file that had quotes
_NEVER_EMPTY = ("recording", "identity", "joint", "path")


@dataclasses.dataclass(frozen=True)
class Source:
    """Text of a file without quotes, one row a line; `header` has the column names, lower case and stripped."""

    path: pathlib.Path
    text: str
    separator: str
    header: list[str]

    @functools.cached_property
    def lines(self) -> list[str]:
        """Line n of the file is lines[n - 1]."""
        return self.text.split("\n")

    def error(self, line: int, column: str, text: object) -> ValueError:
        """The error that names file, line and column."""
        return ValueError(f"{self.path}, line {line}, column {column!r}: {text}")


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


def read(source: Source, text: Iterable[str], whole: Sequence[str], reals: Sequence[str] = ()) -> pd.DataFrame:
    """Columns `text`, `whole` and `reals` of a file; others are skipped, so are empty lines.

    A row for each line, whose number is the index (the header is line 1): text columns categorical with the
    categories in order of first appearance, `whole` int64, `reals` finite float64.

    Raises:
        ValueError: a row has too few or too many cells, a text cell of a column that names what a row is of is empty,
            a number cannot be read or is not finite, or there are no rows.
    """
    lines = rows(source)
    cells = pd.read_csv(
        io.StringIO(source.text),
        sep=source.separator,
        header=None,
        names=source.header,
        skiprows=1,
        usecols=[*text, *whole, *reals],
        dtype=dict.fromkeys(text, str),
        na_filter=False,
        quoting=csv.QUOTE_NONE,
        low_memory=False,  # one type for a whole column: a column of numbers holds nothing else
    ).set_index(lines)
    columns = {name: _categorical(source, cells[name]) for name in text}
    columns |= {name: _converted(source, cells[name], np.int64) for name in whole}
    return pd.DataFrame(columns | {name: _converted(source, cells[name], np.float64) for name in reals})


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


def rows(source: Source) -> np.ndarray:
    """Numbers of the lines below the header that are not empty, each with as many cells as the header.

    Raises:
        ValueError: a line has another number of cells, or there is none.
    """
    counts = [line.count(source.separator) + 1 if line else 0 for line in source.lines]
    width = len(source.header)
    for number, count in enumerate(counts, start=1):
        if count not in (0, width):
            text = f"{count} cells; expected {width} as in the header. Is the file truncated?"
            raise ValueError(f"{source.path}, line {number}: {text}")
    lines = np.flatnonzero(counts)[1:] + 1
    if not len(lines):
        raise ValueError(f"{source.path}: a header line and no rows below it.")
    return lines


def _categorical(source: Source, column: pd.Series) -> pd.Series:
    codes, cells = pd.factorize(column)
    names = [str(cell).strip() for cell in cells]
    if "" in names and column.name in _NEVER_EMPTY:
        raise source.error(column.index[np.argmax(codes == names.index(""))], column.name, "empty; expected a name.")
    place = {name: number for number, name in enumerate(dict.fromkeys(names))}
    codes = np.array([place[name] for name in names])[codes]
    return pd.Series(pd.Categorical.from_codes(codes, list(place)), column.index)


def _converted(source: Source, column: pd.Series, dtype: type) -> pd.Series:
    if column.dtype.kind in ("i" if dtype is np.int64 else "iuf") and np.isfinite(column.to_numpy()).all():
        return column.astype(dtype)
    place = source.header.index(column.name)
    cells = [source.lines[line - 1].split(source.separator)[place] for line in column.index]
    try:
        return pd.Series((numbers.integers if dtype is np.int64 else numbers.reals)(cells), column.index)
    except numbers.Unreadable as error:
        raise source.error(column.index[error.position], column.name, error) from None
