# SPDX-License-Identifier: MIT
"""PRID 2011 and iLIDS-VID from their folders and lists: what is stored, the divisions, and faults of the lists."""

import io
import warnings

import ml_collections
import numpy as np
import pytest
from PIL import Image

from components import splits
from datasets_tfds import catalogue
from datasets_tfds.person_sim import folders
from datasets_tfds.person_sim.options import Options

NAMES = {
    "prid2011": (("multi_shot/cam_a", "multi_shot/cam_b"), "person_{:04d}", "{frame:04d}.png"),
    "ilids_vid": (("sequences/cam1", "sequences/cam2"), "person{:03d}", "cam{camera}_{person}_{frame:05d}.png"),
}
HALVES = {1: (1, 2), 2: (2, 4)}  # division -> persons of train, of four


def png(value: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((8, 4, 3), value % 256, np.uint8)).save(file, "png")
    return file.getvalue()


def write(folder, name: str, persons=range(1, 5), frames=(9, 10, 11)):
    """Images and the lists of two divisions; each frame has a grey level of its own."""
    cameras, person_format, frame_format = NAMES[name]
    lines, level = {}, 0
    for number, camera_folder in enumerate(cameras, 1):
        for person in persons:
            called = person_format.format(person)
            (folder / camera_folder / called).mkdir(parents=True)
            for frame in frames:
                file, level = frame_format.format(camera=number, person=called, frame=frame), level + 1
                (folder / camera_folder / called / file).write_bytes(png(level))
                lines.setdefault((number, person), []).append(f"cam{number}/{called}/{file}")
    (folder / "lists").mkdir()
    for division, train in HALVES.items():
        halves = {"train": train, "test": [person for person in persons if person not in train]}
        for part, chosen in halves.items():
            rows = [
                f"{path} {tracklet} {camera} {tracklet}\n"
                for camera in (1, 2)
                for tracklet, person in enumerate(chosen, 1)
                for path in lines[camera, person]
            ]
            (folder / "lists" / f"{part}_{division}.txt").write_text("".join(rows))
    return folder


def images(folder, name: str, tmp_path):
    builder = catalogue.load(name, tmp_path / "data")
    return builder, list(builder.images(folder)["frames"])


@pytest.mark.parametrize("name", NAMES)
def test_every_listed_frame_is_stored_once_in_the_order_of_its_number(tmp_path, name):
    builder, rows = images(write(tmp_path / "raw", name), name, tmp_path)
    assert [row["frame"] for row in rows] == [9, 10, 11] * 8
    assert [np.asarray(Image.open(io.BytesIO(row["image"])))[0, 0, 0] for row in rows] == list(range(1, 25))
    person = NAMES[name][1].format(1)
    assert (rows[0]["identity"], rows[0]["camera"], rows[0]["tracklet"]) == (person, "1", f"cam1/{person}")
    assert (rows[-1]["camera"], len({row["tracklet"] for row in rows})) == ("2", 8)
    called = [[NAMES[name][1].format(person) for person in half] for half in HALVES.values()]
    assert builder.info.metadata["divisions"] == called


@pytest.mark.parametrize("name", NAMES)
def test_a_division_trains_on_its_half_and_searches_the_others_from_camera_to_camera(tmp_path, name):
    from components import ingest
    from configs import sections

    write(tmp_path / "raw", name)
    dataset = ml_collections.ConfigDict(sections.images())
    dataset.update(name=name, manual_dir=str(tmp_path / "raw"), image_size=32)
    (tmp_path / "ingested").mkdir()
    ingest.ingest(dataset, tmp_path / "ingested")
    called = NAMES[name][1].format
    for number, half in enumerate(HALVES.values()):
        parts = splits.read(tmp_path / "ingested", dataset, number)
        others = [called(person) for person in range(1, 5) if person not in half]
        assert parts.classes == [called(person) for person in half]
        assert (len(parts.train), len(parts.probe), len(parts.gallery)) == (12, 6, 6)
        assert sorted(set(parts.probe.identity)) == sorted(set(parts.gallery.identity)) == others
        assert set(parts.probe.camera) == {"1"} and set(parts.gallery.camera) == {"2"}
    with pytest.raises(ValueError, match="2 random divisions"):
        splits.read(tmp_path / "ingested", dataset, 2)


def test_rendered_walkers_are_read_from_their_plain_folders(tmp_path):
    folders.write(Options(train_persons=2, test_persons=2, train_frames=2, test_frames=1), tmp_path / "raw")
    builder, rows = images(tmp_path / "raw", "prid2011", tmp_path)
    assert len(rows) == 2 * 2 * 2 + 2 * 2 * 1
    assert len(builder.info.metadata["divisions"]) == 1 and len(builder.info.metadata["divisions"][0]) == 2


