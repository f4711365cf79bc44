# SPDX-License-Identifier: MIT
"""Recorded pixels, pose maps and bodies of ST-ReIDNet are met; what is done otherwise is noticed."""

import numpy as np
import pytest
import tensorflow as tf

from tests import fakes
from tests.parity import registry
from tfskel.data import eraser, image_pixels, pil_resize, pose_maps

GOLDEN = fakes.GOLDEN / "st_reidnet"
POSES = {f"{kind}/{case}" for kind in ("landmarks", "body", "map", "maps", "maps_sum", "largest")
         for case in ("DanceReID/case0", "DanceReID/case1", "market1501/case0", "market1501/case1")}  # fmt: skip
CASES = {
    "transforms.npz": {"resized/larger", "resized/smaller", "prepared", "cropped/crop0", "cropped/crop1"}
    | {f"{kind}/eraser{case}" for kind in ("erased", "erased_box", "draws_left") for case in range(4)},
    "pose_maps_masks.npz": POSES
    | {f"maps_sum/market1501/case1_{kind}" for kind in ("sigma4", "sigma6", "erased")}
    | {"map/DanceReID/case1_sigma6"},
    "original_files/jpeg_decoding.npz": {f"decoded/jpeg{case}" for case in range(3)},
}


def failed(name):
    return {row.name.partition("/")[0] for row in registry.compare([GOLDEN / name]) if not row.ok}


@pytest.mark.parametrize("name", CASES)
def test_every_quantity_of_a_file_meets_its_recording(name):
    results = list(registry.compare([GOLDEN / name]))
    assert registry.problems(results) == []
    assert registry.unmet(results, (GOLDEN / name).stem, CASES[name]) == []


def test_an_eraser_put_where_it_was_drawn_is_noticed(monkeypatch):
    monkeypatch.setattr(eraser.rectangle, "__defaults__", (eraser.PAPER,))
    assert failed("transforms.npz") == {"erased", "erased_box"}


def test_another_resize_is_noticed(monkeypatch):
    monkeypatch.setattr(pil_resize, "resize", lambda images, size: tf.cast(image_pixels.resize(images, size), tf.uint8))
    assert failed("transforms.npz") == {"resized", "prepared", "cropped"}


def test_another_mean_colour_is_noticed(monkeypatch):
    monkeypatch.setattr(image_pixels, "MEAN", (0.5, 0.5, 0.5))
    assert failed("transforms.npz") == {"prepared"}


def test_joints_rounded_instead_of_cut_off_are_noticed(monkeypatch):
    monkeypatch.setattr(np, "trunc", np.round)
    assert {"landmarks", "maps", "body"} <= failed("pose_maps_masks.npz")


def test_a_thinner_body_is_noticed(monkeypatch):
    monkeypatch.setattr(pose_maps, "HEAD", 19)
    assert failed("pose_maps_masks.npz") == {"body"}


def test_another_decoding_is_noticed(monkeypatch):
    monkeypatch.setattr(image_pixels, "decode", lambda encoded: tf.io.decode_jpeg(encoded, dct_method="INTEGER_FAST"))
    assert failed("original_files/jpeg_decoding.npz") == {"decoded"}
