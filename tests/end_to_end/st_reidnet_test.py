# SPDX-License-Identifier: MIT
"""ST-ReIDNet's GAN from rendered dancers to the report, through the command line."""

import numpy as np
import pytest
import tensorflow as tf

from components import cluster, main, splits
from components import train as training_stage
from tests import fakes
from tfskel import arrays, features, inference
from tfskel.evaluation import cmc

RECIPE = "st_reidnet_person_sim.py"
SETTINGS = {
    "dataset.options.train_videos": 1,
    "dataset.options.test_videos": 2,
    "dataset.options.persons_per_video": 2,
    "dataset.options.train_frames": 4,
    "dataset.options.test_frames": 2,
    "dataset.options.height": 32,
    "network.depth": 18,
    "network.width": 2,
    "network.generator_width": 2,
    "network.pose_features": 4,
    "training.batch_size": 4,
    "training.epochs": 2,
    "training.decay_epochs": 0,
    "training.skip_frames": 1,
    "selection.every": 1,
    "clustering.k1": 3,
    "clustering.k2": 2,
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    workdir = tmp_path_factory.mktemp("whole")
    result = fakes.run(fakes.command(RECIPE, workdir, SETTINGS))
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-3000:]
    return workdir, result


def test_four_steps_of_the_gan_stand_beside_what_learnt_nothing(finished):
    workdir, result = finished
    table = {row["selection"]: row for row in fakes.rows(workdir / "seed_1/results")}
    assert {"probe-best", "last", "no learning: colour histogram of strips", "no learning: raw pixels"} < set(table)
    assert {"mAP", "rank1", f"rank1 {cmc.SINGLE_SHOT}"} <= set(table["last"]["metrics"]) and table["last"][
        "scored"
    ] == 8
    line, last = fakes.logged(workdir / "seed_1/model")
    wanted = {"triplet", "classification", "encoder", "generator", "identity_discriminator", "pose_discriminator"}
    assert wanted <= set(line) and line["phase"] == "gan" and line["rate_factor"] == last["rate_factor"] == 1
    assert "starts from random weights" in result.stderr


def test_a_stage_in_a_process_that_did_not_train_gives_the_same_to_the_last_bit(finished, tmp_path):
    workdir, _ = finished
    config = fakes.read_recipe("st_reidnet_person_sim", **SETTINGS)
    tf.config.optimizer.set_experimental_options({"arithmetic_optimization": True})  # as TensorFlow begins
    cluster.cluster(recipe=fakes.sections(config), clustering=config.clustering, recordings=workdir / "recordings",
                    model=workdir / "seed_1/model", seed=1, clusters=tmp_path)  # fmt: skip
    found, behind_training = (features.load(path / "features.npz") for path in (tmp_path, workdir / "seed_1/clusters"))
    np.testing.assert_array_equal(found.vectors, behind_training.vectors)


def test_ten_pictures_and_what_wins_the_pooling_are_in_the_report(finished):
    workdir, _ = finished
    made = arrays.read(workdir / "seed_1/model" / training_stage.GENERATED)
    assert len(made) == 10 and {images.shape[1:] for images in made.values()} == {(256, 128, 3)}
    page = (workdir / "report/report.html").read_text(encoding="utf-8")
    assert "first image as generated" in page and "maximum pooling" in page


def test_the_export_embeds_images_of_any_size_and_puts_their_persons_into_poses(finished):
    workdir, _ = finished
    probe = splits.read(workdir / "recordings", fakes.read_recipe("st_reidnet_person_sim", **SETTINGS).dataset).probe
    stored = features.load(workdir / "seed_1/results/probe.npz")
    embedder = inference.load(workdir / "seed_1/saved_model/saved_model")
    raw, rows = probe.raw(np.arange(len(probe))), np.arange(2)
    np.testing.assert_allclose(embedder.embed(raw), stored.vectors, rtol=1e-4, atol=1e-4)
    found = embedder.reconstruct(raw[rows], np.stack(probe.poses(rows)))
    assert found.shape == (2, 256, 128, 3) and found.dtype == np.uint8 and found.std() > 0


@pytest.mark.parametrize(
    "mistake, message",
    [
        ({"dataset.image_size": 128}, "the generator makes images 256 pixels high"),
        ({"training.stage": 1}, "stage 1 goes on from trained networks; give --config.training.start_encoder"),
        ({"network.joints": 18}, "poses have 17 joints, the networks 18"),
        ({"training.start_encoder": "no.pth"}, "there is no file no.pth.*ImageNet weights"),
    ],
)
def test_a_users_mistake_is_one_clear_message(tmp_path, mistake, message):
    with pytest.raises(SystemExit, match=f"(?s){message}"):
        main.execute(fakes.read_recipe("st_reidnet_person_sim", **SETTINGS | mistake), tmp_path)
