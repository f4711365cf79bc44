# SPDX-License-Identifier: MIT
"""Pose files in a folder: which reader reads which, and whose recording each is."""

import pathlib
import re
from collections.abc import Iterator

from datasets_tfds.own_recordings.sources import array_file, bvh_file, captured, columns, json_frames, markers, openpose
from datasets_tfds.readers import folder_tree

READERS = {
    ".csv": columns.read,
    ".tsv": columns.read,
    ".json": json_frames.read,
    ".npy": array_file.read,
    ".npz": array_file.read,
    ".bvh": bvh_file.read,
    ".trc": markers.trc,
    ".c3d": markers.c3d,
}
"""Ending -> reader: (path, name of a layout or "") -> recordings. Frames of OpenPose are many files a recording."""
NOT_POSES = ("splits.json",)
PATTERNS = (r"(?P<identity>[^/]+)/(?P<recording>.+)", r"(?P<identity>.+?)[ _\-.]+(?P<recording>[^ _\-.]+)")
"""Path below the folder, without ending: identity/recording, identity_recording."""
LAYOUT = """  anna/walk1.csv, anna/walk2.csv, ben/walk1.csv     a folder for each identity, a file for each recording
  anna_1.csv, anna_2.csv, ben_1.csv                  or both in the name (option pattern for other names)
  anna/walk1/anna_000000000000_keypoints.json, ...   frames of OpenPose: a folder or a name for each recording
  splits.json                                        optional"""


def files(folder: pathlib.Path) -> list[pathlib.Path]:
    """Pose files below a folder, in the order of their names; hidden ones are left out."""
    present = (path for path in folder.rglob("*") if path.suffix.lower() in READERS and path.name not in NOT_POSES)
    return sorted(path for path in present if path.is_file() and not _hidden(path.relative_to(folder)))


def read(folder: pathlib.Path, layout: str, pattern: str) -> Iterator[tuple[str, str, captured.Captured]]:
    """Identity, name and content of each recording below a folder.

    Args:
        layout: name of the layout of all files; "" for what each says.
        pattern: regular expression with the groups `identity` and `recording` for the path below the folder without
            its ending; "" for PATTERNS.

    Raises:
        FileNotFoundError: there is no pose file.
        ValueError: a file cannot be read, or a name does not fit the pattern.
    """
    present = files(folder)
    if not present:
        complaint = f"No file that ends with {', '.join(READERS)}."
        raise FileNotFoundError(folder_tree.comparison(folder, complaint, LAYOUT))
    frames: dict[str, list[pathlib.Path]] = {}
    for path in present:
        numbered = openpose.FRAME.fullmatch(path.name)
        if numbered:
            inside = path.parent.relative_to(folder)
            frames.setdefault((inside / numbered["recording"]).as_posix(), []).append(path)
            continue
        inside = path.relative_to(folder).with_suffix("").as_posix()
        for recording in READERS[path.suffix.lower()](path, layout):
            yield *(_stated(recording) or names(inside, pattern, str(path))), recording
    for inside, paths in frames.items():
        yield *names(inside, pattern, str(paths[0])), next(openpose.read(paths, layout))


def of_path(path: pathlib.Path, layout: str) -> list[captured.Captured]:
    """Recordings of one file, or of a folder of OpenPose's frames, whatever they are called.

    Raises:
        FileNotFoundError: there is none. ValueError: it cannot be read.
    """
    frames = [inside for inside in path.iterdir() if openpose.FRAME.fullmatch(inside.name)] if path.is_dir() else []
    if frames:
        return list(openpose.read(frames, layout))
    if not path.is_file() or path.suffix.lower() not in READERS:
        raise FileNotFoundError(f"{path}: expected a file that ends with {', '.join(READERS)}, or frames of OpenPose.")
    return list(READERS[path.suffix.lower()](path, layout))


def names(inside: str, pattern: str, where: str) -> tuple[str, str]:
    """Identity and recording that a path below the folder names; the recording is called by the whole path.

    Raises:
        ValueError: the path does not fit the pattern.
    """
    for expression in (pattern,) if pattern else PATTERNS:
        fit = re.fullmatch(expression, inside)
        if fit:
            return fit["identity"], inside
    expected = f"the option pattern {pattern!r}" if pattern else "identity/recording or identity_recording"
    raise ValueError(
        f"{where}: its path says not whose recording it is; expected {expected}. Put the files of a person into a "
        "folder, or set the option pattern to a regular expression with the groups identity and recording, e.g. "
        r"'(?P<identity>\w+?)(?P<recording>\d+)'."
    )


def check_pattern(pattern: str) -> None:
    """ValueError unless a pattern is empty or a regular expression with both groups."""
    try:
        groups = set(re.compile(pattern).groupindex)
    except re.error as error:
        raise ValueError(f"option pattern is no regular expression ({error}); received {pattern!r}.") from None
    if pattern and groups != {"identity", "recording"}:
        raise ValueError(
            f"option pattern needs the groups (?P<identity>...) and (?P<recording>...); received {pattern!r}."
        )


def _stated(recording: captured.Captured) -> tuple[str, str] | None:
    return recording.person if all(recording.person) else None


def _hidden(inside: pathlib.Path) -> bool:
    return any(part.startswith(".") for part in inside.parts)
