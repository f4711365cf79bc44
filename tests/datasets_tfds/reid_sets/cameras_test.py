# SPDX-License-Identifier: MIT
"""Market-1501 and DukeMTMC-reID: from original archives by open-reid's rule, from prepared folders, and refusals."""

import pytest

from tests.datasets_tfds.reid_sets import invented

pytestmark = pytest.mark.filterwarnings("ignore:.*the published archive", "ignore:.*triplets need two")
MARKET = {
    "bounding_box_train": ["0007_c1s1_000051_00.jpg", "0007_c6s1_000002_00.jpg", "0002_c2s1_000002_00.jpg"],
    "bounding_box_test": ["-1_c1s1_000001_00.jpg", "0000_c1s1_000001_00.jpg", "0003_c1s1_000002_00.jpg",
                          "0003_c2s1_000002_00.jpg"],
    "query": ["0003_c1s1_000001_00.jpg"],
}  # fmt: skip
DUKE = {
    "bounding_box_train": ["0033_c8_f0000001.jpg", "0009_c1_f0000001.jpg"],
    "bounding_box_test": ["0005_c1_f0000009.jpg", "0040_c1_f0000009.jpg"],
    "query": ["0005_c2_f0000001.jpg"],
}


def read(name, folder, tmp_path, **options):
    return invented.images(name, folder, tmp_path / "data", **options)[1]


def found(splits, *keys):
    return {split: [tuple(row[key] for key in keys) for row in rows] for split, rows in splits.items()}


@pytest.mark.parametrize("inside", ["", "Market-1501-v15.09.15"])
def test_market_is_divided_by_persons_and_by_images(tmp_path, inside):
    invented.boxes(tmp_path / "raw" / inside, MARKET)
    invented.put(tmp_path / "raw" / inside / "query/Thumbs.db", b"")
    splits = read("market1501", tmp_path / "raw", tmp_path)
    three = [("00000003", "0", 0), ("00000003", "0", 1), ("00000003", "1", 0)]
    assert found(splits, "identity", "camera", "frame") == {
        "train": [("00000002", "1", 0), ("00000007", "0", 0), ("00000007", "5", 0)],
        "probe": three,
        "gallery": [("00000000", "0", 0), *three],
        "usual_probe": [("00000003", "0", 1)],
        "usual_gallery": [("-1", "0", 0), ("00000000", "0", 0), ("00000003", "0", 0), ("00000003", "1", 0)],
    }
    assert splits["probe"][1]["path"] == "query/0003_c1s1_000001_00.jpg" and splits["probe"][1]["tracklet"] == ""
    assert invented.level(splits["probe"][1]) == invented.level(splits["usual_probe"][0])
    assert "pose" not in splits["probe"][0]


def test_duke_renumbers_persons_in_the_order_in_which_they_are_met(tmp_path):
    splits = read("dukemtmc_reid", invented.boxes(tmp_path / "raw", DUKE), tmp_path)
    assert found(splits, "identity", "camera") == {
        "train": [("00000000", "0"), ("00000001", "7")],
        "probe": [("00000002", "0"), ("00000002", "1")],
        "gallery": [("00000002", "0"), ("00000002", "1"), ("00000003", "0")],
        "usual_probe": [("00000002", "1")],
        "usual_gallery": [("00000002", "0"), ("00000003", "0")],
    }
    assert splits["train"][1]["path"] == "bounding_box_train/0033_c8_f0000001.jpg"


@pytest.mark.parametrize("place", ["poses", "DukeMTMC-reID/poses"])
def test_poses_beside_an_archive_are_taken_by_the_names_of_open_reid(tmp_path, place):
    invented.boxes(tmp_path / "raw/DukeMTMC-reID", DUKE)
    names = ("00000000_00", "00000001_07", "00000002_00", "00000002_01", "00000003_00")
    for row, name in enumerate(names):
        lines = [f"{row} {-joint}" for joint in range(18)]
        invented.put(tmp_path / "raw" / place / f"{name}_0000.txt", "\n".join(lines).encode())
    splits = read("dukemtmc_reid", tmp_path / "raw", tmp_path)
    poses = found(splits, "pose")
    assert [pose[3].tolist() for (pose,) in poses["gallery"]] == [[-3, 2], [-3, 3], [-3, 4]], "row column -> x y"
    assert [pose[17].tolist() for (pose,) in poses["usual_probe"]] == [[-17, 3]]
    (tmp_path / "raw" / place / "00000003_00_0000.txt").unlink()
    with pytest.raises(FileNotFoundError, match=r"pose file .*00000003_00_0000\.txt is missing"):
        read("dukemtmc_reid", tmp_path / "raw", tmp_path)


