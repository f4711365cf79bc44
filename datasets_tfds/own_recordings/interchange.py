# SPDX-License-Identifier: MIT
"""Reads and writes the interchange format: recordings.npz with all frames and splits.json with segments."""

import json
import os
import pathlib
import tempfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from datasets_tfds.own_recordings import npz, recording_table
from datasets_tfds.readers import folder_tree, segments

_TEXT = recording_table.TEXT
_OPTIONAL_TEXT = recording_table.OPTIONAL_TEXT
_NUMBERS = recording_table.FRAME_NUMBERS
_LAYOUT = """Expected in the folder (file names and the joints key can be given as options):
  {recordings}
    {joints:<12} (frames, J, 3) float, metres: all recordings one after another
    recording    (R,) text, unique          identity  (R,) text
    start        (R,) int, first frame      length    (R,) int, frames of the recording
    optional     camera, condition, setting (R,) text; fps (); frame_numbers (frames,) int
  {splits}
    {{"splits": {{"train": [["recording", first_frame, end_frame], ...], "gallery": [...], "probe": [...]}}}}"""


def read(
    folder: str | pathlib.Path,
    recordings: str = "recordings.npz",
    splits: str = "splits.json",
    joints: str = "joints",
) -> dict[str, list[dict[str, Any]]]:
    """Split -> example dicts, in the order of splits.json.

    Args:
        folder: folder that holds both files.
        recordings: name of the .npz file.
        splits: name of the .json file.
        joints: key of the joint array in the .npz file.

    Returns:
        Example dicts with `joints` (T, J, 3) float32, `identity`, `recording`, `camera`, `condition`, `setting`,
        `frames` (T,) int64 (frame_numbers of the file, otherwise counted within the recording) and `captured`.

    Raises:
        FileNotFoundError: folder or file missing; the message shows what was found and what is expected.
        ValueError: a key is missing, damaged, pickled, of the wrong shape or type or not finite, or a recording or
            segment does not fit; names file, key and place.
    """
    folder = pathlib.Path(folder)
    for name in (recordings, splits):
        if not (folder / name).is_file():
            layout = _LAYOUT.format(recordings=recordings, splits=splits, joints=joints)
            raise FileNotFoundError(f"{folder / name} is missing. Found:\n{folder_tree.draw(folder)}\n{layout}")
    path = folder / recordings
    arrays = npz.read(path, (joints, *_TEXT, *recording_table.COUNTS), (*_OPTIONAL_TEXT, _NUMBERS))
    table = recording_table.build(path, arrays, joints)
    chosen = segments.read(folder / splits, {name: int(row["length"]) for name, row in table.items()})
    return {
        split: [_example(arrays, joints, table[name], first, end) for name, first, end in rows]
        for split, rows in chosen.items()
    }


def frame_rate(folder: str | pathlib.Path, recordings: str = "recordings.npz") -> float | None:
    """Frames per second that the .npz file states, or None."""
    path = pathlib.Path(folder) / recordings
    fps = npz.read(path, (), ("fps",)).get("fps")
    if fps is None:
        return None
    if fps.dtype.kind not in "fiu" or fps.size != 1 or not 0 < fps.item() < np.inf:
        raise ValueError(f"{path}, key 'fps': expected one positive number; received {fps.dtype} {fps.shape}.")
    return float(fps.item())


def write(folder: str | pathlib.Path, splits: Mapping[str, list[Mapping[str, Any]]]) -> None:
    """Writes example dicts as recordings.npz and splits.json; nothing is left behind when it fails.

    Args:
        folder: new folder, or one without these two files.
        splits: split -> example dicts; the examples of one recording become segments of it.

    Raises:
        FileExistsError: one of the files is there already.
        ValueError: the examples do not fit together (identity or camera of a recording, number of joints,
            empty split, no recordings), or a coordinate is not finite.
    """
    folder = pathlib.Path(folder)
    for name in ("recordings.npz", "splits.json"):
        if (folder / name).exists():
            raise FileExistsError(f"{folder / name} exists; write to another folder.")
    arrays, chosen = _collect(splits)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".incomplete-", dir=folder) as temporary:
        with open(os.path.join(temporary, "recordings.npz"), "wb") as file:
            np.savez_compressed(file, **arrays)
            file.flush()
            os.fsync(file.fileno())
        with open(os.path.join(temporary, "splits.json"), "w", encoding="utf-8") as file:
            json.dump({"splits": chosen}, file, indent=1)
        for name in ("recordings.npz", "splits.json"):
            os.replace(os.path.join(temporary, name), folder / name)


