# SPDX-License-Identifier: MIT
"""The shared base: what is stored, in which order, under which name, and what a failed build leaves behind."""

import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tensorflow_datasets as tfds

from datasets_tfds import base_builder, catalogue, skeleton_builder


class ToyWalks(skeleton_builder.SkeletonBuilder, skip_registration=True):
    """Numbered recordings; the class attribute `examples` is what a test wants stored."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "For tests."}
    OPTIONS = {"skeleton": "kinect_v1", "seed": 3, "noise": 0.5}
    SOURCE = "a test"
    pkg_dir_path = pathlib.Path(__file__).parent
    examples = {}

    def recordings(self, manual_dir):
        assert manual_dir is None
        return self.examples


def walk(number, frames=4, joints=20):
    rng = np.random.default_rng(number)
    return {
        "joints": rng.normal(size=(frames, joints, 3)).astype(np.float32),
        "identity": str(number % 3),
        "recording": f"walk_{number}",
    }


def build(folder, examples, options=None):
    builder = ToyWalks(data_dir=folder, config=ToyWalks.config_for(options or {}))
    builder.examples = examples
    builder.download_and_prepare()
    return builder


def read(folder, split):
    builder = tfds.builder_from_directory(folder)
    return list(tfds.as_numpy(builder.as_dataset(split=split, shuffle_files=False)))


def test_recordings_come_back_exactly_and_in_the_order_given(tmp_path):
    order = [7, 2, 11, 0, 5, 1, 9, 3, 10, 4]
    examples = {"train": [walk(n, frames=2 + n) for n in order], "probe": iter([walk(20)])}
    stored = read(build(tmp_path, examples).data_dir, "train")
    assert [row["recording"].decode() for row in stored] == [f"walk_{n}" for n in order]
    for row, number in zip(stored, order, strict=True):
        np.testing.assert_array_equal(row["joints"], walk(number, frames=2 + number)["joints"])
        np.testing.assert_array_equal(row["frames"], np.arange(2 + number))
        assert row["captured"] == 2 + number and row["camera"] == b"" and row["identity"] == str(number % 3).encode()


def test_optional_fields_are_stored_as_given(tmp_path):
    example = walk(0) | {
        "camera": "left",
        "condition": "bag",
        "setting": "gc1",
        "frames": np.array([3, 4, 7, 9]),
        "captured": 12,
    }
    (row,) = read(build(tmp_path, {"train": [example]}).data_dir, "train")
    assert [row[key] for key in ("camera", "condition", "setting")] == [b"left", b"bag", b"gc1"]
    assert row["frames"].tolist() == [3, 4, 7, 9] and row["captured"] == 12


def test_metadata_names_skeleton_rate_seed_source_and_options(tmp_path):
    builder = build(tmp_path, {"train": [walk(0)]}, {"seed": 5, "noise": 1})
    metadata = tfds.builder_from_directory(builder.data_dir).info.metadata
    assert metadata["skeleton"] == "kinect_v1" and metadata["fps"] == 30.0
    assert metadata["seed"] == 5 and metadata["source"] == "a test"
    assert metadata["options"] == {"skeleton": "kinect_v1", "seed": 5, "noise": 1.0}


def test_prepared_folder_is_read_without_importing_the_package(tmp_path):
    folder = build(tmp_path, {"train": [walk(0), walk(1)]}).data_dir
    code = (
        "import sys, tensorflow_datasets as tfds\n"
        f"data = tfds.builder_from_directory({str(folder)!r}).as_dataset(split='train')\n"
        "print(*[row['recording'].decode() for row in tfds.as_numpy(data)])\n"
        "assert not [name for name in sys.modules if name.startswith(('datasets_tfds', 'tfskel'))]\n"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == ["walk_0", "walk_1"]


def test_same_options_give_the_same_config_and_defaults_the_plain_one():
    assert ToyWalks.config_for({}).name == "recordings"
    assert ToyWalks.config_for({"seed": 3}).name == "recordings"
    one, same = ToyWalks.config_for({"seed": 4, "noise": 1.0}), ToyWalks.config_for({"noise": 1, "seed": 4})
    assert one.name == same.name != ToyWalks.config_for({"seed": 5}).name
    assert one.options == {"seed": 4, "noise": 1.0}


def test_skeleton_option_changes_the_number_of_joints():
    builder = ToyWalks(data_dir="unused", config=ToyWalks.config_for({"skeleton": "kinect_v2"}))
    assert builder.info.features["joints"].shape == (None, 25, 3)


def test_misspelt_option_is_refused_with_a_suggestion():
    with pytest.raises(ValueError, match="unknown option 'sed'. Did you mean 'seed'"):
        ToyWalks.config_for({"sed": 1})
    config = base_builder.Config(name="mine", options={"nois": 1.0})
    with pytest.raises(ValueError, match="unknown option 'nois'"):
        ToyWalks(data_dir="unused", config=config)


def test_option_of_another_type_is_refused():
    with pytest.raises(ValueError, match="option seed must be int like the default 3; received '4'"):
        ToyWalks.config_for({"seed": "4"})


@pytest.mark.parametrize(
    "damage, message",
    [
        ({"joints": np.zeros((4, 25, 3))}, r"split 'train', recording 'walk_1': joints must be \(frames, 20, 3\)"),
        ({"joints": np.full((4, 20, 3), np.nan)}, "recording 'walk_1', frame 0 .row 0., joint 0, x: nan; expected"),
        ({"joints": np.zeros((0, 20, 3))}, "recording 'walk_1': no frames"),
        ({"frames": np.arange(3)}, "recording 'walk_1': 3 frame numbers for 4 frames"),
    ],
)
def test_a_damaged_recording_stops_the_build_and_leaves_nothing(tmp_path, damage, message):
    finished = build(tmp_path, {"train": [walk(0)]}, {"seed": 9})
    with pytest.raises(ValueError, match=message):
        build(tmp_path, {"train": [walk(0), walk(1) | damage]})
    files = [path for path in (tmp_path / "toy_walks").rglob("*") if path.is_file() and ".config" not in path.parts]
    assert files and all(path.is_relative_to(finished.data_path) for path in files)
    assert not list(tmp_path.rglob("*incomplete*"))
    assert len(read(finished.data_dir, "train")) == 1


def test_a_data_dir_that_is_a_pattern_is_refused_before_any_recording_is_read(tmp_path):
    with pytest.raises(ValueError, match=r"data_dir .*x\[1\] has one of the characters .* give another one"):
        build(tmp_path / "x[1]", None)
    assert not list(tmp_path.rglob("*.tfrecord*")) and not list(tmp_path.rglob("dataset_info.json"))


def test_an_empty_split_is_refused(tmp_path):
    with pytest.raises(ValueError, match="split 'probe' holds nothing"):
        build(tmp_path, {"train": [walk(0)], "probe": []})
    with pytest.raises(ValueError, match="gave no splits"):
        build(tmp_path, {})


def test_listing_data_sets_imports_nothing_heavy():
    code = (
        "import sys; from datasets_tfds import catalogue; print(*catalogue.known())\n"
        "assert not {'tensorflow', 'tensorflow_datasets', 'numpy'} & set(sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert {"cmu_walk", "own_recordings"} <= set(result.stdout.split())


def test_unknown_data_set_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="Unknown data set 'own_recording'. Did you mean 'own_recordings'.*cmu_walk"):
        catalogue.load("own_recording")


@pytest.mark.parametrize("name", ["cmu_walk", "own_recordings"])
def test_every_builder_states_its_facts_and_has_its_files(name):
    builder = catalogue.load(name, "unused")
    assert builder.name == name and builder.builder_config.name == "recordings"
    assert str(builder.version) == "1.0.0" and "1.0.0" in builder.RELEASE_NOTES
    folder = pathlib.Path(catalogue.__file__).parent / name
    assert {"README.md", "CITATIONS.bib", "TAGS.txt", "__init__.py"} <= {path.name for path in folder.iterdir()}
    assert builder.info.description and builder.info.citation
