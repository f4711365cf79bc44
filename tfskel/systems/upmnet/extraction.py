# SPDX-License-Identifier: MIT
"""Features of test frames in the original's files, which its MATLAB scripts and tools/evaluate_mat.py read."""

import pathlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from tfskel import arrays
from tfskel.data import split

KEY = "test"
BATCH = 64


def write(
    folder: pathlib.Path, networks: Mapping[str, Callable], probe: split.Split, gallery: split.Split, files: int
) -> list[pathlib.Path]:
    """Writes `<network>/test.mat`, or `test_0.mat` and so on, and `testID.mat` and `testCAM.mat`.

    Frames are those of the probe, then those of the gallery; a tracklet that is in both comes once. Identities and
    cameras are numbered from 1 in the order of their names.

    Args:
        folder: new or empty.
        networks: name -> function of images (N, h, w, 3) that returns (N, P, D).
        probe, gallery: frames.
        files: for each network; all but the last hold int(frames / files).

    Returns:
        Paths of the files.

    Raises:
        ValueError: fewer frames than files.
    """
    sides = [probe.subset(np.flatnonzero(~np.isin(probe.recording, gallery.recording))), gallery]
    frames = sum(map(len, sides))
    if frames < files:
        raise ValueError(f"{frames} frames do not fill {files} files; set --config.evaluation.mat_files lower.")
    written = []
    for name, column in (("testID", "identity"), ("testCAM", "camera")):
        values = np.concatenate([getattr(side, column) for side in sides])
        number = np.unique(values, return_inverse=True)[1].reshape(-1, 1) + 1
        written.append(folder / f"{name}.mat")
        _save(written[-1], name, number.astype(np.min_scalar_type(number.max())))
    cuts = [number * (frames // files) for number in range(files)] + [frames]
    for network, represent in networks.items():
        for number in range(files):
            written.append(folder / network / (f"{KEY}.mat" if files == 1 else f"{KEY}_{number}.mat"))
            _save(written[-1], KEY, _features(represent, sides, *cuts[number : number + 2]))
    return written


def _features(represent: Callable, sides: Sequence[split.Split], begin: int, end: int) -> np.ndarray:
    """(n, D, P) float32 of the frames begin .. end - 1, counted over both sides."""
    found, first = [], 0
    for side in sides:
        rows = np.arange(max(begin - first, 0), min(end - first, len(side)))
        first += len(side)
        for start in range(0, len(rows), BATCH):
            found.append(np.swapaxes(represent(side.read(rows[start : start + BATCH])), 1, 2))
    return np.concatenate(found)


def _save(path: pathlib.Path, key: str, values: np.ndarray) -> None:
    from scipy import io

    with arrays.complete(path) as unfinished:
        io.savemat(unfinished, {key: values}, appendmat=False)
