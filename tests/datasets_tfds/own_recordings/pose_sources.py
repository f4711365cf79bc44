# SPDX-License-Identifier: MIT
"""Writes walks of the Kinect as the files of every pose source: each of its joints stands where the Kinect's do."""

import functools
import json
import pathlib

import numpy as np

from datasets_tfds.cmu_walk import embedded
from datasets_tfds.own_recordings.layouts import layout as layouts
from datasets_tfds.own_recordings.layouts import tables
from tfskel import skeletons

V2 = skeletons.KINECT_V2.joint_names


@functools.cache
def walks(people: int = 3, recordings: int = 3, frames: int = 40) -> dict[tuple[str, str], np.ndarray]:
    """(identity, recording) -> (T, 25, 3) metres, y up."""
    chosen: dict[str, list] = {}
    for row in embedded.read("kinect_v2", noisy=False).values():
        chosen.setdefault(row["identity"], []).append(row["joints"][:frames].astype(np.float64))
    several = [person for person, rows in chosen.items() if len(rows) >= recordings][:people]
    return {(f"p{person}", f"walk{n}"): chosen[person][n] for person in several for n in range(recordings)}


def source_joints(layout: layouts.Layout, kinect: np.ndarray) -> np.ndarray:
    """(T, 25, 3) -> (T, J, 3): a joint that one of the Kinect's is made of stands there, others at the head."""
    places = np.repeat(kinect[:, [V2.index("Head")]], len(layout.joints), axis=1)
    made = layouts.ways(layout, layout.joints)
    for size in (4, 3, 2, 1):  # what one joint alone is made of stands exactly
        for joint, numbers in made.items():
            if len(numbers) == size and joint not in layout.stand_ins:
                places[:, list(numbers)] = kinect[:, [V2.index(joint)]]
    return places


def write_array(folder: pathlib.Path, layout: str, factor: float = 1.0) -> None:
    """identity/recording.npy of a layout, in metres times `factor`."""
    for (identity, recording), kinect in walks().items():
        path = folder / identity / f"{recording}.npy"
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, (factor * source_joints(tables.LAYOUTS[layout], kinect)).astype(np.float32))


