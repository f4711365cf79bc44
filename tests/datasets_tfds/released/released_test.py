# SPDX-License-Identifier: MIT
"""The builder of published sequences, against what the original programs read from the same trees."""

import json
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pytest
import tensorflow_datasets as tfds

from datasets_tfds import catalogue
from datasets_tfds.released import find_tree, published_sets, released_dataset_builder
from tests import fakes
from tfskel.data import order as batches
from tfskel.data import recordings
from tfskel.data import skeleton_split as sequences

HI_MPC = fakes.GOLDEN / "released"
SM_SGE = fakes.GOLDEN / "sm_sge"
RECORDED = fakes.recorded("TFSKEL_GOLDEN")
AXES = "xyz"
# Hi-MPC's loader, after centring: KGBD's joints in the order of the other sets, right and left exchanged.
MIRRORED = [11, 10, 1, 0, 2, 4, 6, 8, 3, 5, 7, 9, 12, 14, 16, 18, 13, 15, 17, 19]


def build(config, manual_dir, data_dir):
    builder = catalogue.load("released", data_dir, {"config": config})
    download = tfds.download.DownloadConfig(manual_dir=str(manual_dir))
    builder.download_and_prepare(download_config=download)
    return builder


def tree(base, flat, name, f, part, test_name=""):
    """Writes a split of a flat tree with NumPy alone: arrays x, y, z, ids, frame_id of a recorded `data_*.npz`."""
    folder = base / f"{flat}_{part}_npy_data"
    folder.mkdir(parents=True, exist_ok=True)
    stored, recorded = test_name or flat, np.load(SM_SGE / f"data_{name}.npz")
    for axis in AXES:
        prefix = "t_" if part == "test" else ""
        np.save(folder / f"{prefix}source_{axis}_{stored}_{f}.npy", recorded[f"raw/{part}_{axis}"])
    lists = np.split(recorded[f"raw/{part}_ids_flat"], np.cumsum(recorded[f"raw/{part}_ids_len"]))
    keys = recorded[f"raw/{part}_ids_keys"].tolist()
    ids = {key: rows.tolist() for key, rows in zip(keys, lists[:-1], strict=True)}
    np.save(folder / f"ids_{stored}_{f}.npy", np.array(ids, object))
    np.save(folder / f"frame_id_{stored}_{f}.npy", recorded[f"raw/{part}_frame_id"])
    return recorded


def read(builder, split, f):
    stored = recordings.load(builder.data_path, split)
    return stored, sequences.build(stored, f=f)


@pytest.mark.parametrize(
    "config, tag, split",
    [
        ("biwi_f6", "BIWI_Walking", "walking"),
        ("kgbd_f6", "KGBD_gallery", "gallery"),
        ("ks20_f6", "KS20_probe", "probe"),
        ("ias_f6", "IAS_A", "a"),
        ("casia_b_nm_f40", "CASIA_B_nm", "nm"),
    ],
)
def test_sequences_are_exactly_those_that_the_hi_mpc_loader_makes_of_the_tree(tmp_path, config, tag, split):
    local = (HI_MPC / f"loader_{tag}.npz").exists()
    source = HI_MPC if local else RECORDED / "hi_mpc" / "dataset_small"
    if not source.exists():
        pytest.skip("the recorded tree is not on this machine")
    golden = np.load((HI_MPC if local else RECORDED / "hi_mpc") / f"loader_{tag}.npz")
    builder = build(config, source, tmp_path)
    f = int(config.rsplit("f", 1)[1])
    order = MIRRORED if config.startswith("kgbd") else slice(None)
    _, train = read(builder, "train", f)
    _, test = read(builder, split, f)
    np.testing.assert_array_equal(test.read(slice(None))[:, :, order], golden["test_J"])
    seed, batch = golden["seed_batch"]
    rng = np.random.RandomState(seed)
    rows = np.arange(len(train)) if config.startswith("kgbd") else batches.class_balanced(train.labels, batch, rng)
    rows = rows[rng.permutation(len(rows))]
    np.testing.assert_array_equal(train.read(rows)[:, :, order], golden["train_J"])
    np.testing.assert_array_equal(train.labels[rows], golden["train_label_index"])
    test.classes = train.classes
    np.testing.assert_array_equal(np.maximum(test.labels, 0), golden["test_label_index"])


