# SPDX-License-Identifier: MIT
"""The data set of the user's own images, through TFDS: folders, lists, the split rule, and what is refused."""

import io

import apache_beam as beam
import numpy as np
import pytest
import tensorflow_datasets as tfds
from PIL import Image

from datasets_tfds import catalogue
from datasets_tfds.own_images import own_images_dataset_builder
from tests import fakes

pytestmark = pytest.mark.filterwarnings("ignore:own_images. no splits are given")
ROWS = {row["path"]: row for row in fakes.photographs(people=4, cameras=2, frames=2, height=16)}  # cam0/p0/0.png


def write(folder, files):
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def pictures(rename=str):
    return {rename(path): row["image"] for path, row in ROWS.items()}


def listed(folder, *lines, header="path,identity,camera,tracklet,split"):
    write(folder, pictures())
    (folder / "images.csv").write_text("\n".join([header, *lines]), encoding="utf-8")
    return folder


def build(folder, data_dir, **options):
    builder = catalogue.load("own_images", data_dir, options)
    builder.download_and_prepare(download_config=tfds.download.DownloadConfig(manual_dir=str(folder)))
    return tfds.builder_from_directory(builder.data_dir)


def stored(builder, *columns):
    """Split -> values of the columns of its rows."""

    def value(row, column):
        return row[column] if column in ("image", "frame") else row[column].decode()

    return {
        split: [tuple(value(row, column) for column in columns) for row in builder.as_data_source(split)]
        for split in builder.info.splits
    }


def by_identity(path):
    camera, identity, name = path.split("/")
    return f"{identity}/{camera}/{name}"


def in_the_name(path):
    camera, identity, name = path.split("/")
    return f"{identity}/{identity}_{camera.replace('cam', 'c')}s1_{name}"


@pytest.mark.parametrize("rename, cameras", [(str, "cam"), (by_identity, "cam"), (in_the_name, "c")])
def test_folders_give_identity_camera_tracklet_and_the_bytes_as_they_are(tmp_path, rename, cameras):
    builder = build(write(tmp_path / "raw", pictures(rename)), tmp_path / "data")
    found = stored(builder, "path", "image", "identity", "camera", "tracklet", "frame")
    rows = {path: row for part in found.values() for path, *row in part}
    assert rows.keys() == set(map(rename, ROWS))
    for path, row in ROWS.items():
        image, identity, camera, tracklet, frame = rows[rename(path)]
        assert image == row["image"]
        assert (identity, camera, frame) == (row["identity"], row["camera"].replace("cam", cameras), row["frame"])
        assert [other for other, values in rows.items() if values[3] == tracklet] == [
            rename(other) for other in ROWS if ROWS[other]["tracklet"] == row["tracklet"]
        ]


def test_without_splits_half_of_the_identities_are_train_and_the_others_are_searched_from_camera_to_camera(tmp_path):
    files = pictures() | {"cam1/alone/0.png": ROWS["cam0/p0/0.png"]["image"]}
    with pytest.warns(UserWarning, match="no splits are given: 3 of 5 identities, drawn with seed 0, are train"):
        builder = build(write(tmp_path / "raw", files), tmp_path / "data")
    found = {split: set(rows) for split, rows in stored(builder, "identity", "camera").items()}
    train, tested = ({name for name, _ in found[split]} for split in ("train", "probe"))
    assert "alone" in train and len(tested) == 2 and not train & tested
    assert found["probe"] == {(name, "cam0") for name in tested}
    assert found["gallery"] == {(name, "cam1") for name in tested}
    assert builder.info.metadata["splits"].startswith("no splits are given")
    seeds = [stored(build(tmp_path / "raw", tmp_path / "data", seed=seed), "identity")["probe"] for seed in range(6)]
    assert len(set(map(frozenset, seeds))) > 1
    assert len(set(stored(build(tmp_path / "raw", tmp_path / "data", train=0.75), "identity")["probe"])) == 1


