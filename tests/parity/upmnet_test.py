# SPDX-License-Identifier: MIT
"""Every recorded quantity of the original uPMnet is compared, and is met; what is done otherwise is noticed."""

import shutil

import numpy as np
import pytest
from keras import ops

from tests import fakes
from tests.parity import reading, registry
from tfskel.layers import batch_norm, convolution
from tfskel.systems.upmnet import losses, trainer
from tfskel.systems.upmnet import model as upmnet

GOLDEN = fakes.GOLDEN / "upmnet"
ASSOCIATION = {f"association/{kind}/0" for kind in ("loss", "terms", "gradient", "gradient_normalised")}
ASSOCIATION |= {f"association/{kind}/0/1" for kind in ("intra", "cross", "consistent")}
NETWORK = {"eval/features", "train/features/local", "updated"}
MAPS = {f"endpoint_{kind}/" for kind in ("centre", "shape", "stats")}
EXPECTED = {
    "association_two_cams_zero_init": ASSOCIATION,
    "association_two_cams_margin_eta": ASSOCIATION,
    "association_three_cams_random_init": ASSOCIATION | {"association/intra/3/2"},
    "head_mobilenet_v1_local": {"head/eval", "head/train"},
    "head_resnet_v1_50_local": {"head/eval", "head/train"},
    "head_resnet_v1_50_global": {"head/eval", "head/train", "updated"},
    "backbone_mobilenet_v1_narrow_odd": NETWORK
    | {f"{kind}Conv2d_5_depthwise" for kind in MAPS}
    | {"endpoint_full/PrePool"},
    "backbone_resnet_v1_narrow_odd": NETWORK
    | {f"{kind}block2/unit_1/{layer}" for kind in MAPS for layer in ("conv1", "conv2", "conv3", "shortcut")}
    | {"endpoint_full/block4"},
    "train_steps_mobilenet_global_rmsprop": {"steps/mobilenet_v1/0", "steps/mobilenet_v1/1", "frozen", "weight_decay"},
    "train_steps_resnet_local_sgd": {f"steps/resnet_v1_50/{step}" for step in range(4)}
    | {"learning_rate/5", "final_statistics", "final_weights", "final_anchors", "weight_decay"},
    "cmc_two_camera": {"templates/split1/1", "cmc/split3/2", "cmc_percent/ilids"},
    "cmc_multi_camera": {"cmc/octave_", "mean_ap/"},
}


@pytest.fixture(scope="module")
def results():
    return list(registry.compare([GOLDEN]))


def test_every_recorded_file_is_compared(results):
    assert registry.problems(results) == []


@pytest.mark.parametrize("case", EXPECTED)
def test_every_quantity_of_a_case_meets_its_recording(results, case):
    assert registry.unmet(results, case, EXPECTED[case]) == []


@pytest.mark.parametrize("name, key, row", [
    ("association_two_cams_zero_init", "loss", "association/loss/0"),
    ("association_two_cams_zero_init", "ref_consistent_step3_cam0", "association/consistent/3/0"),
    ("association_three_cams_random_init", "cross_after_step1_cam2", "association/cross/1/2"),
    ("head_resnet_v1_50_global", "eval/features", "head/eval"),
    ("backbone_resnet_v1_narrow_odd", "eval/endpoint_stats/block2", "endpoint_shape/block2"),
    ("train_steps_resnet_local_sgd", "association_loss", "steps/resnet_v1_50/0"),
    ("train_steps_resnet_local_sgd", "final/intra_anchors11", "final_anchors"),
])  # fmt: skip
def test_an_altered_number_fails(tmp_path, name, key, row):
    arrays = reading.load(GOLDEN / f"{name}.npz")
    arrays[key] = np.array(arrays[key])
    arrays[key].reshape(-1)[0] += 1 if arrays[key].dtype.kind == "i" else 0.01 + 0.1 * abs(arrays[key]).max()
    np.savez(tmp_path / f"{name}.npz", **arrays)
    if (GOLDEN / f"{name}.json").is_file():
        shutil.copy(GOLDEN / f"{name}.json", tmp_path)
    assert row in {row.name for row in registry.compare([tmp_path / f"{name}.npz"]) if not row.ok}


def failed(name):
    return {row.name.partition("/")[0] for row in registry.compare([GOLDEN / f"{name}.npz"]) if not row.ok}


def test_a_biased_moving_variance_is_noticed(monkeypatch):
    follow = batch_norm.BatchNorm._follow
    monkeypatch.setattr(batch_norm.BatchNorm, "_follow", lambda self, *given: follow(self, *given[:2], 10**9))
    assert "updated" in failed("head_resnet_v1_50_global")


def test_another_padding_is_noticed(monkeypatch):
    layer = convolution.Convolution.__init__

    def same(self, filters, size, strides=1, padding="same", *more, **named):
        layer(self, filters, size, strides, "same", *more, **named)

    monkeypatch.setattr(convolution.Convolution, "__init__", same)
    assert {"eval", "endpoint_centre"} <= failed("backbone_resnet_v1_narrow_odd")


def test_another_negative_is_noticed(monkeypatch):
    original = losses.part_losses
    monkeypatch.setattr(losses, "part_losses", lambda *given: original(*given[:6], "next_anchor"))
    assert failed("association_two_cams_zero_init") == {"association"}


def test_a_trained_relation_head_is_noticed(monkeypatch):
    network = upmnet.PartNetwork
    monkeypatch.setattr(upmnet, "PartNetwork", lambda **settings: network(train_relation=True, **settings))
    assert "frozen" in failed("train_steps_mobilenet_global_rmsprop")


def test_anchors_that_move_after_the_weights_or_not_at_all_are_noticed(monkeypatch):
    monkeypatch.setattr(trainer.Trainer, "move_anchors", lambda self, features, rows: ops.sum(features) * 0)
    assert {"steps", "final_anchors"} <= failed("train_steps_resnet_local_sgd")


def test_a_recording_without_its_recipe_is_not_compared(tmp_path):
    shutil.copy(GOLDEN / "head_mobilenet_v1_local.npz", tmp_path)
    (problem,) = registry.compare([tmp_path / "head_mobilenet_v1_local.npz"])
    assert problem.known and "head_mobilenet_v1_local.json" in problem.reason
