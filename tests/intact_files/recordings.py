# SPDX-License-Identifier: MIT
"""Intact files of recordings: the interchange format, CSV, pose sources, motion files and sensors."""

import csv
import shutil
import subprocess
import sys

import numpy as np

from tests import fakes, mutations
from tests.intact_files.reader import Reader


def _small() -> dict:
    return fakes.examples(names=("id0", "id1"), frames=4)


def _interchange(folder):
    from datasets_tfds.own_recordings import interchange

    return interchange.read(folder), interchange.frame_rate(folder)


def _csv(folder):
    from datasets_tfds.own_recordings import csv_recordings

    return csv_recordings.read(folder)


def _write_long(folder):
    """A row for each frame and joint; words in quotes."""
    with open(folder / "recordings.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        writer.writerow(["recording", "identity", "frame", "joint", "x", "y", "z", "split"])
        for split, rows in _small().items():
            for row in rows:
                for frame, pose in enumerate(row["joints"]):
                    for joint, place in enumerate(pose.round(3).tolist()):
                        writer.writerow([row["recording"], row["identity"], frame, joint, *place, split])


def _one_pose_file(writer: str, *arguments):
    """Writes one of the files that `pose_sources` writes."""

    def write(folder):
        from tests.datasets_tfds.own_recordings import pose_sources

        made = folder.with_name(f"{folder.name} all")
        made.mkdir()
        getattr(pose_sources, writer)(made, *arguments)
        chosen = min(path for path in made.rglob("*") if path.is_file())
        if chosen.name.endswith("_keypoints.json"):
            for path in sorted(chosen.parent.iterdir())[:6]:
                shutil.copy(path, folder / path.name)
        else:
            shutil.copy(chosen, folder / f"somebody{chosen.suffix}")
        shutil.rmtree(made)

    return write


def _pose(file: str):
    """Reads a file to joints of the Kinect in metres."""

    def read(folder):
        from datasets_tfds.own_recordings import options, pose_files

        joints = pose_files.one(folder / file, options.OPTIONS, lambda sentence: None)
        assert np.isfinite(joints).all(), "joints that are not finite"
        return joints

    return read


def _write_array(folder):
    from datasets_tfds.own_recordings.layouts import tables
    from tests.datasets_tfds.own_recordings import pose_sources

    walk = next(iter(pose_sources.walks().values()))
    np.savez(folder / "somebody.npz", joints=pose_sources.source_joints(tables.MEDIAPIPE, walk), fps=np.array(30.0))


def _write_c3d(folder):
    from datasets_tfds.own_recordings.layouts import tables
    from tests.datasets_tfds.own_recordings import pose_files_test, pose_sources

    walk = 1000 * pose_sources.source_joints(tables.BODY_25, next(iter(pose_sources.walks().values()))[:10])
    path, points = str(folder / "somebody.c3d"), folder.with_name("points.npz")
    np.savez(points, paths=[path], labels=tables.BODY_25.joints, **{path: walk})
    subprocess.run([sys.executable, "-c", pose_files_test.WRITE_C3D, str(points)], check=True)


def _motion(*names: str):
    def write(folder):
        from tests.datasets_tfds import motion_text

        texts = {"26_01.bvh": motion_text.bvh(frames=3), "43.asf": motion_text.asf(), "43_01.amc": motion_text.amc(2)}
        for name in names:
            (folder / name).write_text(texts[name], encoding="utf-8")

    return write


def _motions(folder):
    from datasets_tfds.cmu_walk import raw_files

    return {name: found.joints for name, found in raw_files.read_folder(folder, "kinect_v2").items()}


def _write_frame(folder):
    rows = [f"{joint + 1},{x:.4f},{y:.4f},{z:.4f},10,20,2,1" for joint, (x, y, z) in enumerate(fakes.walk(1, 1, 1)[0])]
    (folder / "frame_skel.txt").write_text("\n".join(rows) + "\n")


def _frame(folder):
    from datasets_tfds.readers import frame_files

    return frame_files.read_frame(folder / "frame_skel.txt", frame_files.RGBD_ID)


def _write_kgbd(folder):
    from datasets_tfds.kgbd import recording_files

    rows = [
        f"{name};{x:.4f};{y:.4f};{z:.4f}"
        for frame in fakes.walk(1, 1, 3)
        for name, (x, y, z) in zip(recording_files.JOINTS, frame, strict=True)
    ]
    (folder / "walk.txt").write_text("\n".join(rows) + "\n")


def _kgbd(folder):
    from datasets_tfds.kgbd import recording_files
    from datasets_tfds.readers import raw_recordings

    return recording_files.read(raw_recordings.RawRecording((folder / "walk.txt",), "1", "walk"))


READERS = {
    "interchange arrays": Reader(
        lambda folder: fakes.write_npz(folder, _small()), "recordings.npz", _interchange, mutations.BINARY, checked=True
    ),
    "interchange splits": Reader(lambda folder: fakes.write_npz(folder, _small()), "splits.json", _interchange),
    "csv, a row a frame": Reader(lambda folder: fakes.write_csv(folder, _small()), "recordings.csv", _csv),
    "csv, a row a joint": Reader(_write_long, "recordings.csv", _csv),
    "columns": Reader(_one_pose_file("write_columns", "kinect_v2", "{joint}_{axis}"), "somebody.csv",
                      _pose("somebody.csv")),
    "columns with confidence": Reader(
        _one_pose_file("write_columns", "mediapipe33", "{joint}_{axis}", None, ("visibility",), ";"), "somebody.csv",
        _pose("somebody.csv"),
    ),
    "landmarks": Reader(_one_pose_file("write_landmarks"), "somebody.json", _pose("somebody.json")),
    "detections": Reader(_one_pose_file("write_detections"), "somebody.json", _pose("somebody.json")),
    "openpose": Reader(_one_pose_file("write_openpose", "openpose_body25", True), "video_000000000003_keypoints.json",
                       _pose("")),
    "array": Reader(_one_pose_file("write_array", "kinect_v2"), "somebody.npy", _pose("somebody.npy"),
                    mutations.BINARY),
    "arrays": Reader(_write_array, "somebody.npz", _pose("somebody.npz"), mutations.BINARY, checked=True),
    "trc": Reader(_one_pose_file("write_trc"), "somebody.trc", _pose("somebody.trc")),
    "c3d": Reader(_write_c3d, "somebody.c3d", _pose("somebody.c3d"), mutations.BINARY, heavy=True),
    "animation": Reader(_one_pose_file("write_bvh"), "somebody.bvh", _pose("somebody.bvh")),
    "bvh": Reader(_motion("26_01.bvh"), "26_01.bvh", _motions, named="26_01"),
    "asf": Reader(_motion("43.asf", "43_01.amc"), "43.asf", _motions, named="43"),
    "amc": Reader(_motion("43.asf", "43_01.amc"), "43_01.amc", _motions, named="43_01"),
    "frame of a Kinect": Reader(_write_frame, "frame_skel.txt", _frame),
    "walk of kgbd": Reader(_write_kgbd, "walk.txt", _kgbd),
}  # fmt: skip
