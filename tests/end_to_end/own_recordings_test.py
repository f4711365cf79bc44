# SPDX-License-Identifier: MIT
"""The user's own recordings through the commands of the README, in both forms and without an override."""

import json
import re
import shlex
import sys

import numpy as np
import pytest
import tensorflow_datasets as tfds

from components import main, splits
from datasets_tfds import catalogue
from tests import fakes
from tfskel import arrays, inference

ROOT = fakes.ROOT
RECIPES = ("sm_sge_own_recordings", "cage_own_recordings", "hi_mpc_own_recordings")


def recipe(name, folder, **settings):
    return fakes.read_recipe(name, **{"dataset.manual_dir": str(folder)} | settings)


def quality(workdir):
    return json.loads((workdir / "recordings/quality.json").read_text())


@pytest.mark.parametrize("write, joints", [(fakes.write_csv, 20), (fakes.write_npz, 25)])
def test_the_command_of_the_readme_prepares_either_form(tmp_path, write, joints):
    section = (ROOT / "README.md").read_text().split("## Your own data")[1].split("\n## ")[0]
    (command,) = re.findall(r"^    python (tools/run\.py .*)$", section, re.MULTILINE)
    (folder,) = re.findall(r"manual_dir=(\S+)", command)
    for name in ("tools", "configs"):
        (tmp_path / name).symlink_to(ROOT / name)
    write(tmp_path / folder, fakes.examples(joints=joints))
    result = fakes.run([sys.executable, *shlex.split(command), "--stages=ingest"], tmp_path)
    assert result.returncode == 0, result.stderr[-2000:]
    found = quality(tmp_path / "runs/joint_distances_own_recordings")
    assert found["skeleton"] == {20: "kinect_v1", 25: "kinect_v2"}[joints] and found["warnings"] == []


@pytest.mark.parametrize(
    "name, joints, skeleton",
    [(RECIPES[0], 14, "openpose"), (RECIPES[1], 20, "kinect_v1"), (RECIPES[2], 25, "kinect_v2")],
)
def test_every_recipe_takes_the_layout_that_the_builder_states(tmp_path, name, joints, skeleton):
    folder = fakes.write_csv(tmp_path / "own", fakes.examples(joints=joints))
    config = recipe(name, folder)
    main.execute(config, tmp_path / "run", ["ingest"])
    assert arrays.read_json(tmp_path / "run/recordings" / splits.POINTER)["skeleton"] == skeleton
    assert splits.read(tmp_path / "run/recordings", config.dataset).dataset.skeleton == skeleton


def test_all_stages_of_a_run_see_the_layout_of_the_data_set(tmp_path):
    folder = fakes.write_csv(tmp_path / "own", fakes.examples("abcde", 12, 25))
    small = {name: value for name, value in fakes.SMALL["hi_mpc"].items() if "options" not in name}
    main.execute(recipe("hi_mpc_own_recordings", folder, **small), tmp_path / "run")
    seed = tmp_path / "run/seed_1"
    assert json.loads((seed / "saved_model/export.json").read_text())["skeleton"] == "kinect_v2"
    assert inference.load(seed / "saved_model/saved_model").inputs.num_joints == 25
    assert "skeleton kinect_v2" in (tmp_path / "run/report/report.html").read_text()


def test_a_given_layout_is_checked_against_the_prepared_one(tmp_path):
    folder = fakes.write_npz(tmp_path / "own", fakes.examples())
    message = r"is 'kinect_v2' \(25 joints\), but data set 'own_recordings' is prepared as 'kinect_v1' \(20 joints\)"
    with pytest.raises(SystemExit, match=message):
        main.execute(recipe(RECIPES[0], folder, **{"dataset.skeleton": "kinect_v2"}), tmp_path / "run", ["ingest"])
    main.execute(recipe(RECIPES[0], folder, **{"dataset.skeleton": "kinect_v1"}), tmp_path / "run", ["ingest"])


def test_a_data_set_that_is_prepared_already_is_used_as_it_is(tmp_path):
    folder = fakes.write_npz(tmp_path / "own", fakes.examples(joints=25))
    builder = catalogue.load("own_recordings", tmp_path / "data")
    builder.download_and_prepare(download_config=tfds.download.DownloadConfig(manual_dir=str(folder)))
    config = recipe(RECIPES[0], tmp_path / "gone", **{"dataset.data_dir": str(tmp_path / "data")})
    main.execute(config, tmp_path / "run", ["ingest"])
    read = splits.read(tmp_path / "run/recordings", config.dataset)
    assert read.dataset.skeleton == "kinect_v2" and len(set(read.train.recording)) == 3


def test_no_sequence_spans_a_gap_in_time(tmp_path):
    taken = fakes.examples()
    for row in (row for rows in taken.values() for row in rows):
        row["frames"] = np.r_[0:12, 1012:1024]
    assert all(recipe(name, "").dataset.cut_gaps for name in RECIPES)
    config = recipe(RECIPES[2], fakes.write_csv(tmp_path / "own", taken))
    main.execute(config, tmp_path / "run", ["ingest"])
    assert "train: 3 gaps in the frame numbers, up to 1000 missing (id0 train frames 11 to 1012" in str(
        quality(tmp_path / "run")["warnings"]
    )
    read = splits.read(tmp_path / "run/recordings", config.dataset)
    for side in (read.train, read.probe, read.gallery):
        numbers = side.recordings.frame_numbers[side.content[:, None] + np.arange(6)]
        assert len(side) and (np.diff(numbers, axis=1) == 1).all()
    config.dataset.cut_gaps = False
    assert len(splits.read(tmp_path / "run/recordings", config.dataset).train.recordings) == 3


def test_people_are_named_in_plain_text_where_probe_and_gallery_share_nobody(tmp_path):
    taken = fakes.examples()
    for row in taken["probe"]:
        row["identity"] = f"guest{row['identity'][2:]}"
    config = recipe(RECIPES[0], fakes.write_npz(tmp_path / "own", taken))
    main.execute(config, tmp_path / "run", ["ingest"])
    with pytest.raises(ValueError, match="probe guest0, guest1, guest2, gallery id0, id1, id2. Check the splits"):
        splits.read(tmp_path / "run/recordings", config.dataset)
