# SPDX-License-Identifier: MIT
"""Recorded networks of ST-ReIDNet are met; another padding, slope, mode or layout is noticed."""

import pytest
from keras import ops

from tests import fakes
from tests.parity import reading, registry, st_reidnet_networks
from tfskel.systems.st_reidnet import convolution_stage, original, reid_network, resnet

GOLDEN = fakes.GOLDEN / "st_reidnet"
MAPS = {f"{kind}/{name}" for kind in ("eval/act_centre", "eval/act_shape") for name in ("bn1", "maxpool", "layer4")}
CASES = {
    "discriminator_pose_narrow": {"recipe/weights", "eval/logits", "train/logits"},
    "generator_narrow_add_skip2": {"eval/image_every4", "eval/act_centre/en_avg", "train/width4/image_every4",
                                   "train/width4/act_centre/de_conv2", "train/updated"},
    "reid_resnet18_siamese": MAPS | {"eval/feature_test_bn", "train/resnet18/feature_b", "train/resnet18/logits"},
    "reid_resnet18_stride2_oneclass": MAPS | {"eval/feature_global", "train/resnet18/logits", "train/updated"},
}  # fmt: skip


def failed(name):
    return {row.name for row in registry.compare([GOLDEN / f"{name}.npz"]) if not row.ok}


@pytest.mark.parametrize("name", CASES)
def test_every_quantity_of_a_network_meets_its_recording(name):
    results = list(registry.compare([GOLDEN / f"{name}.npz"]))
    assert registry.problems(results) == []
    assert registry.unmet(results, name, CASES[name]) == []


def test_pooling_that_pads_with_zeros_is_noticed(monkeypatch):
    padded = [(0, 0), (1, 1), (1, 1), (0, 0)]
    monkeypatch.setattr(resnet, "pooled", lambda maps: ops.max_pool(ops.pad(maps, padded), 3, 2, "valid"))
    assert "eval/feature_global" in failed("reid_resnet18_stride2_oneclass")


def test_a_mean_instead_of_the_maximum_is_noticed(monkeypatch):
    monkeypatch.setattr(reid_network.ReIDNetwork, "embed", lambda self, maps: ops.mean(maps, axis=(1, 2)))
    assert {"eval/feature_global", "train/resnet18/feature_a"} <= failed("reid_resnet18_siamese")


def test_another_slope_is_noticed(monkeypatch):
    monkeypatch.setattr(convolution_stage, "SLOPE", 0.01)
    assert {"eval/logits", "train/logits"} <= failed("discriminator_pose_narrow")


def test_turned_kernels_are_noticed(monkeypatch):
    ours = original._ours
    monkeypatch.setattr(original, "_ours", lambda value: ours(value)[::-1] if value.ndim == 4 else ours(value))
    assert "eval/image_every4" in failed("generator_narrow_add_skip2")


def test_weights_of_a_recipe_are_told_apart_by_network():
    recipe = reading.load_settings(GOLDEN / "discriminator_pose_narrow.json")
    assert list(st_reidnet_networks.weights_of(recipe, "Dp")) == list(st_reidnet_networks.weights_of(recipe))
    assert st_reidnet_networks.weights_of(recipe, "G") == {}
