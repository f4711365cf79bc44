# SPDX-License-Identifier: MIT
"""Finds the raw motion files of a folder and reads each with the reader that fits."""

import dataclasses
import pathlib

import numpy as np

from datasets_tfds.cmu_walk import body_size, conversions, kinect_joints
from datasets_tfds.readers import amc, asf, folder_tree, kinematics

AMC_RATE = 120.0  # frames per second; for files that do not state it
_SUFFIXES = (".asf", ".amc", ".bvh")
EXPECTED = """In any folders below it (names as in the database, NN = subject, MM = motion):
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
    paths = _find(folder)
    names = sorted({name for suffix in (".amc", ".bvh") for name in paths[suffix]})
    if not names:
        raise FileNotFoundError(folder_tree.comparison(folder, f"No .amc or .bvh file in {folder}.", EXPECTED))
    skeletons = {name: asf.read(path) for name, path in paths[".asf"].items()}
    return {name: _read(name, paths, skeletons.get(name.split("_")[0]), skeleton) for name in names}


def _read(name: str, paths: dict[str, dict], model: asf.Skeleton | None, skeleton: str) -> RawRecording:
    identity, path = name.split("_")[0], paths[".amc"].get(name) or paths[".bvh"][name]
    needed = kinect_joints.needed(skeleton)
    if model:
        _check_model(model, needed if name in paths[".amc"] else set(conversions.LOST))
    if name in paths[".amc"]:
        if model is None:
            raise FileNotFoundError(f"{path.name} needs the skeleton {identity}.asf. Expected:\n{EXPECTED}")
        capture = amc.read(path, model)
        places = kinematics.positions(amc.motion(model, capture)) * model.metres
        ends = dict(zip((asf.ROOT, *model.bones), np.moveaxis(places, 1, 0), strict=True))
        rate, source, frames = capture.rate or AMC_RATE, "asf_amc", capture.frames
    else:
        ends, rate = conversions.read(path, model, needed)
        source, frames = "bvh_exact" if model else "bvh_approx", np.arange(1, len(ends[asf.ROOT]) + 1)
    try:
        every = kinect_joints.step(rate)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    joints = kinect_joints.joints(ends, rate, skeleton)
    if not np.isfinite(joints).all():
        raise ValueError(f"{path.name}: its bones and angles give positions that are not finite. Is it damaged?")
    return RawRecording(identity, joints, frames[::every], source)


def _check_model(model: asf.Skeleton, needed: set[str]) -> None:
    missing = sorted({*needed, *body_size.BONES} - {asf.ROOT, *model.bones})
    if missing:
        raise ValueError(f"{model.file}: lacks the bones {', '.join(missing)}. It has {', '.join(model.bones)}.")
    legs = sum(np.linalg.norm(model.bones[bone].vector) for bone in body_size.BONES) / 2 * model.metres
    if not body_size.fits(legs):
        raise ValueError(
            f"{model.file}: from hip to ankle it is {legs:.3g} m by the length in its :units; expected "
            f"{body_size.LEGS[0]} to {body_size.LEGS[1]} m."
        )


def _find(folder: pathlib.Path) -> dict[str, dict[str, pathlib.Path]]:
    paths: dict[str, dict[str, pathlib.Path]] = {suffix: {} for suffix in _SUFFIXES}
    for path in sorted(folder.rglob("*")):
        suffix = path.suffix.lower()
        if suffix in paths and path.is_file():
            other = paths[suffix].setdefault(path.stem, path)
            if other != path:
                raise ValueError(f"{path.name} stands there twice: {other.parent} and {path.parent}; keep one.")
    return paths
