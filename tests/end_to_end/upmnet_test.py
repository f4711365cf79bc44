# SPDX-License-Identifier: MIT
"""uPMnet from rendered persons to the report, through the command line."""

import numpy as np
import pytest

from components import main, splits
from tests import fakes
from tests.tools.evaluate_mat_test import printed
from tfskel import features, inference

RECIPE = "upmnet_person_sim.py"
SETTINGS = {
    "dataset.options.train_persons": 4,
    "dataset.options.test_persons": 5,
    "dataset.options.train_frames": 4,
    "dataset.options.test_frames": 2,
    "dataset.options.height": 32,
    "dataset.image_size": 32,
    "network.parts": 1,
    "network.width": 0.125,
    "training.steps": 6,
    "training.batch_size": 8,
    "evaluation.mat_files": 2,
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    workdir = tmp_path_factory.mktemp("whole")
    result = fakes.run(fakes.command(RECIPE, workdir, SETTINGS))
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-3000:]
    return workdir, result


def test_joined_and_single_networks_stand_beside_what_learnt_nothing(finished):
    workdir, result = finished
    table = {row["selection"]: row for row in fakes.rows(workdir / "seed_1/results")}
    trained = {"last", "last of local", "last of global"}
    assert trained < set(table) and all(table[name]["scored"] == 5 and table[name]["epoch"] == 1 for name in trained)
    assert {"no learning: colour histogram of strips", "no learning: raw pixels"} < set(table)
    assert "colour histogram" in result.stdout and "starts from random weights" in result.stderr
    assert [line["phase"] for line in fakes.logged(workdir / "seed_1/model")] == ["local"] * 2 + ["global"] * 2


def test_the_features_of_tracklets_are_the_largest_of_their_frames_in_the_export_too(finished):
    workdir, _ = finished
    config = fakes.read_recipe("upmnet_person_sim", **SETTINGS)
    probe = splits.read(workdir / "recordings", config.dataset).probe
    stored = features.load(workdir / "seed_1/results/probe.npz")
    frames = inference.load(workdir / "seed_1/saved_model/saved_model").embed(probe.raw(np.arange(len(probe))))
    largest = np.stack([frames[probe.recording == name].max(axis=0) for name in stored.recordings])
    np.testing.assert_allclose(stored.vectors, largest / np.linalg.norm(largest, axis=1, keepdims=True), atol=1e-5)


def test_the_originals_feature_files_evaluate_to_the_same(finished, capsys):
    results = finished[0] / "seed_1/results"
    folder = results / "original"
    labels = [f"--{name}={folder / file}" for name, file in (("ids", "testID.mat"), ("cameras", "testCAM.mat"))]
    found = printed(capsys, "person_sim", folder / "local", folder / "global", *labels)
    (row,) = (row for row in fakes.rows(results) if row["selection"] == "last")
    for name in ("rank1", "rank5", "mAP"):
        assert found[name] == pytest.approx(100 * row["metrics"][name], abs=0.005)


@pytest.mark.parametrize(
    "mistake, message",
    [
        ({"training.batch_size": 1000}, "batch of 1000 frames is larger than train, which has 32"),
        ({"network.parts": 3}, "fewer than the 3 parts"),
        ({"training.start_weights": "none.ckpt"}, "there is no checkpoint none.ckpt.*ImageNet weights"),
        ({"dataset.options.cameras": 1}, "cameras"),
        ({"dataset.divisions": (0,)}, "0 random divisions; received division 0"),
    ],
)
def test_a_users_mistake_is_one_clear_message(tmp_path, mistake, message):
    with pytest.raises(SystemExit, match=f"(?s){message}"):
        main.execute(fakes.read_recipe("upmnet_person_sim", **SETTINGS | mistake), tmp_path)