def test_folders_of_splits_are_the_splits(tmp_path):
    folders = {"cam0/p0": "train/p0/c1", "cam1/p0": "train/p0/c2",
               "cam0/p1": "query/p1/c1", "cam1/p1": "gallery/p1/c2"}  # fmt: skip
    files = {f"{folders[path.rpartition('/')[0]]}/{path[-5:]}": image for path, image in pictures().items()
             if path.rpartition("/")[0] in folders}  # fmt: skip
    builder = build(write(tmp_path / "raw", files), tmp_path / "data")
    assert {split: sorted(set(rows)) for split, rows in stored(builder, "identity", "camera", "tracklet").items()} == {
        "train": [("p0", "c1", "train/p0/c1"), ("p0", "c2", "train/p0/c2")],
        "probe": [("p1", "c1", "query/p1/c1")],
        "gallery": [("p1", "c2", "gallery/p1/c2")],
    }
    write(tmp_path / "raw", {"p7/c1/0.png": b"?"})
    with pytest.raises(
        ValueError, match="holds the splits gallery, query, train beside p7; expected folders of splits"
    ):
        build(tmp_path / "raw", tmp_path / "other")
    for path in (tmp_path / "raw" / "query").rglob("*.png"):
        path.unlink()
    (tmp_path / "raw" / "p7/c1/0.png").unlink()
    with pytest.raises(
        ValueError, match="has images of gallery, train but none of probe; give all three splits, or none"
    ):
        build(tmp_path / "raw", tmp_path / "other")


def test_what_the_renderer_exports_is_read_as_it_is(tmp_path):
    from datasets_tfds.person_sim import examples, folders
    from datasets_tfds.person_sim.options import Options

    options = Options(train_persons=2, test_persons=2, train_frames=2, test_frames=1)
    folders.write(options, tmp_path / "raw")
    with pytest.warns(UserWarning, match=r"3 files are not read.*: contact_sheet\.png, testdata\.txt, traindata\.txt"):
        builder = build(tmp_path / "raw", tmp_path / "data")
    expected = {
        row["path"]: (row["image"], f"person_{row['identity']}", f"cam{row['camera']}", row["tracklet"], row["frame"])
        for rows in examples.splits(options).values()
        for row in rows
    }
    found = stored(builder, "path", "image", "identity", "camera", "tracklet", "frame")
    assert {row[0]: row[1:] for rows in found.values() for row in rows} == expected


def test_names_are_ordered_by_their_numbers_and_stills_are_no_frames(tmp_path):
    files = {f"p{person}/c{camera}/{frame}.png": ROWS["cam0/p0/0.png"]["image"]
             for person in (1, 2) for camera in (1, 2) for frame in (2, 10, 9)}  # fmt: skip
    raw = write(tmp_path / "raw", files)
    rows = stored(build(raw, tmp_path / "data"), "path", "tracklet", "frame")["train"]
    assert [(path.rpartition("/")[2], frame) for path, _, frame in rows[:3]] == [
        ("2.png", 0),
        ("9.png", 1),
        ("10.png", 2),
    ]
    assert {
        row[1:] for row in stored(build(raw, tmp_path / "data", stills=True), "path", "tracklet", "frame")["train"]
    } == {("", 0)}


def test_a_list_says_all_there_is_to_know(tmp_path):
    lines = ["cam0/p0/1.png,anna,door,t1,train,7", "cam0/p0/0.png,anna,door,t1,train,3",
             "cam1/p0/0.png,anna,yard,,train,0", "cam0/p1/0.png,ben,door,t2,query,0",
             "cam1/p1/0.png,ben,yard,t3,gallery,0", "cam1/p1/1.png,ben,yard,t3,,0"]  # fmt: skip
    raw = listed(tmp_path / "raw", *lines, header="path,identity,camera,tracklet,split,frame")
    builder = build(raw, tmp_path / "data")
    assert stored(builder, "image", "identity", "camera", "tracklet", "frame") == {
        "train": [
            (ROWS["cam0/p0/1.png"]["image"], "anna", "door", "t1", 7),
            (ROWS["cam0/p0/0.png"]["image"], "anna", "door", "t1", 3),
            (ROWS["cam1/p0/0.png"]["image"], "anna", "yard", "", 0),
        ],
        "probe": [(ROWS["cam0/p1/0.png"]["image"], "ben", "door", "t2", 0)],
        "gallery": [(ROWS["cam1/p1/0.png"]["image"], "ben", "yard", "t3", 0)],
    }


def test_a_list_of_paths_and_identities_is_divided_by_the_rule_and_frames_are_counted(tmp_path):
    raw = listed(tmp_path / "raw", *(f"{path};{row['identity']};{row['camera']};{row['tracklet']}"
                                    for path, row in ROWS.items()), header="path;identity;camera;tracklet")  # fmt: skip
    (raw / "images.csv").rename(raw / "mine.csv")
    rows = [
        row for part in stored(build(raw, tmp_path / "data", list="mine.csv"), "path", "frame").values() for row in part
    ]
    assert dict(rows) == {path: row["frame"] for path, row in ROWS.items()}