def edit(path, old: str, new: str):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("person_0001/0009.png 1", "person_0001/0009.png one", "train_1.txt, line 1: expected a path, a tracklet"),
        ("cam1/person_0001/0009.png", "cam1/0009.png", r"train_1.txt: expected paths like cam1/<person>/<frame>"),
        ("0009.png 1 1", "0009.png 2 1", "tracklet 2 of camera 1 is cam1/person_0002.*that number is of person_0001"),
        ("0009.png 1 1", "0009.png 1 2", "tracklet 1 of camera 2 is cam1/person_0001"),
        ("cam1/person_0001/0009.png 1 1 1\n", "", "train_1.txt lacks cam1/person_0001/0009.png"),
        ("cam1/person_0002", "cam1/person_0003", "tracklet 2 of camera 1 is cam1/person_0002"),
    ],
)
def test_faults_of_a_list_are_named(tmp_path, old, new, message):
    folder = write(tmp_path / "raw", "prid2011")
    edit(folder / "lists" / "train_1.txt", old, new)
    with pytest.raises(ValueError, match=message):
        images(folder, "prid2011", tmp_path)


def test_a_person_in_both_halves_is_refused(tmp_path):
    folder = write(tmp_path / "raw", "prid2011")
    extra = (
        (folder / "lists/test_1.txt").read_text().replace(" 1 1 1\n", " 1 1 1\ncam1/person_0002/0009.png 9 1 9\n", 1)
    )
    (folder / "lists/test_1.txt").write_text(extra)
    with pytest.raises(ValueError, match="both hold person_0002"):
        images(folder, "prid2011", tmp_path)


def test_what_is_missing_is_named(tmp_path):
    folder = write(tmp_path / "raw", "prid2011")
    (folder / "multi_shot/cam_a/person_0001/0009.png").unlink()
    with pytest.raises(FileNotFoundError, match="cam_a/person_0001/0009.png is missing"):
        images(folder, "prid2011", tmp_path)
    (folder / "lists/test_2.txt").unlink()
    with pytest.raises(FileNotFoundError, match="division 2 has no test list"):
        images(folder, "prid2011", tmp_path)
    with pytest.raises(FileNotFoundError, match="does not hold the folders of two cameras(.|\n)*Expected"):
        images(folder / "lists", "prid2011", tmp_path)


def test_two_lists_of_one_division_are_refused(tmp_path):
    folder = write(tmp_path / "raw", "prid2011")
    (folder / "lists/split_2").mkdir()
    (folder / "lists/split_2/train.txt").write_text("")
    with pytest.raises(ValueError, match="stands there twice"):
        images(folder, "prid2011", tmp_path)


def test_withdrawn_tracklets_are_read_in_the_order_of_the_track_table(tmp_path):
    root = tmp_path / "DukeMTMC-VideoReID"
    for folder, tracklets in {"train": [(7, 1)], "query": [(3, 2)], "gallery": [(3, 2), (3, 1), (12, 8)]}.items():
        for person, camera in tracklets:
            place = root / folder / f"{person:04d}" / f"{person + camera:04d}"
            place.mkdir(parents=True)
            for frame in (2, 1):
                (place / f"{person:04d}_C{camera}_F{frame:04d}_X{frame}.jpg").write_bytes(png(frame))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = catalogue.load("dukemtmc_videoreid", tmp_path / "data").images(tmp_path)
        rows = {split: list(examples) for split, examples in found.items()}
    assert any("gallery holds 3 tracklets with 6 frames, the published set 2636" in str(w.message) for w in told)
    order = [(row["identity"], row["camera"], row["frame"]) for row in rows["gallery"]]
    assert order == [(who, at, n) for who, at in (("3", "1"), ("3", "2"), ("12", "8")) for n in (1, 2)]
    assert rows["probe"][0]["tracklet"] == "test/0003/0005" and rows["train"][0]["tracklet"] == "train/0007/0008"
    assert {row["tracklet"] for row in rows["probe"]} < {row["tracklet"] for row in rows["gallery"]}
    (root / "query/0003/0005/0004_C2_F0003_X1.jpg").write_bytes(png(1))
    with pytest.raises(ValueError, match="holds several persons or cameras"):
        catalogue.load("dukemtmc_videoreid", tmp_path / "data").images(tmp_path)
    (root / "query/0003/0005/picture.jpg").write_bytes(png(1))
    with pytest.raises(ValueError, match="picture.jpg is not called like a frame"):
        catalogue.load("dukemtmc_videoreid", tmp_path / "data").images(tmp_path)