def write_columns(folder: pathlib.Path, layout: str, column: str, names=None, extra=(), separator: str = ",") -> None:
    """identity_recording.csv, a column for each coordinate called by `column`, `extra` ones of confidence 0.9."""
    for (identity, recording), kinect in walks().items():
        joints = source_joints(tables.LAYOUTS[layout], kinect)
        names = names or tables.LAYOUTS[layout].joints
        header = ["frame"] + [
            column.format(joint=name, axis=axis) for name in names for axis in ("x", "y", "z", *extra)
        ]
        rows = [separator.join(header)]
        for number, frame in enumerate(joints):
            cells = [f"{value:.5f}" for point in frame for value in (*point, *([0.9] * len(extra)))]
            rows.append(separator.join([str(number), *cells]))
        (folder / f"{identity}_{recording}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def write_landmarks(folder: pathlib.Path) -> None:
    """identity/recording.json as MediaPipe's world landmarks: y down, the middle of the hips at 0."""
    for (identity, recording), kinect in walks().items():
        joints = source_joints(tables.MEDIAPIPE, kinect - kinect[:, :1]) * [1, -1, -1]
        frames = [
            [{"x": x, "y": y, "z": z, "visibility": 0.95} for x, y, z in frame] for frame in joints.round(5).tolist()
        ]
        path = folder / identity / f"{recording}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"fps": 30, "frames": [{"pose_world_landmarks": frame} for frame in frames]}))


def write_openpose(folder: pathlib.Path, layout: str, flat: bool) -> None:
    """A JSON file for each frame; in pixels, y down, where `flat`, with a second, less certain person in one."""
    for (identity, recording), kinect in walks().items():
        joints = source_joints(tables.LAYOUTS[layout], kinect)
        place = folder / identity / recording
        place.mkdir(parents=True, exist_ok=True)
        for number, frame in enumerate(joints):
            points = 200 * frame[:, :2] * [1, -1] + [320, 400] if flat else frame
            values = np.column_stack([points, np.full(len(points), 0.8)]).round(4)
            person = {f"pose_keypoints_{2 if flat else 3}d": values.ravel().tolist()}
            weaker = {key: (0.5 * np.array(numbers)).tolist() for key, numbers in person.items()}
            people = {"version": 1.3, "people": [weaker, person] if number == 3 else [person]}
            (place / f"video_{number:012d}_keypoints.json").write_text(json.dumps(people))


def write_detections(folder: pathlib.Path) -> None:
    """identity/recording.json as detectors of COCO's key points write results."""
    for (identity, recording), kinect in walks().items():
        joints = 150 * source_joints(tables.COCO, kinect)[..., :2] * [1, -1] + [320, 400]
        rows = [
            {"image_id": f"{number}.jpg", "category_id": 1, "score": 2.5,
             "keypoints": np.column_stack([frame, np.full(17, 0.7)]).round(3).ravel().tolist()}
            for number, frame in enumerate(joints)
        ]  # fmt: skip
        path = folder / identity / f"{recording}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(rows))


def write_trc(folder: pathlib.Path, names=None) -> None:
    """identity_recording.trc in millimetres, joints called as OpenPose has them."""
    layout = tables.BODY_25
    for (identity, recording), kinect in walks().items():
        joints = 1000 * source_joints(layout, kinect)
        head = [
            f"PathFileType\t4\t(X/Y/Z)\t{recording}.trc",
            "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
            f"30.00\t30.00\t{len(joints)}\t{len(layout.joints)}\tmm\t30.00\t1\t{len(joints)}",
            "Frame#\tTime\t" + "\t\t\t".join(layout.joints) + "\t\t",
            "\t\t" + "\t".join(f"{axis}{number}" for number in range(1, 26) for axis in "XYZ"),
            "",
        ]
        rows = [
            "\t".join([str(n + 1), f"{n / 30:.4f}", *(f"{v:.3f}" for v in frame.ravel())])
            for n, frame in enumerate(joints)
        ]
        (folder / f"{identity}_{recording}.trc").write_text("\n".join([*head, *rows]) + "\n")


MIXAMO = {
    "Hips": "SpineBase", "Spine1": "SpineMid", "Neck": "Neck", "HeadTop_End": "Head", "Head": "Head",
    **{f"{side}{theirs}": f"{ours}{side}" for side in ("Left", "Right") for theirs, ours in (
        ("Arm", "Shoulder"), ("ForeArm", "Elbow"), ("Hand", "Wrist"), ("HandMiddle1", "Hand"),
        ("HandMiddle4", "HandTip"), ("HandThumb4", "Thumb"), ("UpLeg", "Hip"), ("Leg", "Knee"), ("Foot", "Ankle"),
        ("ToeBase", "Foot"))},
}  # fmt: skip
"""Joint of an animation -> that of the Kinect where it stands."""


def write_bvh(folder: pathlib.Path) -> None:
    """identity/recording.bvh in centimetres, z up; all joints hang on the hips and have positions of their own."""
    for (identity, recording), kinect in walks().items():
        places = 100 * kinect[:, [V2.index(joint) for joint in MIXAMO.values()]][..., [0, 2, 1]] * [1, -1, 1]
        places[:, 1:] -= places[:, :1]
        channels = "CHANNELS 6 Xposition Yposition Zposition Zrotation Yrotation Xrotation"
        root, *others = (f"mixamorig:{name}" for name in MIXAMO)
        inner = [f"JOINT {name}\n{{\nOFFSET 0 0 0\n{channels}\n}}" for name in others]
        rows = [" ".join(f"{value:.4f}" for point in frame for value in (*point, 0, 0, 0)) for frame in places]
        text = ["HIERARCHY", f"ROOT {root}", "{", "OFFSET 0 0 0", channels, *inner, "}", "MOTION",
                f"Frames: {len(rows)}", "Frame Time: 0.033333", *rows]  # fmt: skip
        path = folder / identity / f"{recording}.bvh"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(text) + "\n")