@pytest.mark.parametrize(
    "config, name, base, flat, test_name, split",
    [
        ("ias_f6", "ias_f6", "Datasets/IAS/6", "IAS", "IAS-A", "a"),
        ("ks20_f6", "ks20_f6", "KS20/6", "KS20", "", "probe"),
        ("ks20_view3_f4", "ks20_nhood2", "cage/Datasets/KS20/4/view_3", "KS20", "", "probe"),
        ("casia_b_view0_f6", "casia_f6", "CASIA/6/view_0", "CASIA_B", "", "probe"),
    ],
)
def test_flat_trees_give_the_recorded_arrays_of_sm_sge_bit_for_bit(
    tmp_path, config, name, base, flat, test_name, split
):
    f = int(config[-1])
    tree(tmp_path / "raw" / base, flat, name, f, "train")
    golden = tree(tmp_path / "raw" / base, flat, name, f, "test", test_name)
    builder = build(config, tmp_path / "raw", tmp_path / "data")
    assert set(builder.info.splits) == {"train", split}
    view = config.split("view")[1][0] if "view" in config else ""
    for part, ours in (("train", "train"), ("test", split)):
        stored, cut = read(builder, ours, f)
        raw = np.stack([golden[f"raw/{part}_{axis}"] for axis in AXES], axis=-1)
        np.testing.assert_array_equal(cut.raw(slice(None)), raw)
        np.testing.assert_array_equal(cut.identity.astype(int), golden[f"raw/{part}_frame_id"])
        assert builder.info.metadata["identities"][ours] == golden[f"raw/{part}_ids_keys"].tolist()
        assert set(stored.camera) == {view}
    _, train = read(builder, "train", f)
    _, test = read(builder, split, f)
    centred = train.raw(golden["samp/index"])
    np.testing.assert_array_equal(centred - centred[:, :, :1], golden["out/X_train_J"])
    np.testing.assert_array_equal(test.raw(slice(None)) - test.raw(slice(None))[:, :, :1], golden["out/X_test_J"])
    np.testing.assert_array_equal(train.labels[golden["samp/index"]], golden["samp/label"])


@pytest.fixture
def cage(tmp_path):
    """CAGE's tree: no frame_id, reversed targets; the same two test sets for IAS."""
    base = tmp_path / "raw" / "Datasets" / "IAS" / "6"
    tree(base, "IAS", "ias_f6", 6, "train")
    for one in "AB":
        tree(base, "IAS", "ias_f6", 6, "test", f"IAS-{one}")
    for path in base.rglob("frame_id*"):
        path.unlink()
    for path in list(base.rglob("*source*")):
        np.save(path.with_name(path.name.replace("source", "target")), np.load(path)[:, ::-1])
    return base


def test_a_cage_tree_is_read_by_ids_alone_with_both_test_sets(tmp_path, cage, recwarn):
    builder = build("ias_f6", tmp_path / "raw", tmp_path / "data")
    golden = np.load(SM_SGE / "data_ias_f6.npz")
    assert builder.info.metadata["layout"] == "flat_named"
    for split in "ab":
        stored, cut = read(builder, split, 6)
        np.testing.assert_array_equal(cut.identity.astype(int), golden["raw/test_frame_id"])
        np.testing.assert_array_equal(cut.raw(slice(None))[..., 2], golden["raw/test_z"])
        assert stored.recording[13] == f"{split}_13"
    assert not [warning for warning in recwarn if "reversed" in str(warning.message)]


def test_targets_that_are_not_the_reversed_windows_are_warned_of_and_not_used(tmp_path, cage):
    path = cage / "IAS_train_npy_data" / "target_y_IAS_6.npy"
    target = np.load(path)
    target[7] += 1
    np.save(path, target)
    with pytest.warns(UserWarning, match=r"target_y_IAS_6.npy: 1 of 40 .* not the reversed source, the first is 7"):
        builder = build("ias_f6", tmp_path / "raw", tmp_path / "data")
    golden = np.load(SM_SGE / "data_ias_f6.npz")
    np.testing.assert_array_equal(read(builder, "train", 6)[1].raw(slice(None))[..., 1], golden["raw/train_y"])


