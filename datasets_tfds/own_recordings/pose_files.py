# SPDX-License-Identifier: MIT
"""Recordings from pose files of any source, as the joints of a Kinect in metres, y up."""

import collections
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from datasets_tfds.own_recordings import body, repair, split_rule
from datasets_tfds.own_recordings.layouts import layout as layouts
from datasets_tfds.own_recordings.sources import captured
from datasets_tfds.own_recordings.sources import folder as sources
from datasets_tfds.readers import examples, segments
from tfskel import skeletons

Recording = tuple[str, str, captured.Captured]


def read(
    folder: pathlib.Path, options: Mapping[str, Any], say: Callable[[str], None]
) -> tuple[dict[str, list[dict[str, Any]]], str, float | None]:
    """Splits of the recordings below a folder.

    Args:
        folder: see `sources.LAYOUT`.
        options: of the data set.
        say: is told in sentences what was found, chosen and repaired.

    Returns:
        Split -> example dicts as `interchange.read` gives them, the name of the skeleton, and frames per second.

    Raises:
        FileNotFoundError, ValueError: no pose file, or one that cannot be used; says what to do.
    """
    whole, skeleton, fps = recordings(folder, options, say)
    return divided(whole, folder, options, say), skeleton, fps


def divided(whole: Mapping[str, dict], folder: pathlib.Path, options: Mapping[str, Any], say: Callable[[str], None]):
    """Splits of what `recordings` returned, as the folder's splits file has them or else the rule."""
    lengths = {name: len(example["joints"]) for name, example in whole.items()}
    stated = folder / options["splits"]
    if stated.is_file():
        return examples.cut(whole, segments.read(stated, lengths))
    identities = {name: example["identity"] for name, example in whole.items()}
    return examples.cut(whole, split_rule.divide(identities, lengths, options["split"], options["gap"], say))


def recordings(folder: pathlib.Path, options: Mapping[str, Any], say: Callable[[str], None]):
    """Recording -> example dict, the name of the skeleton, and frames per second; arguments as `read`."""
    sources.check_pattern(options["pattern"])
    found = list(sources.read(folder, options["layout"], options["pattern"]))
    _check_once(found)
    return _as_kinect(found, options, say)


def one(path: pathlib.Path, options: Mapping[str, Any], say: Callable[[str], None]) -> np.ndarray:
    """(T, J, 3) metres, y up, of the one recording that a file, or a folder of OpenPose's frames, holds.

    Args:
        path: any name. options, say: as `read`.

    Raises:
        FileNotFoundError, ValueError: as `read`, or there are several recordings.
    """
    found = [
        ("somebody", str(number), captured) for number, captured in enumerate(sources.of_path(path, options["layout"]))
    ]
    if len(found) != 1:
        raise ValueError(f"{path}: {len(found)} recordings; expected one.")
    whole, *_ = _as_kinect(found, options, say)
    return next(iter(whole.values()))["joints"]


def _as_kinect(found: Sequence[Recording], options: Mapping[str, Any], say: Callable[[str], None]):
    made = {name: layouts.ways(recording.layout, recording.names) for _, name, recording in found}
    skeleton = _skeleton(found, made, options["skeleton"], say)
    mapped = {}
    for _, name, recording in found:
        joints = repair.doubtful(recording.joints, recording.confidence, options["confidence"])
        mapped[name] = layouts.to_kinect(joints, made[name], skeleton)
    _scale(found, mapped, skeleton, options["units"], say)
    up = _turn(mapped, skeleton)
    if up != "y":
        say(f"{up} points up in the files; the recordings are turned so that y does")
    whole, fps = _complete(found, mapped, skeleton, options, say)
    return whole, skeleton, fps


def _check_once(found: Sequence[Recording]) -> None:
    names = collections.Counter(name for _, name, _ in found)
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        where = ", ".join(recording.where for _, name, recording in found if name == twice[0])
        raise ValueError(f"recording {twice[0]!r} is in several files: {where}; give each a name of its own.")


def _skeleton(found: Sequence[Recording], made: Mapping, stated: str, say: Callable[[str], None]) -> str:
    """The Kinect that all recordings can be: the one stated, or v2 where every source has all its joints."""
    targets = {layouts.target(recording.layout, made[name]) for _, name, recording in found}
    skeleton = stated or ("kinect_v2" if targets == {"kinect_v2"} else "kinect_v1")
    kinds = collections.Counter(recording.layout.name for _, _, recording in found)
    say("joints are read as " + ", ".join(f"{name} ({count} recordings)" for name, count in kinds.items())
        + f" and become those of {skeleton}")  # fmt: skip
    for _, name, recording in found:
        lacking = layouts.lacking(made[name], skeleton)
        if lacking:
            raise ValueError(
                f"{recording.where}: nothing in layout {recording.layout.name} makes up {', '.join(lacking)} of "
                f"{skeleton}; choose the option skeleton=kinect_v1, or other files."
            )
    of_layouts = {recording.layout.name: recording.layout for _, _, recording in found}
    for layout in of_layouts.values():
        wanted = set(_v2_names(skeleton)) & set(layout.stand_ins)
        if wanted:
            say(f"{layout.name} has no {', '.join(sorted(wanted))}: a neighbouring joint stands for each")
    return skeleton


