# SPDX-License-Identifier: MIT
"""Images by a CSV list: a row each, with its identity and what else is known."""

import pathlib
import warnings

import numpy as np
import pandas as pd

from datasets_tfds.own_images import naming
from datasets_tfds.readers import csv_table, listed_images

_NEEDED, _OPTIONAL = ("path", "identity"), ("camera", "tracklet", "split", "pose")
_ONE_EACH = ("identity", "camera", "split")  # of a tracklet
LAYOUT = """
  {list}
    path,identity,camera,tracklet,split,frame          the first two are needed; paths from this folder
    anna/one.jpg,anna,door,anna_1,train,0
    ...
"""


def read(folder: pathlib.Path, name: str) -> dict[str, list[listed_images.ListedImage]]:
    """Split -> its images in the order of the list; all under "" where no row names a split.

    Raises:
        OSError, ValueError: the list cannot be read.
        FileNotFoundError: images of the list are missing.
        ValueError: names file and line of what is wrong: a column missing, an image or a frame twice, an unknown split,
            a tracklet of several identities, cameras or splits.
    """
    source = csv_table.load(folder / name)
    missing = [column for column in _NEEDED if column not in source.header]
    if missing:
        raise ValueError(
            f"{source.path}, line 1: missing column {', '.join(missing)}. Columns found: {', '.join(source.header)}. "
            f"Expected path and identity, and as far as known {', '.join(_OPTIONAL)}, frame."
        )
    texts = [*_NEEDED, *(column for column in _OPTIONAL if column in source.header)]
    numbers = [column for column in ("frame",) if column in source.header]
    ignored = sorted(set(source.header) - {*texts, *numbers})
    if ignored:
        warnings.warn(f"{source.path}: ignored columns: {', '.join(ignored)}", stacklevel=3)
    read = csv_table.read(source, texts, numbers)
    table = read.astype(dict.fromkeys(texts, str)).reindex(columns=[*texts, *numbers])
    table = table.assign(**{column: "" for column in _OPTIONAL if column not in table})
    _check(source, table, folder)
    if (table["split"] != "").any():
        table = table[table["split"] != ""]
    if "frame" not in table:
        table = table.assign(frame=table.groupby("tracklet").cumcount() * (table["tracklet"] != ""))
    _check_tracklets(source, table[table["tracklet"] != ""])
    return _by_split(table, folder)


def _check(source: csv_table.Source, table: pd.DataFrame, folder: pathlib.Path) -> None:
    twice = table.index[table["path"].duplicated()]
    if len(twice):
        path = table["path"][twice[0]]
        raise source.error(twice[0], "path", f"{path} stands in line {(table['path'] == path).idxmax()} already.")
    missing = [line for line, path in table["path"].items() if not _there(folder / path)]
    if missing:
        count = f"{len(missing)} of {len(table)} images" if len(missing) > 1 else "the image"
        raise FileNotFoundError(
            f"{source.path}, line {missing[0]}: {_short(folder / table['path'][missing[0]])} is missing ({count}). "
            "Paths are relative to the folder of the data set. Put the files there, or remove the lines."
        )
    lost = [line for line, path in table["pose"].items() if path and not _there(folder / path)]
    if lost:
        raise FileNotFoundError(
            f"{source.path}, line {lost[0]}, column 'pose': {_short(folder / table['pose'][lost[0]])} is missing "
            f"({len(lost)} pose files). Put the files there, or leave the cells empty."
        )
    unknown = table.index[~table["split"].isin(["", *naming.SPLITS])]
    if len(unknown):
        expected = f"expected {', '.join(naming.SPLITS)}, or nothing for an image that is not used"
        raise source.error(unknown[0], "split", f"{expected}; received {table['split'][unknown[0]]!r}.")


def _there(path: pathlib.Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # longer than a name can be
        return False


def _short(path: pathlib.Path) -> str:
    return str(path) if len(str(path)) < 300 else f"{str(path)[:300]}..."


def _check_tracklets(source: csv_table.Source, frames: pd.DataFrame) -> None:
    twice = frames.index[frames.duplicated(["tracklet", "frame"])]
    if len(twice):
        row = frames.loc[twice[0]]
        raise source.error(twice[0], "frame", f"tracklet {row['tracklet']!r} has a frame {row['frame']} already.")
    first = frames.groupby("tracklet", sort=False)[list(_ONE_EACH)].transform("first")
    for column in _ONE_EACH:
        wrong = np.flatnonzero(frames[column] != first[column])
        if len(wrong):
            row, other = frames.iloc[wrong[0]], first.iloc[wrong[0]]
            raise source.error(
                frames.index[wrong[0]],
                column,
                f"{row[column]!r}, but tracklet {row['tracklet']!r} begins with {other[column]!r}. A tracklet is one "
                "identity before one camera, in one split; give each its own name.",
            )


def _by_split(table: pd.DataFrame, folder: pathlib.Path) -> dict[str, list[listed_images.ListedImage]]:
    splits: dict[str, list[listed_images.ListedImage]] = {}
    for row in table.itertuples():
        pose = row.pose or naming.pose(folder, pathlib.PurePosixPath(row.path))
        file = listed_images.ListedImage(folder, row.path, row.identity, row.camera, row.tracklet, int(row.frame), pose)
        splits.setdefault(naming.SPLITS.get(row.split, ""), []).append(file)
    return splits