@pytest.mark.parametrize(
    "name, key, length, view, condition, layouts",
    [
        ("ias_f6", "ias", 6, "", "", ["split_folders", "flat_named"]),
        ("biwi_f10", "biwi", 10, "", "", ["split_folders", "flat"]),
        ("ks20_view4_f8", "ks20", 8, "4", "", ["view"]),
        ("ias_view1_f6", "ias", 6, "1", "", ["view_named"]),
        ("casia_b_view10_f20", "casia_b", 20, "10", "", ["view"]),
        ("casia_b_f40", "casia_b", 40, "", "", ["conditions"]),
        ("casia_b_cl_f70", "casia_b", 70, "", "cl", ["conditions"]),
    ],
)
def test_a_config_name_says_set_view_condition_and_any_length(name, key, length, view, condition, layouts):
    request = published_sets.parse(name)
    assert request == published_sets.Request(name, key, length, view, condition)
    assert list(request.tests()) == layouts
    config = released_dataset_builder.Builder.config_for({"config": name})
    assert config.name == name
    assert config is released_dataset_builder.Builder.get_builder_config(name)


@pytest.mark.parametrize("name", ["ias", "ias_f0", "ias_nm_f6", "ias_f6_", "prid_f6", "casia_b_xx_f40", "IAS_f6"])
def test_a_name_that_stands_for_nothing_is_refused_with_the_names_there_are(name):
    with pytest.raises(ValueError, match=f"no config '{name}'.*Names: ias_f6, .*casia_b_nm_f40"):
        catalogue.load("released", None, {"config": name})
    with pytest.raises(ValueError, match="Did you mean 'ias_f6'"):
        published_sets.parse("ias_nm_f6")


@pytest.mark.parametrize(
    "options, message",
    [
        ({}, "needs the option config, for example 'ias_f6'"),
        ({"confg": "ias_f6"}, "unknown option 'confg'. Did you mean 'config'"),
        ({"config": 6}, "config must be str"),
    ],
)
def test_a_recipe_has_to_say_which_set(options, message):
    with pytest.raises(ValueError, match=message):
        catalogue.load("released", None, options)


@pytest.mark.parametrize("manual_dir", [".", "Datasets", "Datasets/BIWI"])
def test_the_tree_is_found_from_above_inside_and_at_the_set_itself(manual_dir):
    found = find_tree.find(HI_MPC / manual_dir, published_sets.parse("biwi_f6"))
    assert found.base.resolve() == HI_MPC / "Datasets" / "BIWI" / "6"
    assert found.layout == "split_folders"
    assert list(found.splits) == ["train", "walking", "still"]


def test_what_is_there_is_listed_by_name(tmp_path):
    shutil.copytree(HI_MPC / "Datasets", tmp_path / "Datasets")
    for view in (10, 9):
        tree(tmp_path / "CASIA_B" / "6" / f"view_{view}", "CASIA_B", "casia_f6", 6, "train")
        tree(tmp_path / "CASIA_B" / "6" / f"view_{view}", "CASIA_B", "casia_f6", 6, "test")
    (tmp_path / "Datasets" / "IAS" / "8").mkdir(parents=True)
    names = ["biwi_f6", "kgbd_f6", "ks20_f6", "casia_b_view9_f6", "casia_b_view10_f6"]
    assert find_tree.available(tmp_path) == names


@pytest.mark.parametrize(
    "config, message",
    [
        ("biwi_f8", "(?s)biwi_f8 is not below .*which holds biwi_f6, kgbd_f6, ks20_f6.*Found:.*BIWI/.*BIWI_8.npy"),
        ("ias_f6", "(?s)ias_f6 is not below .*or.*IAS_test_npy_data.*t_source_{x,y,z}_IAS-B_6.npy"),
    ],
)
def test_a_set_or_length_that_is_not_there_is_told_with_both_trees(config, message):
    with pytest.raises(FileNotFoundError, match=message):
        find_tree.find(HI_MPC, published_sets.parse(config))


