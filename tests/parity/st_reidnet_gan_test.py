# SPDX-License-Identifier: MIT
"""Recorded training steps of ST-ReIDNet's GAN are met; what is done otherwise is noticed."""

import pytest
import tensorflow as tf

from tests import fakes
from tests.parity import registry
from tfskel.systems.st_reidnet import gan

CASE = "train_steps_stage1"
LOSSES = ("E_t", "E_c", "E", "G_r", "G_gan_Di", "G_gan_Dp", "G", "D_i", "D_p")
FOLDER = fakes.recorded("TFSKEL_GOLDEN", "st_reidnet")
OTHERS = {
    "trajectories/train_steps_stage0": {f"gan/loss/0/1/{name}" for name in LOSSES} | {"gan/rates/1"},
    "trajectories/train_steps_stage2": {f"gan/loss/2/3/{name}" for name in LOSSES}
    | {"gan/still/E", "gan/moved/Di", "gan/check/E"},
    "train_step_stage0": {f"gan/full/loss/{name}" for name in LOSSES}
    | {"gan/full/gradient/E/base_model.conv1.weight", "gan/full/gradient/Di/bottleneck.weight",
       "gan/full/gradient/G/de_avg.1.weight", "gan/full/gradient/Dp/model.11.bias"},
}  # fmt: skip


def results(path):
    found = list(registry.compare([path]))
    assert registry.problems(found) == []
    return found


def test_every_loss_of_four_steps_and_the_networks_after_them_meet_the_recording():
    expected = {f"gan/loss/1/{step}/{name}" for step in range(4) for name in LOSSES} | {"gan/rates/3"}
    expected |= {f"gan/moved/{name}" for name in ("G", "Di", "Dp")} | {"gan/still/E", "gan/still/Di"}
    expected |= {f"gan/check/{name}" for name in ("E", "G_every8", "Dp", "Di_feature")}
    assert registry.unmet(results(fakes.GOLDEN / f"st_reidnet/{CASE}.npz"), CASE, expected) == []


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER.exists(), reason="TFSKEL_GOLDEN names no folder of recordings")
@pytest.mark.parametrize("case", OTHERS)
def test_the_other_stages_and_a_step_of_the_published_size_meet_their_recordings(case):
    assert registry.unmet(results(FOLDER / f"{case}.npz"), case.rpartition("/")[2], OTHERS[case]) == []


def test_rejected_images_without_real_ones_beside_another_pose_are_noticed(monkeypatch):
    pairs = gan.Trainer._mismatched

    def generated_alone(self, maps, generated, targets):
        return tuple(values[: tf.shape(generated)[0]] for values in pairs(self, maps, generated, targets))

    monkeypatch.setattr(gan.Trainer, "_mismatched", generated_alone)
    failed = {row.name for row in registry.compare([fakes.GOLDEN / f"st_reidnet/{CASE}.npz"]) if not row.ok}
    assert {"gan/loss/1/0/D_p", "gan/loss/1/0/G_gan_Dp"} <= failed and "gan/loss/1/0/D_i" not in failed
