# SPDX-License-Identifier: MIT
"""The TFDS builder of rendered persons: what is stored, options, named configs."""

import numpy as np
import pytest

from datasets_tfds import catalogue
from datasets_tfds.person_sim import examples
from datasets_tfds.person_sim.options import Options

WALKERS = {"train_persons": 2, "test_persons": 2, "cameras": 3, "train_frames": 2, "test_frames": 1, "seed": 5}
DANCERS = {"set": "dancers", "train_videos": 1, "test_videos": 1, "persons_per_video": 2, "train_frames": 2}


@pytest.mark.parametrize("given", [WALKERS, DANCERS])
def test_a_small_data_set_is_built_in_order_and_read_back_exactly(tmp_path, given):
    builder = catalogue.load("person_sim", tmp_path, given)
    builder.download_and_prepare()
    options = Options(**given)
    for split, rows in examples.splits(options).items():
        stored, expected = list(builder.as_data_source(split=split)), list(rows)
        assert len(stored) == len(expected) > 0
        for found, example in zip(stored, expected, strict=True):
            assert found["image"] == example["image"]
            np.testing.assert_array_equal(found["pose"], example["pose"])
            assert (found["height"], found["width"]) == (options.height, options.height // 2)
            assert found["frame"] == example["frame"]
            for key in ("identity", "camera", "tracklet", "path"):
                assert found[key].decode() == example[key]


def test_options_are_recorded_as_they_were_taken(tmp_path):
    metadata = catalogue.load("person_sim", tmp_path, {"seed": 7, "height": 128}).info.metadata
    assert metadata["kind"] == "images"
    assert metadata["seed"] == 7
    assert metadata["options"]["height"] == 128
    assert metadata["options"]["train_frames"] == 8
    assert "No photographs" in metadata["source"]


def test_each_set_has_a_config_of_its_own():
    data_set = type(catalogue.load("person_sim"))
    assert data_set.config_for({}).name == "walkers"
    assert data_set.config_for({"set": "walkers", "colour": 0.5}).name == "walkers"
    assert data_set.config_for({"set": "dancers"}).name == "dancers"
    assert data_set.config_for({"seed": 1}).name not in ("walkers", "dancers")


@pytest.mark.parametrize(
    "options, message",
    [
        ({"person": 3}, "unknown option 'person'"),
        ({"train_frames": "many"}, "train_frames must be int"),
        ({"cameras": 1}, "cameras must be at least 2 and at most 100; received 1"),
        ({"set": "runners"}, "set must be one of 'walkers', 'dancers'"),
    ],
)
def test_wrong_options_are_named_before_anything_is_built(tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        catalogue.load("person_sim", tmp_path, options)
    assert not list(tmp_path.iterdir())
