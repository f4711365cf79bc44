# SPDX-License-Identifier: MIT
"""JSON with the landmarks of every frame: MediaPipe's, lists of key points, and detections in COCO's form."""

import pathlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from datasets_tfds.own_recordings.layouts import match
from datasets_tfds.own_recordings.sources import captured
from tfskel import arrays

_LISTS = ("pose_world_landmarks", "poseWorldLandmarks", "worldLandmarks", "keypoints3D", "keypoints3d", "keypoints_3d",
          "pose_landmarks", "poseLandmarks", "landmarks", "keypoints", "joints")  # fmt: skip
"""Keys of a frame that hold its points; where there are several, the first one is read."""
_CONFIDENCE = ("visibility", "score", "confidence", "likelihood")
_EXPECTED = (
    'expected a list of frames, each a list of points {"x", "y", "z", "visibility"} or [x, y, z], or an object with '
    f"such a list as one of {', '.join(_LISTS)}"
)


def read(path: pathlib.Path, layout: str = "") -> Iterator[captured.Captured]:
    """The recording of a file; a frame without points was captured, and nobody seen in it.

    Args:
        layout: name of the points' layout; "" for what their names or their number say.

    Raises:
        ValueError: names the file and the frame that cannot be used.
    """
    content = arrays.read_json(path, _EXPECTED)
    fps = None
    if isinstance(content, dict):
        fps = next(
            (float(content[key]) for key in ("fps", "frame_rate") if isinstance(content.get(key), int | float)), None
        )
        content = next((content[key] for key in ("frames", "data", "results", *_LISTS) if key in content), None)
    if not isinstance(content, list) or not content:
        raise ValueError(f"{path}: {_EXPECTED}; received {str(content)[:60]!r}.")
    detections = all(isinstance(row, dict) and "image_id" in row for row in content)
    frames = _of_detections(content) if detections else {number: _points(row) for number, row in enumerate(content)}
    yield _recording(path, frames, layout or ("coco17" if detections else ""), fps)


def points(row: Any, where: str) -> tuple[list[str], np.ndarray]:
    """Names, "" without, and (J, 4) x, y, z, confidence of a frame's list; z NaN in a picture."""
    if row and all(isinstance(value, int | float) for value in row):
        width = next((width for width in (3, 4, 2) if len(row) % width == 0), 0)
        if not width:
            raise ValueError(f"{where}: {len(row)} numbers; expected 3, 4 or 2 for each point.")
        values = np.array(row, np.float64).reshape(-1, width)
        # Three numbers a point are those of a picture with its confidence, as COCO and OpenPose write them.
        filled = [values[:, :2], np.full((len(values), 1), np.nan), values[:, 2:]] if width < 4 else [values]
        values = np.concatenate(filled, axis=1)
        return [""] * len(values), values if values.shape[1] == 4 else np.pad(
            values, ((0, 0), (0, 1)), constant_values=np.nan
        )
    names, rows = [], []
    for point in row:
        if isinstance(point, dict) and "x" in point and "y" in point:
            seen = next((point[key] for key in _CONFIDENCE if point.get(key) is not None), np.nan)
            names.append(str(point.get("name", "")))
            rows.append([point["x"], point["y"], point.get("z", np.nan), seen])
        elif isinstance(point, list) and 2 <= len(point) <= 4:
            names.append("")
            rows.append([*point, *[np.nan] * (4 - len(point))])
        else:
            raise ValueError(f"{where}: {_EXPECTED}; received the point {str(point)[:60]!r}.")
    try:
        return names, np.array(rows, np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{where}: a coordinate is no number; {_EXPECTED}.") from None


def _points(row: Any) -> Any:
    """The list of points of a frame, of its first person where there are lists of several."""
    if isinstance(row, dict):
        row = next((row[key] for key in _LISTS if row.get(key)), [])
    several = (
        isinstance(row, list) and row and isinstance(row[0], list) and row[0] and isinstance(row[0][0], dict | list)
    )
    return row[0] if several else row or []


def _of_detections(rows: list[dict]) -> dict[int, list]:
    """Frame -> key points of its most certain person."""
    best: dict[int, tuple[float, list]] = {}
    for row in rows:
        digits = "".join(letter for letter in pathlib.Path(str(row["image_id"])).stem if letter.isdecimal())
        number, score = int(digits or 0), float(row.get("score", 0) or 0)
        if number not in best or score > best[number][0]:
            best[number] = score, row.get("keypoints") or []
    return {number: best[number][1] for number in sorted(best)}


def _recording(path: pathlib.Path, frames: dict[int, Any], layout: str, fps: float | None) -> captured.Captured:
    read_points = {number: points(row, f"{path}, frame {number}") for number, row in frames.items() if row}
    if not read_points:
        raise ValueError(f"{path}: no frame has points; {_EXPECTED}.")
    names, first = next(iter(read_points.values()))
    values = np.full((len(frames), len(first), 4), np.nan)
    for place, number in enumerate(frames):
        of_frame = read_points.get(number, (names, first * np.nan))[1]
        if of_frame.shape != first.shape:
            raise ValueError(f"{path}, frame {number}: {len(of_frame)} points; the frames before have {len(first)}.")
        values[place] = of_frame
    named = all(names)
    flat = bool(np.isnan(values[..., 2]).all())
    joints = values[..., :3].copy()
    if flat:
        joints[..., 2] = np.where(np.isnan(joints[..., 0]), np.nan, 0)
    joints = captured.unseen_to_nan(joints)
    matched = match.by_name(names, str(path), layout) if named else match.by_bones(joints, str(path), layout)
    confidence = None if np.isnan(values[..., 3]).all() else values[..., 3]
    return captured.Captured(
        str(path), matched, tuple(names) if named else matched.joints, joints, confidence,
        np.array(list(frames)), fps, "", flat,
    )  # fmt: skip
