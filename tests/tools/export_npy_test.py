# SPDX-License-Identifier: MIT
"""Writing a data set as the trees of the original programs, and reading it back."""

import json
import pathlib

import numpy as np
import pytest
import tensorflow_datasets as tfds

from datasets_tfds import catalogue
from datasets_tfds.own_recordings import interchange
from datasets_tfds.released import find_tree, npy, published_arrays, published_sets
from tests import fakes
from tfskel.data import recordings
from tools import export_npy

HI_MPC = fakes.GOLDEN / "released"
EXPECTED = fakes.recorded("TFSKEL_GOLDEN", "preprocessing/expected")


def build(config, manual_dir, data_dir):
    builder = catalogue.load("released", data_dir, {"config": config})
    builder.download_and_prepare(download_config=tfds.download.DownloadConfig(manual_dir=str(manual_dir)))
    return pathlib.Path(builder.data_path)


def contents(folder):
    """Every file of a tree: arrays, and dictionaries as ordered pairs."""
    found = {}
    for path in sorted(folder.rglob("*.npy")):
        is_ids = path.name.startswith("ids")
        found[str(path.relative_to(folder))] = list(npy.load_ids(path).items()) if is_ids else npy.load_array(path)
    return found


def assert_equal_trees(one, other):
    one, other = contents(one), contents(other)
    assert one.keys() == other.keys() and one
    for name, values in one.items():
        if isinstance(values, list):
            assert values == other[name], name
        else:
            assert values.dtype == other[name].dtype, name
            np.testing.assert_array_equal(values, other[name], err_msg=name)


@pytest.mark.parametrize("config, base", [("biwi_f6", "BIWI/6"), ("kgbd_f6", "KGBD/6"), ("ks20_f6", "KS20/6")])
def test_a_published_tree_comes_out_as_it_went_in_through_every_layout(tmp_path, config, base):
    built = build(config, HI_MPC, tmp_path / "built")
    exported = export_npy.export(export_npy.read(built), config, "hi_mpc", tmp_path / "out")
    assert exported == tmp_path / "out" / "Datasets" / base
    assert_equal_trees(exported, HI_MPC / "Datasets" / base)
    tests = [split for split in published_sets.parse(config).tests()["split_folders"]]
    for project in ("cage", "sm_sge"):
        out = tmp_path / project
        export_npy.export(export_npy.read(built), config, project, out, {"probe": tests[-1]})
        found = find_tree.find(out, published_sets.parse(config))
        assert found.splits["train"].frame_id.is_file() == (project == "sm_sge")
        assert found.splits["probe"].coordinate("x", "target").is_file() == (project == "cage")
        for split, name in {"train": "train", "probe": tests[-1]}.items():
            original = find_tree.find(HI_MPC, published_sets.parse(config)).splits[name]
            num_joints = 25 if config.startswith("ks20") else 20
            read = published_arrays.read(found.splits[split], num_joints)
            expected = published_arrays.read(original, num_joints)
            np.testing.assert_array_equal(read.joints, expected.joints)
            np.testing.assert_array_equal(read.identity, expected.identity)
            assert read.identities == expected.identities
            assert published_arrays.target_fault(found.splits[split], read.joints) == ""


@pytest.mark.parametrize("config, base", [("ias_f6", "IAS/6"), ("kgbd_f6", "KGBD/6"), ("ks20_f4", "KS20/4")])
def test_persons_without_a_sequence_survive_the_way_there_and_back(tmp_path, config, base):
    if not EXPECTED.exists():
        pytest.skip("the recorded trees are not on this machine")
    built = build(config, EXPECTED, tmp_path / "built")
    exported = export_npy.export(export_npy.read(built), config, "hi_mpc", tmp_path / "out")
    assert_equal_trees(exported, EXPECTED / "Datasets" / base)


def test_casia_b_by_condition_goes_to_the_projects_that_have_it(tmp_path):
    rng = np.random.default_rng(0)
    joints = {split: rng.normal(size=(4, 5, 14, 3)) for split in ("train", "nm", "bg")}
    source = export_npy.Source({split: ready_cut(values) for split, values in joints.items()}, {})
    for project in ("hi_mpc", "sm_sge", "cage"):
        base = export_npy.export(source, "casia_b_f5", project, tmp_path / project)
        found = find_tree.find(tmp_path / project, published_sets.parse("casia_b_f5"))
        assert list(found.splits) == ["train", "nm", "bg"]
        for split, files in found.splits.items():
            read = published_arrays.read(files, 14)
            np.testing.assert_array_equal(read.joints, joints[split])
            assert read.identity.tolist() == [5, 5, 2, 2]
            assert read.identities == [5, 2]
        pooled = base / "CASIA_B_test_npy_data" / "t_source_y_CASIA_B_5.npy"
        assert pooled.is_file() == (project == "cage")
    both = np.concatenate([joints["nm"], joints["bg"]])[..., 1]
    np.testing.assert_array_equal(np.load(pooled).reshape(8, 5, 14), both)
    view = export_npy.export(source, "casia_b_view7_f5", "sm_sge", tmp_path, {"probe": "nm"})
    assert view == tmp_path / "Datasets" / "CASIA_B" / "5" / "view_7"


def ready_cut(joints, persons=("5", "5", "2", "2")):
    return recordings.Recordings.from_list(
        [{"joints": window, "identity": person} for window, person in zip(joints, persons, strict=True)]
    )