def _example(arrays: dict[str, np.ndarray], key: str, row: dict[str, Any], first: int, end: int) -> dict[str, Any]:
    rows = slice(row["start"] + first, row["start"] + end)
    frames = arrays[_NUMBERS][rows] if _NUMBERS in arrays else np.arange(first, end)
    words = {name: row.get(name, "") for name in _OPTIONAL_TEXT}
    return {
        "joints": arrays[key][rows].astype(np.float32),
        "identity": row["identity"],
        "recording": row["recording"],
        "frames": frames.astype(np.int64),
        "captured": end - first,
        **words,
    }


def _collect(splits: Mapping[str, list[Mapping[str, Any]]]) -> tuple[dict[str, np.ndarray], dict[str, list]]:
    parts: dict[str, list[tuple[str, int, dict]]] = {}
    chosen: dict[str, list] = {}
    for split, examples in splits.items():
        chosen[split] = [None] * len(examples)
        for i, example in enumerate(examples):
            part = _part(example)
            parts.setdefault(part["recording"], []).append((split, i, part))
    lengths = {}
    for name, pieces in parts.items():
        pieces.sort(key=lambda piece: piece[2]["frames"][0])
        _check_pieces(name, [part for _, _, part in pieces])
        first = 0
        for split, i, part in pieces:
            chosen[split][i] = (name, first, first + len(part["joints"]))
            first += len(part["joints"])
        lengths[name] = first
    segments.check(chosen, lengths, "examples")
    ordered = [part for pieces in parts.values() for _, _, part in pieces]
    if len({part["joints"].shape[1:] for part in ordered}) != 1:
        raise ValueError(
            "examples: every recording must have the same number of joints; received "
            f"{sorted({part['joints'].shape[1:] for part in ordered})}."
        )
    counts = np.array(list(lengths.values()), np.int64)
    heads = [pieces[0][2] for pieces in parts.values()]
    return {
        "joints": np.concatenate([part["joints"] for part in ordered]),
        _NUMBERS: np.concatenate([part["frames"] for part in ordered]),
        "start": np.cumsum(counts) - counts,
        "length": counts,
        **{key: np.array([head[key] for head in heads]) for key in (*_TEXT, *_OPTIONAL_TEXT)},
    }, chosen


def _part(example: Mapping[str, Any]) -> dict[str, Any]:
    joints = np.asarray(example["joints"], np.float32)
    frames = np.asarray(example.get("frames", np.arange(len(joints))), np.int64)
    if joints.ndim != 3 or joints.shape[2] != 3 or not len(joints) or frames.shape != joints.shape[:1]:
        raise ValueError(
            f"examples, recording {str(example['recording'])!r}: expected joints (T, J, 3) and frames (T,) "
            f"with T > 0; received {joints.shape} and {frames.shape}."
        )
    bad = np.argwhere(~np.isfinite(joints))
    if len(bad):
        row, joint, axis = bad[0]
        raise ValueError(
            f"examples, recording {str(example['recording'])!r}, frame {frames[row]} (row {row}), joint {joint}, "
            f"{'xyz'[axis]}: {joints[row, joint, axis]}; expected finite numbers. Leave such frames out."
        )
    words = {key: str(example.get(key, "")) for key in _OPTIONAL_TEXT}
    names = {"recording": str(example["recording"]), "identity": str(example["identity"])}
    return {"joints": joints, "frames": frames, **names, **words}


def _check_pieces(name: str, pieces: list[dict[str, Any]]) -> None:
    for key in ("identity", *_OPTIONAL_TEXT):
        values = {piece[key] for piece in pieces}
        if len(values) > 1:
            raise ValueError(f"examples, recording {name!r}: one recording, but {key} is {sorted(values)}.")
    numbers = np.concatenate([piece["frames"] for piece in pieces])
    if (np.diff(numbers) <= 0).any():
        repeated = numbers[1:][np.diff(numbers) <= 0][0]
        raise ValueError(f"examples, recording {name!r}: frame {repeated} stands there twice or out of order.")
