# SPDX-License-Identifier: MIT
"""Finds the raw motion files of a folder and reads each with the reader that fits."""

from __future__ import annotations

import dataclasses
import pathlib

import numpy as np

from datasets_tfds.cmu_walk import asf_amc, bvh, kinect_joints
from tfskel.io import folder_tree

AMC_RATE = 120.0  # frames per second; the files do not state it
_SUFFIXES = (".asf", ".amc", ".bvh")
EXPECTED = """Expected, in any folders below it (names as in the database, NN = subject, MM = motion):
  02.asf       skeleton of subject 02
  02_01.amc    motion 01 of subject 02, needs 02.asf
  26_01.bvh    BVH conversion of a motion, used when there is no 26_01.amc"""


@dataclasses.dataclass(frozen=True)
class RawRecording:
    """One motion: `joints` (T, J, 3) float32 metres at 30 fps, `frames` (T,) int64 numbers at the raw rate, and
    `source`, one of asf_amc, bvh_exact (lost bones from the subject's ASF), bvh_approx."""

    identity: str
    joints: np.ndarray
    frames: np.ndarray
    source: str


def read_folder(folder: pathlib.Path, skeleton: str) -> dict[str, RawRecording]:
    """Recording -> RawRecording for every motion below `folder`, sorted by name; AMC goes before BVH.

    Raises:
        FileNotFoundError: no motion at all, or an AMC file without its ASF file.
        ValueError: a file is damaged or stands there twice; names file and line.
    """
    found = _find(folder)
    names = sorted({name for suffix in (".amc", ".bvh") for name in found[suffix]})
    if not names:
        raise FileNotFoundError(f"No .amc or .bvh file in\n{folder_tree.draw(folder)}\n{EXPECTED}")
    skeletons = {name: asf_amc.read_asf(path) for name, path in found[".asf"].items()}
    result = {}
    for name in names:
        identity = name.split("_")[0]
        asf = skeletons.get(identity)
        if name in found[".amc"]:
            if asf is None:
                raise FileNotFoundError(f"{found['.amc'][name].name} needs the skeleton {identity}.asf.\n{EXPECTED}")
            frames, motion = asf_amc.read_amc(found[".amc"][name], asf)
            ends, rate, source = asf_amc.bone_ends(asf, motion), AMC_RATE, "asf_amc"
        else:
            motion = bvh.restore(bvh.read(found[".bvh"][name]), asf)
            ends, rate, source = bvh.bone_ends(motion), motion.rate, "bvh_exact" if asf else "bvh_approx"
            frames = np.arange(1, len(motion.rows) + 1)
        result[name] = _recording(identity, name, ends, frames, rate, source, skeleton)
    return result


def _recording(identity, name, ends, frames, rate, source, skeleton) -> RawRecording:
    try:
        every = kinect_joints.step(rate)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    return RawRecording(identity, kinect_joints.joints(ends, rate, skeleton), frames[::every], source)


def _find(folder: pathlib.Path) -> dict[str, dict[str, pathlib.Path]]:
    found: dict[str, dict[str, pathlib.Path]] = {suffix: {} for suffix in _SUFFIXES}
    for path in sorted(folder.rglob("*")):
        suffix = path.suffix.lower()
        if suffix in found and path.is_file():
            other = found[suffix].setdefault(path.stem, path)
            if other != path:
                raise ValueError(f"{path.name} stands there twice: {other.parent} and {path.parent}; keep one.")
    return found
