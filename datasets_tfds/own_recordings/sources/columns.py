# SPDX-License-Identifier: MIT
"""CSV with a column for each coordinate of each joint, as users of pose estimators write it."""

import io
import pathlib
import re
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from datasets_tfds.own_recordings.layouts import match
from datasets_tfds.own_recordings.sources import captured
from datasets_tfds.readers import csv_table

_AXES = ("x", "y", "z")
_CONFIDENCE = ("visibility", "confidence", "likelihood", "score", "conf", "vis", "v", "c", "s")
_ENDINGS = "|".join((*_AXES, *_CONFIDENCE))
# nose_x, SpineBase.X, JointType_SpineBase_X, landmark_0_x, 0_x; and x0, x_0, v12.
_JOINT_FIRST = re.compile(rf"(?P<joint>.*?[a-z0-9])(?:[ _.\-]|(?<=[a-z0-9])(?=[xyz]$))(?P<axis>{_ENDINGS})$")
_AXIS_FIRST = re.compile(rf"(?P<axis>{_ENDINGS})[ _.\-]?(?P<joint>\d+)$")
_NUMBER = re.compile(r"(?:joint|landmark|point|kp|keypoint)?[ _.\-]?(\d+)$")
_FRAME = ("frame", "frame_number", "frame_id", "frame_index", "frame_no", "frameno", "framenum", "frame_num")
_TIME = ("time", "timestamp", "timestamp_ms", "time_s", "time_ms", "seconds", "t")
_PERSON = ("identity", "recording")


def read(path: pathlib.Path, layout: str = "") -> Iterator[captured.Captured]:
    """Recordings of a file: one, or one for each pair of the columns `identity` and `recording`.

    Args:
        path: CSV file; comma, semicolon or tab. Empty cells and "nan" are joints that were not seen.
        layout: name of the joints' layout; "" for what their names or their number say.

    Raises:
        ValueError: names the file and the line or columns that cannot be used.
    """
    source = csv_table.load(path)
    table = _table(source)
    columns = _coordinates(source)
    rows = (
        table.groupby([table[name] for name in _PERSON], sort=False)
        if set(_PERSON) <= set(table)
        else [(("", ""), table)]
    )
    for person, part in rows:
        yield _recording(source, part, columns, layout, tuple(map(str, person)))


def _table(source: csv_table.Source) -> pd.DataFrame:
    """A row for each line, whose number is the index."""
    lines = csv_table.rows(source)
    text = io.StringIO(source.text)
    return pd.read_csv(text, sep=source.separator, header=None, names=source.header, skiprows=1).set_index(lines)


def _coordinates(source: csv_table.Source) -> dict[str, dict[str, str]]:
    """Joint, in the order of the columns -> axis or "confidence" -> column."""
    found: dict[str, dict[str, str]] = {}
    for column in source.header:
        fit = _AXIS_FIRST.fullmatch(column) or _JOINT_FIRST.fullmatch(column)
        if fit and column not in (*_FRAME, *_TIME, *_PERSON):
            axis = fit["axis"] if fit["axis"] in _AXES else "confidence"
            found.setdefault(fit["joint"], {})[axis] = column
    joints = {joint: axes for joint, axes in found.items() if {"x", "y"} <= set(axes)}
    if len(joints) < 10:
        raise ValueError(
            f"{source.path}, line 1: expected columns of at least 10 joints, such as nose_x, nose_y, nose_z or x0, y0, "
            f"z0; found {len(joints)} in {', '.join(source.header[:12])}."
        )
    return joints


def _recording(source, table: pd.DataFrame, columns: Mapping, layout: str, person) -> captured.Captured:
    where = str(source.path)
    names, order = _names(columns, where, layout)
    flat = not any("z" in axes for axes in columns.values())
    values = [[_numbers(source, table, columns[joint].get(axis)) for axis in _AXES] for joint in order]
    joints = captured.unseen_to_nan(np.stack([np.stack(axes, axis=-1) for axes in values], axis=1))  # (T, J, 3)
    seen = [columns[joint].get("confidence") for joint in order]
    confidence = np.stack([_numbers(source, table, name) for name in seen], axis=1) if all(seen) else None
    frame = next((name for name in _FRAME if name in table), None)
    frames = np.round(_numbers(source, table, frame)).astype(np.int64) if frame else np.arange(len(table))
    matched = (
        match.by_name(names, where, layout) if not names[0].isdecimal() else match.by_number(len(names), where, layout)
    )
    named = matched.joints if names[0].isdecimal() else names
    return captured.Captured(
        where, matched, tuple(named), joints, confidence, frames, _fps(source, table), "", flat, person
    )


def _names(columns: Mapping, where: str, layout: str) -> tuple[list[str], list[str]]:
    """Names of the joints and the keys of `columns`, both in order; numbers are sorted, and begin with 0 or 1."""
    numbers = {joint: int(_NUMBER.fullmatch(joint)[1]) for joint in columns if _NUMBER.fullmatch(joint)}
    if len(numbers) * 2 <= len(columns):
        named = [joint for joint in columns if joint not in numbers]
        return named, named
    order = sorted(numbers, key=numbers.get)
    first = numbers[order[0]]
    if first not in (0, 1) or [numbers[joint] for joint in order] != list(range(first, first + len(order))):
        raise ValueError(f"{where}, line 1: joint numbers must run from 0 or 1 without a gap; received {order[:40]}.")
    return [str(numbers[joint]) for joint in order], order


def _numbers(source: csv_table.Source, table: pd.DataFrame, column: str | None) -> np.ndarray:
    if column is None:
        return np.zeros(len(table))
    values = pd.to_numeric(table[column], errors="coerce").to_numpy(np.float64)
    stated = table[column].notna().to_numpy() & (table[column].astype(str).str.strip() != "").to_numpy()
    wrong = np.flatnonzero(np.isnan(values) & stated)
    if len(wrong):
        raise ValueError(
            f"{source.path}, line {table.index[wrong[0]]}, column {column!r}: expected a number; "
            f"received {str(table[column].iloc[wrong[0]])[:40]!r}."
        )
    return values


def _fps(source: csv_table.Source, table: pd.DataFrame) -> float | None:
    column = next((name for name in _TIME if name in table), None)
    if column is None or len(table) < 2:
        return None
    step = float(np.median(np.diff(_numbers(source, table, column))))
    if not np.isfinite(step) or step <= 0:
        return None
    return 1 / step if step < 1 else 1000 / step  # a step of a second or more between frames is one of milliseconds