@pytest.mark.parametrize(
    "name, inside", [("market1501", ""), ("market1501", "market1501"), ("dukemtmc_reid", "dukemtmc")]
)
def test_a_prepared_folder_is_read_with_its_poses_turned(tmp_path, name, inside):
    invented.cameras(tmp_path / "raw" / inside)
    splits = read(name, tmp_path / "raw", tmp_path)
    assert {split: len(rows) for split, rows in splits.items()} == {"train": 8, "probe": 2, "gallery": 4}
    row = splits["probe"][1]
    assert [row[key] for key in ("identity", "camera", "tracklet", "path")] == [
        "00000005", "1", "", "images/00000005_01_0000.jpg"]  # fmt: skip
    assert row["pose"].tolist() == [[joint - 1, 11] for joint in range(18)]
    assert len(read(name, tmp_path / "raw", tmp_path, split=1)["train"]) == 4


def test_equal_lists_are_stored_once_and_the_last_hundred_persons_validate(tmp_path):
    folder = invented.cameras(tmp_path / "raw", persons=104)
    invented.change(folder, "splits.json", 0, "query", value=[103, 102])
    splits = read("market1501", folder, tmp_path, combine_trainval=False)
    assert {split: [int(row["identity"]) for row in rows[::2]] for split, rows in splits.items()} == {
        "train": [0, 1], "val": list(range(2, 102)), "test": [103, 102]}  # fmt: skip


@pytest.mark.parametrize(
    "place, value, message",
    [
        (("identities", 2, 1), "x.jpg", r"identities\[2\]: expected a list of names for each camera"),
        (("identities", 2, 1), ["00000002_00_0000.jpg"], r"identities\[2\]\[1\]: '00000002_00_0000.jpg' is not of perso"
                                                         "n 2 and camera 1, whose place this is"),
        (("identities", 2, 1), ["00000002_000000.jpg"], "a name like person_camera_frame.jpg"),
    ],
)  # fmt: skip
def test_a_name_that_disagrees_with_its_place_is_refused(tmp_path, place, value, message):
    folder = invented.cameras(tmp_path / "raw")
    invented.change(folder, "meta.json", *place, value=value)
    with pytest.raises(ValueError, match=message):
        read("market1501", folder, tmp_path)


@pytest.mark.parametrize("name", ["images/", "poses/", "meta.json", "splits.json"])
def test_a_prepared_folder_without_an_entry_is_refused(tmp_path, name):
    folder = invented.cameras(tmp_path / "raw")
    (folder / name).rename(tmp_path / "elsewhere")
    with pytest.raises(FileNotFoundError, match=f"raw lacks {name}"):
        read("market1501", folder, tmp_path)


@pytest.mark.parametrize(
    "name, added, message",
    [
        (
            "market1501",
            "1502_c1s1_000001_00.jpg",
            "Market-1501-v15.09.15 has cameras 1 to 6 and persons up to 1501; is",
        ),
        ("market1501", "0001_c7s1_000001_00.jpg", "has cameras 1 to 6"),
        ("market1501", "0001.jpg", r"(?s)0001\.jpg is not called like an image of Market-1501.*Expected:"),
        ("dukemtmc_reid", "0001_c9_f0000001.jpg", "DukeMTMC-reID has cameras 1 to 8; is it of another set"),
    ],
)
def test_a_file_of_another_set_is_named(tmp_path, name, added, message):
    names = {"market1501": MARKET, "dukemtmc_reid": DUKE}[name]
    folder = invented.boxes(tmp_path / "raw", names | {"query": [*names["query"], added]})
    with pytest.raises(ValueError, match=message):
        read(name, folder, tmp_path)


def test_what_is_missing_of_an_archive_is_named_and_its_only_split_is_the_first(tmp_path):
    folder = invented.boxes(tmp_path / "raw", MARKET)
    with pytest.raises(
        ValueError, match="option split chooses among those of a prepared folder's splits.json.*rec.* 2"
    ):
        read("market1501", folder, tmp_path, split=2)
    for path in (folder / "query").iterdir():
        path.rename(path.with_suffix(".png"))
    with pytest.raises(FileNotFoundError, match="query holds no .jpg files"):
        read("market1501", folder, tmp_path)
    (folder / "query").rename(tmp_path / "elsewhere")
    with pytest.raises(FileNotFoundError, match="(?s)there is no folder 'query'.*Expected:.*meta.json"):
        read("market1501", folder, tmp_path)


def test_an_archive_that_is_not_whole_is_warned_of(tmp_path):
    with pytest.warns(UserWarning, match="query holds 1 images, the published archive 3,368"):
        read("market1501", invented.boxes(tmp_path / "raw", MARKET), tmp_path)
