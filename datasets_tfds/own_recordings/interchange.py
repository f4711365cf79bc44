# SPDX-License-Identifier: MIT
"""Reads and writes the interchange format: recordings.npz with all frames and splits.json with segments."""

import json
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from datasets_tfds.own_recordings import recording_table
from datasets_tfds.readers import examples, folder_tree, segments
from tfskel import arrays

LAYOUT = """  {recordings}
    {joints:<13} (frames, J, 3) float, metres: all recordings one after another
    recording     (R,) text, unique          identity  (R,) text
    start         (R,) int, first frame      length    (R,) int, frames of the recording
    optional      camera, condition, setting (R,) text; fps (); frame_numbers (frames,) int
  {splits}
    {{"splits": {{"train": [["recording", first_frame, end_frame], ...], "gallery": [...], "probe": [...]}}}}"""


def read(
    folder: str | pathlib.Path,
    recordings: str = "recordings.npz",
    splits: str = "splits.json",
    joints: str = "joints",
    rule: Callable | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """Split -> example dicts, in the order of splits.json.

    Args:
        folder, recordings, splits: folder of both files, and their names.
        joints: key of the joint array in the .npz file.
        rule: makes the splits where there is no such file, of identity and length of each recording, see
            `split_rule.divide`; None where the file is needed.

    Returns:
        Example dicts with `joints` (T, J, 3) float32, `identity`, `recording`, `camera`, `condition`, `setting`,
        `frames` (T,) int64 (frame_numbers of the file, otherwise counted within the recording) and `captured`.

    Raises:
        FileNotFoundError: folder or file missing; the message shows what was found and what is expected.
        ValueError: a key is missing, damaged, pickled, of the wrong shape or type or not finite, or a recording or
            segment does not fit; names file, key and place.
    """
    folder = pathlib.Path(folder)
    for name in (recordings, splits) if rule is None else (recordings,):
        if not (folder / name).is_file():
            layout = LAYOUT.format(recordings=recordings, splits=splits, joints=joints)
            raise FileNotFoundError(folder_tree.comparison(folder, f"{folder / name} is missing.", layout))
    required = (joints, *examples.NAMES, *recording_table.COUNTS)
    stored = arrays.read(folder / recordings, required, (*examples.OPTIONAL, recording_table.FRAME_NUMBERS))
    whole = recording_table.recordings(folder / recordings, stored, joints)
    lengths = {name: len(example["joints"]) for name, example in whole.items()}
    if (folder / splits).is_file() or rule is None:
        return examples.cut(whole, segments.read(folder / splits, lengths))
    return examples.cut(whole, rule({name: example["identity"] for name, example in whole.items()}, lengths))


def frame_rate(folder: str | pathlib.Path, recordings: str = "recordings.npz") -> float | None:
    """Frames per second that the .npz file states, or None."""
    path = pathlib.Path(folder) / recordings
    fps = arrays.read(path, (), ("fps",)).get("fps")
    if fps is None:
        return None
    if fps.dtype.kind not in "fiu" or fps.size != 1 or not 0 < fps.item() < np.inf:
        raise ValueError(f"{path}, key 'fps': expected one positive number; received {fps.dtype} {fps.shape}.")
    return float(fps.item())


def write(folder: str | pathlib.Path, splits: Mapping[str, list[Mapping[str, Any]]], fps: float | None = None) -> None:
    """Writes example dicts as recordings.npz and splits.json; nothing is left behind when it fails.

    Args:
        folder: new folder, or one without these two files.
        splits: split -> example dicts; the examples of one recording become segments of it.
        fps: frames per second, where known.

    Raises:
        FileExistsError: one of the files is there already.
        ValueError: the examples do not fit together (identity or camera of a recording, number of joints,
            empty split, no recordings), or a coordinate is not finite.
    """
    recordings, segments_file = (pathlib.Path(folder) / name for name in ("recordings.npz", "splits.json"))
    for path in (recordings, segments_file):
        if path.exists():
            raise FileExistsError(f"{path} exists; write to another folder.")
    content, chosen = _collect(splits)
    content |= {"fps": np.float64(fps)} if fps else {}
    with arrays.complete(recordings) as unfinished, arrays.complete(segments_file) as unfinished_segments:
        np.savez_compressed(unfinished, **content)
        unfinished_segments.write_text(json.dumps({"splits": chosen}, indent=1), encoding="utf-8")


def _collect(splits: Mapping[str, list[Mapping[str, Any]]]) -> tuple[dict[str, np.ndarray], dict[str, list]]:
    """Arrays of recordings.npz and segments of splits.json."""
    pieces: dict[str, list[tuple[str, int, dict[str, Any]]]] = {}
    for split, rows in splits.items():
        for i, example in enumerate(rows):
            stored = examples.encoded(example, "examples", None)
            pieces.setdefault(stored["recording"], []).append((split, i, stored))
    chosen: dict[str, list] = {split: [None] * len(rows) for split, rows in splits.items()}
    lengths = {}
    for name, rows in pieces.items():
        rows.sort(key=lambda row: row[2]["frames"][:1].tolist())
        for key in ("identity", *examples.OPTIONAL):
            values = {stored[key] for _, _, stored in rows}
            if len(values) > 1:
                raise ValueError(f"examples, recording {name!r}: one recording, but {key} is {sorted(values)}.")
        end = np.cumsum([len(stored["joints"]) for _, _, stored in rows]).tolist()
        for (split, i, _), first, last in zip(rows, [0, *end], end, strict=False):
            chosen[split][i] = (name, first, last)
        lengths[name] = end[-1]
    segments.check(chosen, lengths, "examples")
    ordered = [stored for rows in pieces.values() for _, _, stored in rows]
    counts = sorted({stored["joints"].shape[1] for stored in ordered})
    if len(counts) != 1:
        raise ValueError(f"examples: every recording must have the same number of joints; received {counts}.")
    length = np.array(list(lengths.values()), np.int64)
    heads = [rows[0][2] for rows in pieces.values()]
    content = {
        "joints": np.concatenate([stored["joints"] for stored in ordered]),
        recording_table.FRAME_NUMBERS: np.concatenate([stored["frames"] for stored in ordered]),
        "start": np.cumsum(length) - length,
        "length": length,
        **{key: np.array([head[key] for head in heads]) for key in (*examples.NAMES, *examples.OPTIONAL)},
    }
    recording_table.recordings("examples", content, "joints")
    return content, chosen
