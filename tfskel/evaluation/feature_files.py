# SPDX-License-Identifier: MIT
"""Feature files of the original uPMnet (MATLAB): frames of one or two networks, pooled to tracklets when read."""

import pathlib
import re
import types
from collections.abc import Iterator, Sequence

import numpy as np

from tfskel.evaluation import matlab, tracklets

BLOCK = 1024  # frames
MOST = 2**53  # whole numbers that are exact as MATLAB stores them


def array(path: pathlib.Path) -> np.ndarray:
    """The one array of a .mat file.

    Raises:
        ValueError: see `matlab.read`, or it holds no or several arrays.
    """
    found = matlab.read(path)
    if len(found) != 1:
        raise ValueError(f"{path} must hold one array; it holds {', '.join(found) or 'none'}.")
    return found.popitem()[1]


def column(path: pathlib.Path) -> np.ndarray:
    """(N,) int64 of a .mat file with a number for each frame, tracklet or query; errors as `array`."""
    return _whole(path, array(path).reshape(-1))


def track_table(path: pathlib.Path) -> np.ndarray:
    """(4, T) int64 of a .mat file: first and last frame of each track, identity and camera; frames count from 0 here.

    Raises:
        ValueError: another shape, or tracks that do not follow each other from the first frame on.
    """
    table = array(path)
    if table.ndim != 2 or table.shape[1] != 4:
        raise ValueError(
            f"{path} must hold (tracks, 4): first frame, last frame, identity, camera; received {table.shape}."
        )
    first, last, identity, camera = _whole(path, table).T
    wrong = np.flatnonzero((first != np.concatenate([[1], last[:-1] + 1])) | (last < first))
    if len(wrong):
        raise ValueError(
            f"{path}, track {wrong[0] + 1}: frames {first[wrong[0]]} to {last[wrong[0]]} do not follow those before. "
            "Tracks must be consecutive, from frame 1 on."
        )
    return np.stack([first - 1, last - 1, identity, camera])


def _whole(path: pathlib.Path, values: np.ndarray) -> np.ndarray:
    wrong = values[~(np.abs(values.astype(np.float64)) < MOST) | (values % 1 != 0)]
    if len(wrong):
        raise ValueError(f"{path} must hold whole numbers; received {wrong[0]}.")
    return values.astype(np.int64)


def in_order(path: pathlib.Path) -> list[pathlib.Path]:
    """Files of one network's features: the file itself, or those of a folder by the numbers in their names.

    Raises:
        ValueError: a folder without feature files, or with those of several checkpoints.
    """
    if not path.is_dir():
        return [path]
    whole = [file for file in path.glob("*.mat") if not re.search(r"_\d+\.mat$", file.name)]
    pieces = {int(re.search(r"_(\d+)\.mat$", file.name)[1]): file for file in set(path.glob("*.mat")) - set(whole)}
    if len(whole) == 1 and not pieces:
        return whole
    if whole or sorted(pieces) != list(range(len(pieces))) or not pieces:
        names = ", ".join(sorted(file.name for file in path.glob("*.mat"))) or "no .mat file"
        raise ValueError(
            f"{path} holds {names}; expected one file, or test_0.mat, test_1.mat, ... Name the file to read."
        )
    return [pieces[number] for number in sorted(pieces)]


class _Frames:
    """Reads the frames of one network in blocks, over the borders of its files."""

    def __init__(self, path: pathlib.Path):
        self.files, self.rest = iter(in_order(path)), None

    def take(self, count: int) -> np.ndarray:
        """(n, D, P) of the next frames, n < count only at the end."""
        taken = []
        while count and (file := self._more()) is not None:
            taken.append(file[:count])
            self.rest, count = file[count:], count - len(taken[-1])
        return np.concatenate(taken) if taken else np.zeros((0, 1, 1))

    def _more(self) -> np.ndarray | None:
        while self.rest is None or not len(self.rest):
            path = next(self.files, None)
            if path is None:
                return None
            found = array(path)
            if found.ndim == 2:
                found = found[..., None]  # MATLAB drops a last axis of one part
            if found.ndim != 3 or not np.issubdtype(found.dtype, np.floating):
                raise ValueError(
                    f"{path} must hold (frames, features, parts) numbers; received {found.shape} {found.dtype}."
                )
            self.rest = found
        return self.rest


def templates(paths: Sequence[pathlib.Path], tracklet: np.ndarray, pooling: str) -> tuple[np.ndarray, np.ndarray]:
    """Features of tracklets from the frames of one or more networks.

    Args:
        paths: file, or folder of consecutive files, of each network.
        tracklet: (N,) text, tracklet of each frame.
        pooling: "max" or "mean".

    Returns:
        (T, D) float64 and (T,) int64, the first frame of each tracklet, see `tracklets.Pool`.

    Raises:
        ValueError: the files hold another number of frames, or do not fit together.
    """
    pool, read = tracklets.Pool(tracklet, pooling), 0
    for block in _blocks(paths):
        descriptors = tracklets.frame_descriptors(*block)
        frames = np.arange(read, read + len(descriptors))
        read += len(descriptors)
        pool.add(frames[frames < len(tracklet)], descriptors[frames < len(tracklet)])
    if read != len(tracklet):
        names = ", ".join(map(str, paths))
        raise ValueError(
            f"{names} hold features of {read} frames, but {len(tracklet)} are listed; is it another split?"
        )
    return pool.result(), pool.first


def _blocks(paths: Sequence[pathlib.Path]) -> Iterator[list[np.ndarray]]:
    networks = [_Frames(path) for path in paths]
    while True:
        block = [network.take(BLOCK) for network in networks]
        if not any(map(len, block)):
            return
        yield block


def items(vectors: np.ndarray, identities: np.ndarray, cameras: np.ndarray) -> types.SimpleNamespace:
    """What `protocols.Protocol.retrieve` compares: vectors (T, D), identities and cameras (T,)."""
    names = np.arange(len(vectors)).astype(str)
    return types.SimpleNamespace(
        vectors=vectors, identities=identities.astype(str), cameras=cameras.astype(str), recordings=names
    )
