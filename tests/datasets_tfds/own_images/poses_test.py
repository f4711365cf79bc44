# SPDX-License-Identifier: MIT
"""Joints beside the user's own images: where they are found, what is kept, and what is refused."""

import pathlib
import warnings

import numpy as np
import pytest
import tensorflow_datasets as tfds

from datasets_tfds import catalogue
from tests import fakes
from tfskel.data import frames, image_quality

pytestmark = pytest.mark.filterwarnings("ignore:own_images. no splits are given")
PICTURES = {row["path"]: row["image"] for row in fakes.photographs(people=4, cameras=2, frames=2, height=16)}


def build(folder, data_dir, files):
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    builder = catalogue.load("own_images", data_dir)
    builder.download_and_prepare(download_config=tfds.download.DownloadConfig(manual_dir=str(folder)))
    return tfds.builder_from_directory(builder.data_dir)


def text(*joints):
    return "".join(f"{x} {y}\n" for x, y in joints).encode()


@pytest.mark.parametrize("place", ["poses/{}.txt", "{}.txt"])
def test_poses_lie_in_a_folder_of_their_own_or_beside_the_images_and_joints_outside_are_kept(tmp_path, place):
    files = PICTURES | {place.format("cam0/p0/0"): text((3.5, 5), (99, 5), (-1, -1))}
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*files are not read.*")
        builder = build(tmp_path / "raw", tmp_path / "data", files)
    splits = {name: frames.scan(pathlib.Path(builder.data_path), name) for name in builder.info.splits}
    poses = {tuple(map(tuple, pose.tolist())) for part in splits.values() for pose in part.poses(np.arange(len(part)))}
    assert poses == {(), ((3.5, 5.0), (99.0, 5.0), (-1.0, -1.0))}
    counts = [part["poses"] for part in image_quality.report(splits)["splits"].values()]
    assert [sum(count[key] for count in counts) for key in ("poses", "missing", "outside")] == [1, 1, 1]


def test_a_list_names_pose_files(tmp_path):
    rows = ("cam0/p0/0.png,anna,door,train,mine.txt", "cam0/p1/0.png,ben,door,probe,", "cam1/p1/0.png,ben,x,gallery,")
    files = PICTURES | {"images.csv": "\n".join(["path,identity,camera,split,pose", *rows]).encode()}
    with pytest.raises(FileNotFoundError, match=r"s\.csv, line 2, column 'pose': .*mine\.txt is missing \(1 pose file"):
        build(tmp_path / "raw", tmp_path / "data", files)
    files |= {"mine.txt": text((1, 2)), "poses/cam0/p1/0.txt": text((3, 4))}
    builder = build(tmp_path / "raw", tmp_path / "data", files)
    found = {split: builder.as_data_source(split)[0]["pose"].tolist() for split in builder.info.splits}
    assert found == {"train": [[1, 2]], "probe": [[3, 4]], "gallery": []}


@pytest.mark.parametrize(
    "content, message",
    [
        (b"1 2\n3 4 5\n", r"poses/cam0/p0/0\.txt, line 2: expected two numbers, `x y`; received '3 4 5'"),
        (b"", r"0\.txt: expected some lines, one a joint; received 0"),
        (b"1 two\n", r"0\.txt, line 1: expected a finite number; received 'two'"),
    ],
)
def test_a_damaged_pose_file_stops_the_build_by_name(tmp_path, content, message):
    with pytest.raises(ValueError, match=message):
        build(tmp_path / "raw", tmp_path / "data", PICTURES | {"poses/cam0/p0/0.txt": content})
