# SPDX-License-Identifier: MIT
"""The 50 walks that are part of the package, without loss: the float32 numbers that the raw files give."""

import pathlib

import numpy as np

from datasets_tfds.cmu_walk import split_rule
from datasets_tfds.gait_sim import sensor
from datasets_tfds.readers import examples
from tfskel import arrays

WALKS = pathlib.Path(__file__).with_name("walks.npz")
# (skeleton, with simulated sensor noise) -> array of the file.
JOINTS = {("kinect_v1", False): "kinect20", ("kinect_v2", False): "kinect25", ("kinect_v1", True): "kinect20_noisy"}
NOISE, SEED = 0.02, 1  # metres, of the noise that is made where none is stored


def read(skeleton: str, noisy: bool) -> dict[str, dict]:
    """Recording -> example dict of the whole recording, with its `source`.

    Args:
        skeleton: "kinect_v1" or "kinect_v2".
        noisy: with simulated sensor noise of 2 cm, stored or made with a fixed seed.
    """
    stored = arrays.read(WALKS)
    start = np.cumsum(stored["length"]) - stored["length"]
    if (skeleton, noisy) in JOINTS:
        joints = _joints(stored, JOINTS[skeleton, noisy])
    else:
        joints = _with_noise(_joints(stored, JOINTS[skeleton, False]), start)
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


def splits(skeleton: str, noisy: bool) -> dict[str, list[dict]]:
    """Split -> its recordings; arguments and example dicts as for `read`."""
    whole = read(skeleton, noisy)
    return examples.cut(whole, split_rule.segments({name: len(row["joints"]) for name, row in whole.items()}))


def _joints(stored: dict[str, np.ndarray], name: str) -> np.ndarray:
    """(frames, J, 3) float32; both skeletons share all joints but two, which are stored once."""
    if name in stored:
        return _numbers(stored[name])
    joints = _numbers(stored["kinect25"])[:, :20].copy()
    joints[:, 1:3] = _numbers(stored["spine_and_shoulders"])
    return joints


def _with_noise(joints: np.ndarray, start: np.ndarray) -> np.ndarray:
    """(frames, J, 3) float32; the noise of every recording begins anew."""
    rng = np.random.default_rng(SEED)
    recordings = np.split(joints, start[1:])
    noise = np.concatenate([sensor.noise(recording.shape, NOISE, rng) for recording in recordings])
    return (joints + noise).astype(np.float32)


def _numbers(planes: np.ndarray) -> np.ndarray:
    """(4, J, 3, frames) uint8, byte by byte, which packs best -> (frames, J, 3) float32."""
    return np.ascontiguousarray(np.moveaxis(planes, (0, 3), (3, 0))).view("<f4")[..., 0].astype(np.float32, copy=False)
