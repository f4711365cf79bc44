# SPDX-License-Identifier: MIT
"""Reads recordings from CSV files: one row per frame and joint, or one row per frame."""

import pathlib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from datasets_tfds.own_recordings import csv_joints, csv_table
from datasets_tfds.readers import examples, folder_tree, segments

_NAMES = ("recording", "identity")
_OPTIONAL = ("camera", "condition", "setting")
_AXES = ("x", "y", "z")
_LAYOUT = """Expected in the folder (file names can be given as options):
  {recordings}   with a header line, in one of two forms (coordinates in metres):
    recording,identity,frame,joint,x,y,z               one row per frame and joint (joint by number or name)
    recording,identity,frame,x0,y0,z0,x1,y1,z1,...     one row per frame
    optional columns: camera, condition, setting, split
  {splits}   unless there is a column split: {{"splits": {{"train": [["recording", first, end], ...], ...}}}}"""


def read(
    folder: str | pathlib.Path,
    recordings: str = "recordings.csv",
    splits: str = "splits.json",
    layouts: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """Split -> example dicts.

    Args:
        folder: folder of the files.
        recordings: name of the CSV file or, where no file has it, a pattern such as "*.csv" (then every recording is
            whole in one file).
        splits: name of the splits file; needed unless the CSV has a column `split` (per frame; empty: not used).
            Its segments count frames from 0 within the recording, in order of the frame numbers.
        layouts: skeleton name -> joint names, for files that give joints by name (case, spaces, _ and - do not
            matter).

    Returns:
        Example dicts as interchange.read gives them; `frames` are the numbers of the column `frame`, and `skeleton` is
        the layout that joint names state, "" without names.

    Raises:
        FileNotFoundError: folder or file missing; the message shows what was found and what is expected.
        ValueError: names file, line, column and what was expected.
    """
    folder = pathlib.Path(folder)
    paths = _files(folder, recordings)
    layout = _LAYOUT.format(recordings=recordings, splits=splits)
    if not paths:
        raise FileNotFoundError(f"{folder / recordings} is missing. Found:\n{folder_tree.draw(folder)}\n{layout}")
    whole: dict[str, dict[str, Any]] = {}
    sources: dict[str, pathlib.Path] = {}
    for path in paths:
        for example in _file(path, layouts or {}):
            name = example["recording"]
            if name in whole:
                raise ValueError(f"{path}: recording {name!r} stands in {sources[name]} too; expected in one file.")
            whole[name], sources[name] = example, path
    counts = {example["joints"].shape[1] for example in whole.values()}
    if len(counts) > 1:
        raise ValueError(f"{folder / recordings}: files with different numbers of joints: {sorted(counts)}.")
    chosen = _segments(folder / splits, whole, sources, layout)
    return examples.cut(whole, chosen)


def _files(folder: pathlib.Path, name: str) -> list[pathlib.Path]:
    """The file of that name or, where there is none, those that the name matches as a pattern."""
    if (folder / name).is_file():
        return [folder / name]
    pattern = pathlib.Path(name)
    if not folder.is_dir() or not name or pattern.is_absolute():
        return []
    return sorted(path for path in folder.glob(name) if path.is_file())


def _file(path: pathlib.Path, layouts: Mapping[str, Sequence[str]]) -> Iterator[dict[str, Any]]:
    source = csv_table.load(path)
    header = source.header
    numbers = _number_columns(path, header)
    optional = [name for name in (*_OPTIONAL, "split") if name in header]
    long = ["joint"] if len(numbers) == 3 and "joint" in header else []
    ignored = sorted(set(header) - {*_NAMES, "frame", *optional, *long, *numbers})
    if ignored:
        warnings.warn(f"{path}: ignored columns: {', '.join(ignored)}", stacklevel=4)
    table = csv_table.read(source, (*_NAMES, *optional, *long), numbers)
    joint, count, layout = csv_joints.numbers(table, layouts) if long else (np.zeros(len(table.line), np.int64), 1, "")
    order = _order(table, joint)
    _check_frames(table, order, joint, count)
    joints = table.numbers[order].reshape(len(order) // count, -1, 3).astype(np.float32)  # (frames, J, 3)
    rows = order.reshape(-1, count)
    starts = np.flatnonzero(np.diff(table.codes["recording"][rows[:, 0]], prepend=-1))
    for first, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        yield _recording(table, rows[first:end], joints[first:end], optional) | {"skeleton": layout}


def _number_columns(path: pathlib.Path, header: list[str]) -> list[str]:
    count = 0
    while all(f"{axis}{count}" in header for axis in _AXES):
        count += 1
    wide = [f"{axis}{joint}" for joint in range(count) for axis in _AXES]
    needed = (*_NAMES, "frame", *(wide or ("joint", *_AXES)))
    missing = [name for name in needed if name not in header]
    # x19 without y19 is a damaged header, not a column to be ignored.
    stray = [name for name in header if wide and name[:1] in _AXES and name[1:].isdigit() and name not in wide]
    if missing or stray:
        problem = f"missing column {', '.join(missing)}" if missing else f"column {stray[0]} without its triple"
        raise ValueError(
            f"{path}, line 1: {problem}. Columns found: {', '.join(header)}. Expected recording, identity, frame and "
            "either joint, x, y, z (one row per frame and joint) or x0, y0, z0, x1, ... (one row per frame)."
        )
    return wide or list(_AXES)


def _order(table: csv_table.Table, joint: np.ndarray) -> np.ndarray:
    keys = (joint, table.frame, table.codes["recording"])
    later = np.zeros(max(len(joint) - 1, 0), bool)
    for key in keys:  # the last key matters most
        step = np.diff(key)
        later = (step > 0) | ((step == 0) & later)
    return np.arange(len(joint)) if later.all() else np.lexsort(keys)


def _check_frames(table: csv_table.Table, order: np.ndarray, joint: np.ndarray, count: int) -> None:
    recording, frame, number = (key[order] for key in (table.codes["recording"], table.frame, joint))
    same_frame = (np.diff(recording) == 0) & (np.diff(frame) == 0)
    twice = np.flatnonzero(same_frame & (np.diff(number) == 0))
    if len(twice):
        i, j = sorted(order[twice[0] : twice[0] + 2])
        what = f", joint {table.names['joint'][table.codes['joint'][i]]}" if count > 1 else ""
        raise ValueError(
            f"{table.path}, line {table.line[j]}: {_where(table, i)}{what} stands in line {table.line[i]} already."
        )
    starts = np.flatnonzero(np.concatenate([[True], ~same_frame]))
    sizes = np.diff(starts, append=len(order))
    short = np.flatnonzero(sizes != count)
    if len(short):
        rows = slice(starts[short[0]], starts[short[0]] + sizes[short[0]])
        absent = sorted(set(range(count)) - set(number[rows].tolist()))
        raise ValueError(
            f"{table.path}, line {table.line[order[rows]].max()}: {_where(table, order[rows][0])} has "
            f"{sizes[short[0]]} joints, without number {absent[:5]}; expected {count} in every frame. "
            "Is the file truncated?"
        )


def _recording(table: csv_table.Table, rows: np.ndarray, joints: np.ndarray, optional: Sequence[str]) -> dict[str, Any]:
    example: dict[str, Any] = {"joints": joints, "frames": table.frame[rows[:, 0]]}
    for name in (*_NAMES, *optional):
        codes = table.codes[name][rows]
        # A recording may change its split from frame to frame; all else is one value for the recording.
        reference = codes[:, :1] if name == "split" else codes[0, 0]
        wrong = rows[codes != reference]
        if len(wrong):
            line, value = table.line[wrong.min()], table.names[name][table.codes[name][wrong.min()]]
            scope = "frame" if name == "split" else "recording"
            raise ValueError(
                f"{table.path}, line {line}, column {name!r}: {value!r} differs from the other rows of "
                f"{_where(table, rows[0, 0])}; expected one value per {scope}."
            )
        labels = np.array(table.names[name])[codes[:, 0]]
        example[name] = labels.tolist() if name == "split" else str(labels[0])
    return example


def _where(table: csv_table.Table, row: int) -> str:
    return f"recording {table.names['recording'][table.codes['recording'][row]]!r}, frame {table.frame[row]}"


def _segments(path, whole, sources, layout) -> dict[str, list[segments.Segment]]:
    marked = [name for name, example in whole.items() if "split" in example]
    if len(marked) not in (0, len(whole)):
        other = next(name for name in whole if name not in marked)
        raise ValueError(f"{sources[other]}: no column split, but {sources[marked[0]]} has one; expected in all files.")
    lengths = {name: len(example["joints"]) for name, example in whole.items()}
    if not marked:
        if not path.is_file():
            raise FileNotFoundError(
                f"No column split, and {path} is missing. Found:\n{folder_tree.draw(path.parent)}\n{layout}"
            )
        return segments.read(path, lengths)
    if path.is_file():
        raise ValueError(f"Both {path} and a column split in {sources[marked[0]]} give the splits; remove one.")
    chosen: dict[str, list[segments.Segment]] = {}
    for name, example in whole.items():
        labels = np.array(example["split"])
        starts = np.flatnonzero(np.concatenate([[True], labels[1:] != labels[:-1]]))
        for first, end in zip(starts, [*starts[1:], len(labels)], strict=True):
            if labels[first]:
                chosen.setdefault(str(labels[first]), []).append((name, int(first), int(end)))
    if not chosen:
        raise ValueError(f"{sources[marked[0]]}, column 'split': empty in every row; expected split names.")
    segments.check(chosen, lengths, str(sources[marked[0]]))
    return chosen
