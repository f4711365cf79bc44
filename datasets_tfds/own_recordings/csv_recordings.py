# SPDX-License-Identifier: MIT
"""Reads recordings from CSV files: one row per frame and joint, or one row per frame."""

import pathlib
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from datasets_tfds.own_recordings import csv_joints
from datasets_tfds.readers import csv_table, examples, folder_tree, segments

_AXES = ("x", "y", "z")
LAYOUT = """  {recordings}   with a header line, in one of two forms (coordinates in metres):
    recording,identity,frame,joint,x,y,z               one row per frame and joint (joint by number or name)
    recording,identity,frame,x0,y0,z0,x1,y1,z1,...     one row per frame
    optional columns: camera, condition, setting, split
  {splits}   unless there is a column split: {{"splits": {{"train": [["recording", first, end], ...], ...}}}}"""


def read(
    folder: str | pathlib.Path,
    recordings: str = "recordings.csv",
    splits: str = "splits.json",
    layouts: Mapping[str, Sequence[str]] | None = None,
    rule: Callable | None = None,
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
        rule: see `interchange.read`.

    Returns:
        Example dicts as interchange.read gives them; `frames` are the numbers of the column `frame`, and `skeleton` is
        the layout that joint names state, "" without names.

    Raises:
        FileNotFoundError: folder or file missing; the message shows what was found and what is expected.
        ValueError: names file, line, column and what was expected.
    """
    folder = pathlib.Path(folder)
    layout = LAYOUT.format(recordings=recordings, splits=splits)
    whole: dict[str, dict[str, Any]] = {}
    sources: dict[str, pathlib.Path] = {}
    for path in _files(folder, recordings):
        for example in _file(path, layouts or {}):
            name = example["recording"]
            if name in whole:
                raise ValueError(f"{path}: recording {name!r} stands in {sources[name]} too; expected in one file.")
            whole[name], sources[name] = example, path
    if not whole:
        raise FileNotFoundError(folder_tree.comparison(folder, f"{folder / recordings} is missing.", layout))
    counts = {example["joints"].shape[1] for example in whole.values()}
    if len(counts) > 1:
        raise ValueError(f"{folder / recordings}: files with different numbers of joints: {sorted(counts)}.")
    return examples.cut(whole, _segments(folder / splits, whole, sources, layout, rule))


def _files(folder: pathlib.Path, name: str) -> list[pathlib.Path]:
    """The file of that name or, where there is none, those that the name matches as a pattern."""
    if (folder / name).is_file():
        return [folder / name]
    if not folder.is_dir() or not name or pathlib.Path(name).is_absolute():
        return []
    return sorted(path for path in folder.glob(name) if path.is_file())


def _file(path: pathlib.Path, layouts: Mapping[str, Sequence[str]]) -> Iterator[dict[str, Any]]:
    source = csv_table.load(path)
    axes = _number_columns(path, source.header)
    words = [*examples.NAMES, *(name for name in (*examples.OPTIONAL, "split") if name in source.header)]
    joint = ["joint"] if len(axes) == 3 and "joint" in source.header else []
    ignored = sorted(set(source.header) - {"frame", *words, *joint, *axes})
    if ignored:
        warnings.warn(f"{path}: ignored columns: {', '.join(ignored)}", stacklevel=4)
    table = csv_table.read(source, (*words, *joint), ("frame",), axes)
    table["number"], count, layout = csv_joints.numbers(path, table["joint"], layouts) if joint else (0, 1, "")
    table = table.iloc[np.lexsort((table["number"], table["frame"], table["recording"].cat.codes))]
    _check_frames(path, table, count)
    for _, rows in table.groupby("recording", observed=True, sort=False):
        joints = rows[axes].to_numpy(np.float32).reshape(len(rows) // count, -1, 3)
        yield {**_recording(source, rows, words, count), "joints": joints, "skeleton": layout}


def _number_columns(path: pathlib.Path, header: list[str]) -> list[str]:
    count = 0
    while all(f"{axis}{count}" in header for axis in _AXES):
        count += 1
    wide = [f"{axis}{joint}" for joint in range(count) for axis in _AXES]
    needed = (*examples.NAMES, "frame", *(wide or ("joint", *_AXES)))
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


def _check_frames(path: pathlib.Path, table: pd.DataFrame, count: int) -> None:
    """Every frame has every joint once; `table` is sorted by recording, frame and joint."""
    frame = ["recording", "frame"]
    twice = np.flatnonzero(table.duplicated([*frame, "number"]))
    if len(twice):
        first, second = sorted(table.index[twice[0] - 1 : twice[0] + 1])
        which = f", joint {table['joint'][first]}" if count > 1 else ""
        raise ValueError(f"{path}, line {second}: {_where(table.loc[first])}{which} stands in line {first} already.")
    sizes = table.groupby(frame, observed=True, sort=False)["number"].transform("size")
    if (sizes != count).any():
        short = table[sizes != count].iloc[0]
        rows = table[(table[frame] == short[frame]).all(axis=1)]
        absent = sorted(set(range(count)) - set(rows["number"]))
        raise ValueError(
            f"{path}, line {rows.index.max()}: {_where(short)} has {len(rows)} joints, without number {absent[:5]}; "
            f"expected {count} in every frame. Is the file truncated?"
        )


def _recording(source: csv_table.Source, rows: pd.DataFrame, words: Sequence[str], count: int) -> dict[str, Any]:
    """Frame numbers and words of one recording; `split` has a word for each frame."""
    example: dict[str, Any] = {"frames": rows["frame"].to_numpy()[::count], **dict.fromkeys(examples.OPTIONAL, "")}
    for name in words:
        values = rows[name].cat.codes.to_numpy().reshape(-1, count)
        # A recording may change its split from frame to frame; all else is one value for the recording.
        scope, reference = ("frame", values[:, :1]) if name == "split" else ("recording", values[0, 0])
        wrong = rows.index[(values != reference).ravel()]
        if len(wrong):
            odd, where = repr(rows[name][wrong.min()]), _where(rows.iloc[0])
            text = f"{odd} differs from the other rows of {where}; expected one value per {scope}."
            raise source.error(wrong.min(), name, text)
        labels = rows[name].cat.categories.to_numpy(str)[values[:, 0]]
        example[name] = labels if name == "split" else str(labels[0])
    return example


def _where(row: pd.Series) -> str:
    return f"recording {row['recording']!r}, frame {row['frame']}"


def _segments(path, whole, sources, layout, rule) -> dict[str, list[segments.Segment]]:
    marked = [name for name, example in whole.items() if "split" in example]
    if len(marked) not in (0, len(whole)):
        other = next(name for name in whole if name not in marked)
        raise ValueError(f"{sources[other]}: no column split, but {sources[marked[0]]} has one; expected in all files.")
    lengths = {name: len(example["joints"]) for name, example in whole.items()}
    if not marked:
        if not path.is_file() and rule is not None:
            return rule({name: example["identity"] for name, example in whole.items()}, lengths)
        if not path.is_file():
            complaint = f"No column split, and {path} is missing."
            raise FileNotFoundError(folder_tree.comparison(path.parent, complaint, layout))
        return segments.read(path, lengths)
    if path.is_file():
        raise ValueError(f"Both {path} and a column split in {sources[marked[0]]} give the splits; remove one.")
    chosen: dict[str, list[segments.Segment]] = {}
    for name, example in whole.items():
        labels = example["split"]
        starts = np.flatnonzero(np.concatenate([[True], labels[1:] != labels[:-1]]))
        for first, end in zip(starts, [*starts[1:], len(labels)], strict=True):
            if labels[first]:
                chosen.setdefault(str(labels[first]), []).append((name, int(first), int(end)))
    if not chosen:
        raise ValueError(f"{sources[marked[0]]}, column 'split': empty in every row; expected split names.")
    segments.check(chosen, lengths, str(sources[marked[0]]))
    return chosen
