# SPDX-License-Identifier: MIT
"""NumPy files with the joints of one recording: .npy, or one array of an .npz."""

import pathlib
from collections.abc import Iterator

import numpy as np

from datasets_tfds.own_recordings.layouts import match
from datasets_tfds.own_recordings.sources import captured
from tfskel import arrays

_KEYS = ("joints", "keypoints", "keypoints_3d", "positions_3d", "positions", "poses", "skeletons", "arr_0")
_EXPECTED = "expected (frames, J, 3), (frames, J, 2) or (frames, 3 J) numbers"


def read(path: pathlib.Path, layout: str = "") -> Iterator[captured.Captured]:
    """The recording of a file.

    Args:
        layout: "" for what the number of joints says, where one layout alone has it.

    Raises:
        ValueError: names the file, what it holds and what is expected; pickled objects are refused.
    """
    joints, fps = _load(path)
    if joints.dtype.kind not in "fiu" or joints.ndim not in (2, 3):
        raise ValueError(f"{path}: {_EXPECTED}; received {joints.shape} {joints.dtype}.")
    if joints.ndim == 2:
        joints = joints.reshape(len(joints), -1, 3) if joints.shape[1] % 3 == 0 else joints[..., None]
    if joints.shape[2] not in (2, 3) or not len(joints):
        raise ValueError(f"{path}: {_EXPECTED}; received {joints.shape}.")
    flat = joints.shape[2] == 2
    joints = np.pad(joints, ((0, 0), (0, 0), (0, 1))) if flat else joints
    matched = match.by_bones(joints, str(path), layout)
    yield captured.Captured(str(path), matched, matched.joints, captured.unseen_to_nan(joints), fps=fps, flat=flat)


def _load(path: pathlib.Path) -> tuple[np.ndarray, float | None]:
    if path.suffix.lower() == ".npz":
        content = arrays.read(path)
        key = next((key for key in _KEYS if key in content), None)
        if key is None:
            raise ValueError(f"{path}: expected an array called {', '.join(_KEYS)}; keys found: {', '.join(content)}.")
        fps = content.get("fps")
        return content[key], float(fps) if fps is not None and fps.size == 1 else None
    try:
        with path.open("rb") as file:
            joints = np.lib.format.read_array(file, allow_pickle=False)
            if file.read(1):
                raise ValueError(f"more bytes than {joints.shape} {joints.dtype} takes")
            return joints, None
    except Exception as error:  # the parser of a damaged header raises errors of its own
        raise ValueError(f"{path}: not a readable .npy file of numbers ({error}); write it again.") from None