@pytest.mark.parametrize(
    "line, message",
    [
        ("cam0/p0/1.png,anna,door,t1,train", r"images\.csv, line 3, column 'path': cam0/p0/1\.png stands in line 2"),
        (
            "gone.png,anna,door,t1,train",
            r"images\.csv, line 3: .*gone\.png is missing \(the image\)\. Paths are relative",
        ),
        ("cam0/p0/0.png,anna,door,t1,test", r"line 3, column 'split': expected train, .*; received 'test'"),
        ("cam0/p0/0.png,ben,door,t1,train", r"line 3, column 'identity': 'ben', but tracklet 't1' begins with 'anna'"),
        ("cam0/p0/0.png,anna,yard,t1,train", r"line 3, column 'camera': 'yard', but tracklet 't1' begins with 'door'"),
        ("cam0/p0/0.png,,door,t1,train", r"line 3, column 'identity': empty; expected a name"),
        ("cam0/p0/0.png,anna,door", r"line 3: 3 cells; expected 5 as in the header"),
    ],
)
def test_a_wrong_line_of_a_list_is_named(tmp_path, line, message):
    raw = listed(tmp_path / "raw", "cam0/p0/1.png,anna,door,t1,train", line)
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        build(raw, tmp_path / "data")


@pytest.mark.parametrize(
    "header, line, message",
    [
        (
            "file,identity",
            "x,y",
            r"line 1: missing column path\. Columns found: file, identity\. Expected path and identity",
        ),
        ("path,identity,frame", "cam0/p0/0.png,anna,one", r"line 2, column 'frame': expected a whole number"),
    ],
)
def test_a_list_of_another_form_is_refused(tmp_path, header, line, message):
    with pytest.raises(ValueError, match=message):
        build(listed(tmp_path / "raw", line, header=header), tmp_path / "data")


def test_a_frame_number_twice_in_a_tracklet_is_refused_and_a_list_that_is_not_there_named(tmp_path):
    lines = [f"cam0/p0/{frame}.png,anna,t1,4" for frame in (0, 1)]
    raw = listed(tmp_path / "raw", *lines, header="path,identity,tracklet,frame")
    with pytest.raises(ValueError, match=r"line 3, column 'frame': tracklet 't1' has a frame 4 already"):
        build(raw, tmp_path / "data")
    with pytest.raises(FileNotFoundError, match=r"other\.csv"):
        build(raw, tmp_path / "data", list="other.csv")


def encoded(mode="RGB", form="PNG", **save):
    stream = io.BytesIO()
    Image.fromarray(np.arange(16 * 8 * 3, dtype=np.uint8).reshape(16, 8, 3)).convert(mode).save(stream, form, **save)
    return stream.getvalue()


def sixteen_bits():
    stream = io.BytesIO()
    Image.fromarray(np.zeros((16, 8), np.uint16)).save(stream, "PNG")
    return stream.getvalue()


def without_end():
    """A JPEG whose last bytes are zeros, which Pillow reads."""
    stream, pixels = io.BytesIO(), np.random.default_rng(1).integers(0, 256, (24, 12, 3), np.uint8)
    Image.fromarray(pixels).resize((48, 96)).save(stream, "JPEG")
    return stream.getvalue()[:-42] + bytes(42)


def animation():
    stream, first = io.BytesIO(), Image.new("RGB", (8, 16))
    first.save(stream, "PNG", save_all=True, append_images=[Image.new("RGB", (8, 16), "red")])
    return stream.getvalue()


