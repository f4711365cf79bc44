# SPDX-License-Identifier: MIT
"""The 50 walks that are part of the package, without loss: the float32 numbers that the raw files give."""

import pathlib

import numpy as np

from tfskel import arrays

WALKS = pathlib.Path(__file__).with_name("walks.npz")
# (skeleton, with simulated sensor noise) -> array of the file.
JOINTS = {("kinect_v1", False): "kinect20", ("kinect_v2", False): "kinect25", ("kinect_v1", True): "kinect20_noisy"}


def read(skeleton: str, noisy: bool) -> dict[str, dict]:
    """Recording -> example dict of the whole recording, with its `source`.

    Args:
        skeleton: "kinect_v1" or "kinect_v2".
        noisy: with simulated sensor noise of 2 cm.

    Raises:
        ValueError: there is no noise for this skeleton.
    """
    if (skeleton, noisy) not in JOINTS:
        raise ValueError(f"cmu_walk: walks with noise have the joints of kinect_v1; received skeleton {skeleton!r}.")
    stored = arrays.read(WALKS)
    joints, start = _joints(stored, JOINTS[skeleton, noisy]), np.cumsum(stored["length"]) - stored["length"]
    rows = zip(stored["recording"].tolist(), start, stored["length"], stored["source"].tolist(), strict=True)
    return {
        name: {
            "joints": joints[first : first + frames],
            "identity": name.partition("_")[0],
            "recording": name,
            "frames": np.arange(frames),
            "source": source,
        }
        for name, first, frames, source in rows
    }


def _joints(stored: dict[str, np.ndarray], name: str) -> np.ndarray:
    """(frames, J, 3) float32; both skeletons share all joints but two, which are stored once."""
    if name in stored:
        return _numbers(stored[name])
    joints = _numbers(stored["kinect25"])[:, :20].copy()
    joints[:, 1:3] = _numbers(stored["spine_and_shoulders"])
    return joints


def _numbers(planes: np.ndarray) -> np.ndarray:
    """(4, J, 3, frames) uint8, byte by byte, which packs best -> (frames, J, 3) float32."""
    return np.ascontiguousarray(np.moveaxis(planes, (0, 3), (3, 0))).view("<f4")[..., 0].astype(np.float32, copy=False)
