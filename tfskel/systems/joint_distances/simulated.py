# SPDX-License-Identifier: MIT
"""Statistics of simulated people, computed once and stored: what is known before anybody was recorded.

The file beside this one is written by `python tools/joint_distances.py simulate`; it holds the command and the seed.
"""

import pathlib

import numpy as np

from tfskel import arrays
from tfskel.systems.joint_distances import model, statistics

FILE = pathlib.Path(__file__).with_name("simulated.npz")
LENGTH = 6  # frames of a sequence; those of other lengths do not do better with statistics of their own length
_ARRAYS = ("mean", "means", "deviation", "correlation")


def _keys(skeleton: str, scale_free: bool) -> dict[str, str]:
    form = "scale_free" if scale_free else "metres"
    return {name: f"{skeleton}/{form}/{name}" for name in _ARRAYS}


def pack(skeleton: str, scale_free: bool, measured: statistics.Statistics, means: np.ndarray) -> dict[str, np.ndarray]:
    """Arrays of a file, half as exact as float32 allows, which is far more than the statistics are.

    Args:
        measured: with the pose, of C classes.
        means: (C, D) means of the classes.
    """
    deviation = np.sqrt(np.diagonal(measured.within))
    correlation = (measured.within / np.outer(deviation, deviation))[np.triu_indices(len(deviation), 1)]
    values = {
        "mean": measured.mean.astype(np.float32),
        "means": (means - measured.mean).astype(np.float16),
        "deviation": deviation.astype(np.float32),
        "correlation": correlation.astype(np.float16),
    }
    return {key: values[name] for name, key in _keys(skeleton, scale_free).items()}


def read(skeleton: str, scale_free: bool, pose: bool, path: pathlib.Path = FILE) -> statistics.Statistics:
    """Statistics for a descriptor, see `model.Descriptor`; its classes are simulated identities.

    Raises:
        FileNotFoundError, ValueError: no such file, or it is damaged.
    """
    keys = _keys(skeleton, scale_free)
    stored = arrays.read(path, keys.values())
    mean, means, deviation, correlation = (stored[keys[name]].astype(np.float64) for name in _ARRAYS)
    within = np.eye(len(mean))
    within[np.triu_indices(len(mean), 1)] = correlation
    within = np.triu(within, 1).T + within
    whole = statistics.Statistics(mean, within * np.outer(deviation, deviation), means.T @ means / len(means))
    return whole.columns(slice(model.Descriptor(skeleton, scale_free, pose).size))