@pytest.mark.parametrize(
    "content, message",
    [
        (b"", r"cam1/p2/1\.png is empty; copy it again, or remove it"),
        (b"no image at all", r"image cam1/p2/1\.png: not an image; expected a PNG or JPEG file"),
        (ROWS["cam0/p0/0.png"]["image"][:-60], r"image cam1/p2/1\.png: truncated or damaged image .*; copy it again"),
        (encoded()[:-8] + bytes(8), r"image cam1/p2/1\.png: truncated or damaged image"),  # only its end mark
        (without_end(), r"image cam1/p2/1\.png: truncated or damaged image .its end is missing"),
        (encoded(form="JPEG")[:-200], r"image cam1/p2/1\.png: truncated or damaged image"),
        (encoded(form="BMP"), r"image cam1/p2/1\.png: a BMP image; expected PNG or JPEG\. Convert it"),
        (sixteen_bits(), r"image cam1/p2/1\.png: colours of mode I;16; expected 8 bits a channel"),
        (animation(), r"image cam1/p2/1\.png: 2 pictures in one file; expected one"),
    ],
)
def test_a_damaged_image_stops_the_build_by_name_and_leaves_nothing(tmp_path, content, message):
    raw = write(tmp_path / "raw", pictures() | {"cam1/p2/1.png": content})
    with pytest.raises(ValueError, match=message):
        build(raw, tmp_path / "data")
    left = [path for path in (tmp_path / "data").rglob("*") if path.is_file() and ".config" not in path.parts]
    assert not left and not list((tmp_path / "data").rglob("*incomplete*"))
    write(raw, {"cam1/p2/1.png": encoded("LA")})
    assert sum(len(rows) for rows in stored(build(raw, tmp_path / "data"), "path").values()) == len(ROWS)


def test_workers_of_beam_give_the_same_data_set(tmp_path):
    raw = write(tmp_path / "raw", pictures())
    flags = ("--runner=FnApiRunner", "--direct_running_mode=multi_threading", "--direct_num_workers=2")
    options = beam.options.pipeline_options.PipelineOptions(flags=flags)
    found = catalogue.load("own_images", tmp_path / "beam")
    found.download_and_prepare(download_config=tfds.download.DownloadConfig(manual_dir=str(raw), beam_options=options))
    columns = ("path", "image", "identity", "frame")
    assert stored(found, *columns) == stored(build(raw, tmp_path / "data"), *columns)


def test_an_image_that_goes_while_it_is_read_is_named(tmp_path, monkeypatch):
    raw = write(tmp_path / "raw", pictures())
    whole = own_images_dataset_builder.Builder._files

    def then_one_goes(builder, folder):
        found = whole(builder, folder)
        (raw / "cam1/p2/1.png").unlink()
        return found

    monkeypatch.setattr(own_images_dataset_builder.Builder, "_files", then_one_goes)
    with pytest.raises(FileNotFoundError, match=r"image .*cam1/p2/1\.png is missing; copy it again"):
        build(raw, tmp_path / "data")


def test_one_camera_cannot_be_divided_but_can_be_given(tmp_path):
    one = {path: image for path, image in pictures().items() if path.startswith("cam0/")}
    with pytest.raises(
        ValueError, match=r"0 of 4 identities are seen by more than one camera \(cameras: cam0\); .* give"
    ):
        build(write(tmp_path / "one", one), tmp_path / "data")
    given = ["cam0/p0/0.png,anna,train", "cam0/p1/0.png,ben,probe", "cam0/p1/1.png,ben,gallery"]
    raw = listed(tmp_path / "raw", *given, header="path,identity,split")
    assert {split: len(rows) for split, rows in stored(build(raw, tmp_path / "data"), "path").items()} == {
        "train": 1, "probe": 1, "gallery": 1}  # fmt: skip


@pytest.mark.parametrize(
    "files, options, message",
    [
        ({"anna/one.png": 1}, {}, r"image anna/one\.png: no camera in its name; expected one like c1_0001\.jpg"),
        (
            {"anna/c1_1.png": 1, "ben/c2/1.png": 1},
            {},
            "(?s)Images lie in no folder of an identity, or at several depths",
        ),
        (
            {"anna/c1_1.png": 1},
            {"levels": "identity/camera"},
            r"c1_1\.png: expected folders identity/camera \(option levels",
        ),
        ({"anna/c1_1.png": 1}, {"camera": "c("}, r"option camera is not a regular expression \(.*\); received 'c\('"),
        ({"anna/c1_1.png": 1}, {"levels": "camera"}, "option levels must be one of '', 'identity/camera', "),
        (
            {"anna/c1/1.png": 1, "anna/c2/1.png": 1},
            {"train": 1.5},
            "train must be a share between 0 and 1; received 1.5",
        ),
        ({"one.png": 1}, {}, r"(?s)No images in folders\..*one\.png.*Expected.*anna/"),
        ({}, {}, r"(?s)raw does not exist or is empty.*anna/.*images\.csv"),
    ],
)
def test_folders_of_another_form_are_refused(tmp_path, files, options, message):
    raw = write(tmp_path / "raw", dict.fromkeys(files, encoded()))
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        build(raw, tmp_path / "data", **options)