def test_a_tree_nested_one_folder_wrong_is_told_with_what_was_found(tmp_path):
    shutil.copytree(HI_MPC / "Datasets" / "BIWI" / "6" / "test_npy_data", tmp_path / "BIWI" / "6" / "test_npy_data")
    with pytest.raises(FileNotFoundError, match="(?s)no published data set at all.*BIWI/.*6/.*test_npy_data/"):
        find_tree.find(tmp_path, published_sets.parse("biwi_f6"))
    train = tmp_path / "BIWI" / "6" / "train_npy_data"
    shutil.copytree(HI_MPC / "Datasets" / "BIWI" / "6" / "train_npy_data", train)
    shutil.move(tmp_path / "BIWI" / "6" / "test_npy_data" / "Still", tmp_path / "BIWI" / "6" / "Still")
    with pytest.raises(FileNotFoundError, match="(?s)lacks t_source_x_BIWI_6.npy.*Still does not exist.*Walking/"):
        find_tree.find(tmp_path, published_sets.parse("biwi_f6"))


def test_the_same_set_twice_below_the_folder_is_not_guessed(tmp_path):
    for project in ("one", "two"):
        shutil.copytree(HI_MPC / "Datasets" / "BIWI", tmp_path / project / "Datasets" / "BIWI")
    with pytest.raises(ValueError, match="(?s)biwi_f6 is below .* more than once:.*one/.*two/.*Give a manual_dir"):
        find_tree.find(tmp_path, published_sets.parse("biwi_f6"))


def test_a_damaged_file_in_the_middle_of_a_build_leaves_no_data_set(tmp_path):
    shutil.copytree(HI_MPC / "Datasets" / "BIWI", tmp_path / "raw" / "BIWI")
    path = tmp_path / "raw" / "BIWI" / "6" / "test_npy_data" / "Still" / "t_source_z_BIWI_6.npy"
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(ValueError, match="t_source_z_BIWI_6.npy is damaged or cut short"):
        build("biwi_f6", tmp_path / "raw", tmp_path / "data")
    assert not [one for one in (tmp_path / "data").rglob("*") if one.is_file() and ".config" not in str(one)]


def test_a_build_without_a_name_builds_what_is_there_and_nothing_else(tmp_path):
    shutil.copytree(HI_MPC / "Datasets" / "BIWI", tmp_path / "raw" / "BIWI")
    tree(tmp_path / "raw" / "IAS" / "6", "IAS", "ias_f6", 6, "train")
    tree(tmp_path / "raw" / "IAS" / "6", "IAS", "ias_f6", 6, "test", "IAS-B")
    builder = released_dataset_builder.Builder(data_dir=tmp_path / "data")
    download = tfds.download.DownloadConfig(manual_dir=tmp_path / "raw", max_examples_per_split=3)
    builder.download_and_prepare(download_config=download)
    built = {path.parent.parent.name: path.parent for path in tmp_path.glob("data/released/*/1.0.0/features.json")}
    assert sorted(built) == ["biwi_f6", "ias_f6"]
    splits = tfds.builder_from_directory(built["ias_f6"]).info.splits
    assert {name: split.num_examples for name, split in splits.items()} == {"train": 3, "b": 3}
    with pytest.raises(FileNotFoundError, match="(?s)No published data set below .*empty.*Nothing is downloaded"):
        builder.download_and_prepare(download_config=tfds.download.DownloadConfig(manual_dir=tmp_path / "empty"))


def test_the_stock_command_builds_the_named_set(tmp_path):
    command = shutil.which("tfds", path=str(pathlib.Path(sys.executable).parent))
    if command is None:
        pytest.skip("the command tfds is not installed beside this Python")
    folder = pathlib.Path(released_dataset_builder.__file__).parent
    flags = ["--config", "kgbd_f6", "--manual_dir", str(HI_MPC), "--data_dir", str(tmp_path)]
    ran = subprocess.run([command, "build", str(folder), *flags], capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr[-2000:]
    metadata = json.loads((tmp_path / "released" / "kgbd_f6" / "1.0.0" / "metadata.json").read_text())
    assert metadata["identities"]["train"] == [1, 2, 15]
    assert metadata["options"] == {"config": "kgbd_f6"}


class TestReleased(tfds.testing.DatasetBuilderTestCase):
    """TFDS's own test of a builder."""

    DATASET_CLASS = released_dataset_builder.Builder
    BUILDER_CONFIG_NAMES_TO_TEST = [released_dataset_builder.Builder.config_for({"config": "biwi_f6"})]
    EXAMPLE_DIR = HI_MPC
    SPLITS = {"train": 30, "walking": 12, "still": 12}