def _v2_names(skeleton: str) -> list[str]:
    return [layouts.V1.get(joint, joint) for joint in skeletons.get(skeleton).joint_names]


def _scale(found: Sequence[Recording], mapped: dict, skeleton: str, units: str, say: Callable[[str], None]) -> None:
    """Brings the mapped joints to metres, in place."""
    lengths = {name: body.length(mapped[name], skeleton) for _, name, _ in found}
    for _, name, recording in found:
        if not np.isfinite(lengths[name]):
            raise ValueError(f"{recording.where}: trunk and legs are not seen in any frame; expected whole persons.")
    flat = any(recording.flat for _, _, recording in found)
    typical = float(np.median(list(lengths.values())))
    stated = {recording.unit for _, _, recording in found}
    units = units or (body.BODY if flat else next(iter(stated)) if len(stated) == 1 and stated != {""} else "")
    units = units or body.unit(typical, found[0][2].where)
    if units == body.BODY:
        for name, length in lengths.items():
            mapped[name] = mapped[name] * (body.LENGTH / length)
        found_unit = "coordinates are places in a picture (z = 0)" if flat else "unit: the person"
        say(
            f"{found_unit}; every recording is scaled to trunk and legs of {body.LENGTH} m, so that size tells nobody "
            "apart: take a recipe with scale_free=True"
        )
        return
    say(f"unit: {units}; trunk and legs are {typical * body.METRES[units]:.2f} m long")
    if body.unit(typical * body.METRES[units], found[0][2].where) != "m":
        say(f"people of that size in {units} are implausible; set the option units")
    for name in mapped:
        mapped[name] = mapped[name] * body.METRES[units]


def _turn(mapped: dict, skeleton: str) -> str:
    """Turns all recordings so that y is up, in place; the axis that most of them have up."""
    votes = collections.Counter(filter(None, (body.upward(joints, skeleton) for joints in mapped.values())))
    up = votes.most_common(1)[0][0] if votes else "y"
    for name, joints in mapped.items():
        mapped[name] = body.upright(joints, up)
    return up


def _complete(found: Sequence[Recording], mapped: dict, skeleton: str, options: Mapping, say: Callable[[str], None]):
    """Example dicts of the frames in which all joints are seen, and frames per second."""
    rates = {recording.fps for _, _, recording in found if recording.fps} or {None}
    fps = options["fps"] or (float(np.median(list(rates))) if None not in rates else None)
    filled = dropped = 0
    whole: dict[str, dict[str, Any]] = {}
    for identity, name, recording in found:
        joints, count = repair.fill(mapped[name], recording.frames, options["fill"])
        seen = np.isfinite(joints).all(axis=(1, 2))
        filled, dropped = filled + count, dropped + int((~seen).sum())
        if seen.sum() < 2:
            say(f"{recording.where} is left out: {_never_seen(joints, skeleton)}")
            continue
        joints, frames = joints[seen], recording.frames[seen]
        if options["resample"]:
            joints, frames = _resampled(
                joints, frames, options["fps"] or recording.fps, options["resample"], recording.where
            )
        texts = {"identity": identity, "recording": name, **dict.fromkeys(examples.OPTIONAL, "")}
        whole[name] = {
            **texts,
            "joints": joints.astype(np.float32),
            "frames": frames,
            "captured": len(recording.joints),
        }
    if not whole:
        raise ValueError(
            f"{found[0][2].where}: no recording has two frames with all joints of {skeleton}; see the sentences above."
        )
    crowded = sum(recording.crowded for _, _, recording in found)
    if crowded:
        say(f"{crowded} frames show several people; the most certain of each is taken")
    if filled:
        say(f"{filled} places of joints were interpolated over gaps of at most {options['fill']} frames")
    if dropped:
        say(f"{dropped} frames in which a joint was not seen are left out (option fill interpolates short gaps)")
    return whole, options["resample"] or fps


def _resampled(joints: np.ndarray, frames: np.ndarray, fps: float | None, wanted: float, where: str):
    if not fps:
        raise ValueError(f"{where}: says no frame rate; set the option fps to what it was captured at.")
    return repair.resample(joints, frames, fps, wanted)


def _never_seen(joints: np.ndarray, skeleton: str) -> str:
    missing = np.isnan(joints).any(axis=-1).mean(axis=0)
    names = np.array(skeletons.get(skeleton).joint_names)[missing > repair.MOST_MISSING]
    return f"not seen in most frames: {', '.join(names)}" if len(names) else "no two frames show all joints"
