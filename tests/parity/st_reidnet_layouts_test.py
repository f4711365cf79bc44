# SPDX-License-Identifier: MIT
"""Recorded lists of persons and files are met; another order or numbering is noticed."""

import pytest

from datasets_tfds.readers import bounding_boxes, reid_lists
from tests import fakes
from tests.parity import registry

pytestmark = pytest.mark.filterwarnings("ignore:.*the published archive")
GOLDEN = fakes.GOLDEN / "st_reidnet"
CASES = {
    "dataset_layouts": {f"layout/{name}/{part}/{quantity}" for name in ("DanceReID/0", "DanceReID/1", "market1501/0")
                        for part in ("train", "val", "trainval", "query", "gallery")
                        for quantity in ("file", "label", "camera")}
    | {"layout/DanceReID/1/val/count"},
    "dataset_layouts_raw": {f"archive/{name}/{part}" for name in ("market1501", "dukemtmc")
                            for part in ("persons", "trainval", "query", "gallery", "numbers", "cameras")}
    | {"archive/market1501/names/0/4", "archive/dukemtmc/names/5/4"},
}  # fmt: skip


def failed(name):
    return {row.name for row in registry.compare([GOLDEN / f"{name}.json"]) if not row.ok}


@pytest.mark.parametrize("name", CASES)
def test_every_quantity_of_a_file_meets_its_recording(name):
    results = list(registry.compare([GOLDEN / f"{name}.json"]))
    assert registry.problems(results) == []
    assert registry.unmet(results, name, CASES[name]) == []


def test_persons_in_the_order_of_the_lists_are_noticed(monkeypatch):
    monkeypatch.setattr(reid_lists.Lists, "trainval", property(lambda lists: lists.parts["trainval"]))
    assert "layout/DanceReID/0/trainval/file" in failed("dataset_layouts")


def test_folders_in_another_order_are_noticed(monkeypatch):
    monkeypatch.setattr(bounding_boxes, "FOLDERS", dict(reversed(bounding_boxes.FOLDERS.items())))
    assert "archive/dukemtmc/trainval" in failed("dataset_layouts_raw")