@pytest.fixture
def own(tmp_path):
    """An interchange folder: recordings of 9, 8 and 3 frames of people with names."""
    rng = np.random.default_rng(1)
    people = {"mia": 9, "ben": 8, "zoe": 3}
    rows = {
        split: [
            {"joints": rng.normal(size=(frames, 20, 3)), "identity": name, "recording": f"{split}_{name}"}
            for name, frames in people.items()
        ]
        for split in ("train", "gallery", "probe")
    }
    interchange.write(tmp_path / "own", rows)
    return tmp_path / "own"


def naive_windows(examples, f, overlapping):
    """The preprocessing's text, word by word: training from every shift, half overlapping; tests side by side."""
    windows, people = [], []
    for shift in range(f if overlapping else 1):
        for example in examples:
            frames = example["joints"][shift:]
            step = f // 2 if overlapping else f
            for start in range(0, len(frames) - f + 1, step):
                windows.append(frames[start : start + f])
                people.append(example["identity"])
    return np.array(windows), people


@pytest.mark.parametrize("config, overlapping", [("ias_f4", True), ("kgbd_f4", False)])
def test_recordings_are_cut_by_the_rules_of_the_set_that_is_imitated(tmp_path, own, config, overlapping):
    splits = {"a": "gallery", "b": "probe"} if config.startswith("ias") else None
    base = export_npy.export(export_npy.read(own), config, "hi_mpc", tmp_path / "out", splits)
    numbers = json.loads((base / "identities.json").read_text())
    assert numbers == {"ben": 0, "mia": 1, "zoe": 2}
    found = find_tree.find(tmp_path / "out", published_sets.parse(config))
    for split, files in found.splits.items():
        examples = interchange.read(own)[(splits or {}).get(split, split)]
        expected, people = naive_windows(examples, 4, overlapping and split == "train")
        read = published_arrays.read(files, 20)
        np.testing.assert_array_equal(read.joints, expected)
        assert read.identity.tolist() == [numbers[one] for one in people]
        assert read.identities == [1, 0, 2]  # zoe, without a sequence, is listed as the originals do
        assert npy.load_ids(files.ids)[2] == []


@pytest.mark.parametrize(
    "change, message",
    [
        ({"config": "biwi_f4"}, "has the splits train, walking, still; the data have train, gallery, probe.*--splits"),
        ({"splits": {"test": "probe"}}, "has the splits train, gallery, probe; .*Say which is which"),
        ({"splits": {"probe": "query"}}, "Say which is which"),
        ({"config": "ks20_f4"}, "have 20 joints but skeleton 'kinect_v2' has 25"),
        ({"config": "kgbd_f12"}, "No sequence of f = 12 frames"),
        ({"config": "kgbd_view1_f4"}, "hi_mpc has no layout for kgbd_view1_f4"),
        ({"config": "kgbd"}, "no config 'kgbd'"),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_nothing(tmp_path, own, change, message):
    arguments = {"config": "kgbd_f4", "project": "hi_mpc", "out": tmp_path / "out", **change}
    with pytest.raises(ValueError, match=message):
        export_npy.export(export_npy.read(own), **arguments)
    assert not (tmp_path / "out").exists()


def test_windows_of_another_length_are_not_cut_from_ready_cut_ones(tmp_path):
    source = export_npy.Source(
        {split: ready_cut(np.ones((4, 6, 20, 3))) for split in ("train", "gallery", "probe")}, {"train": ["5", "2"]}
    )
    with pytest.raises(ValueError, match=r"ready-cut sequences of \[6\] frames; kgbd_f4 cannot be cut"):
        export_npy.export(source, "kgbd_f4", "hi_mpc", tmp_path)


def test_a_failed_write_leaves_no_half_tree_and_a_finished_one_is_not_overwritten(tmp_path, own, monkeypatch):
    def broken(*arguments, **options):
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(published_arrays, "_write_ids", broken)
        with pytest.raises(OSError, match="disk full"):
            export_npy.export(export_npy.read(own), "kgbd_f4", "hi_mpc", tmp_path / "out")
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    export_npy.export(export_npy.read(own), "kgbd_f4", "hi_mpc", tmp_path / "out")
    with pytest.raises(FileExistsError, match="KGBD/4 exists; remove it or write to another folder"):
        export_npy.export(export_npy.read(own), "kgbd_f4", "hi_mpc", tmp_path / "out")


def test_the_command_line_writes_a_tree_or_says_in_one_line_why_not(tmp_path, own, capsys):
    flags = ["--data", str(own), "--config", "biwi_f4", "--out", str(tmp_path / "out"), "--layout"]
    assert export_npy.main([*flags, "cage", "--splits", "probe=gallery", "--train_rule", "testing"]) == 0
    assert capsys.readouterr().out == f"Wrote {tmp_path / 'out' / 'Datasets' / 'BIWI' / '4'}\n"
    found = find_tree.find(tmp_path / "out", published_sets.parse("biwi_f4"))
    expected, _ = naive_windows(interchange.read(own)["train"], 4, False)
    np.testing.assert_array_equal(published_arrays.read(found.splits["train"], 20).joints, expected)
    assert export_npy.main([*flags, "hi_mpc"]) == 1
    assert capsys.readouterr().err.startswith("export_npy: biwi_f4 in this layout has the splits train, walking, still")
    assert export_npy.main([*flags, "hi_mpc", "--data", str(tmp_path / "nothing")]) == 1
    assert "nothing is missing" in capsys.readouterr().err
