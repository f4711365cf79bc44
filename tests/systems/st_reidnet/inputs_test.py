# SPDX-License-Identifier: MIT
"""Batches are what their draws say, equal for equal seeds and wherever the training begins."""

import types

import numpy as np
import pytest
import tensorflow as tf

from tests import fakes
from tests.tools import pose_forms
from tfskel.data import eraser
from tfskel.systems.st_reidnet import inputs

SIZE = (64, 32)
PLAIN = {"eraser": "off", "pose_augmentation": "no", "swap_sides": False, "mask": False}


def settings(**changed):
    return types.SimpleNamespace(**PLAIN | changed)


@pytest.fixture(scope="module")
def split():
    rng, examples = np.random.default_rng(3), fakes.photographs(people=3, frames=2, height=40)
    for example in examples:
        example["pose"] = rng.uniform((-3, -3), (23, 43), (17, 2)).astype(np.float32)
    return fakes.image_split(examples, SIZE[0])


TUPLES = [np.array([[0, 1, 5], [4, 3, 2]]), np.array([[7, 6, 8], [9, 10, 11]]), np.array([[5, 5, 0]])]


def arrays(batches):
    return [tf.nest.map_structure(np.asarray, batch) for batch in batches]


def assert_equal(ours, wanted):
    tf.nest.map_structure(np.testing.assert_array_equal, ours, wanted)


@pytest.mark.parametrize("make", [inputs.baseline_batches, inputs.gan_batches])
def test_a_training_that_begins_later_sees_what_it_would_have_seen(split, make):
    given = settings(eraser="original", pose_augmentation="gauss", mask=True)
    whole = arrays(make(split, TUPLES, given, seed=1))
    assert_equal(arrays(make(split, TUPLES[1:], given, seed=1, start=1)), whole[1:])
    images = [batch["input"] if isinstance(batch, dict) else batch for batch in whole]
    assert [image.shape for image in images] == [(2, 3, *SIZE, 3), (2, 3, *SIZE, 3), (1, 3, *SIZE, 3)]
    assert all(values.dtype == np.float32 for values in tf.nest.flatten(whole))
    assert (images[2][0, 0] != images[2][0, 1]).any(), "an image that comes twice is changed in two ways"
    other = arrays(make(split, TUPLES[:1], given, seed=2))
    assert (tf.nest.flatten(other)[0] != tf.nest.flatten(whole)[0]).any()


@pytest.mark.parametrize("changed", [{}, {"pose_augmentation": "gauss", "eraser": "paper", "mask": True}])
def test_images_poses_and_bodies_are_those_made_one_by_one(split, changed):
    given = settings(**changed)
    for batch, wanted in zip(inputs.gan_batches(split, TUPLES, given, 4),
                             pose_forms.gan_batches(split, TUPLES, given, 4), strict=True):  # fmt: skip
        assert set(batch) == set(wanted)
        for name, values in wanted.items():
            np.testing.assert_allclose(batch[name], values, atol=1e-6, err_msg=name)


def test_a_left_out_joint_has_an_empty_map(split):
    present = arrays(inputs.gan_batches(split, TUPLES, settings(), 4))
    for before, batch in zip(present, arrays(inputs.gan_batches(split, TUPLES, settings(pose_augmentation="erase"), 4)),
                             strict=True):  # fmt: skip
        gone = (before["pose_maps"].any(axis=(2, 3)) & ~batch["pose_maps"].any(axis=(2, 3))).sum(axis=-1)
        assert gone.max() == 1 and not batch["masks"].any()


def test_the_target_is_not_erased(split):
    batches = arrays(inputs.gan_batches(split, TUPLES * 5, settings(eraser="original"), 0))
    changed = np.concatenate([(batch["input"] != batch["target"]).any(axis=(2, 3, 4)).ravel() for batch in batches])
    assert 0.6 < changed.mean() < 0.9


def test_half_of_the_images_are_mirrored_with_all_that_belongs_to_them(split):
    one = np.zeros((100, 2), int)
    (batch,) = arrays(inputs.gan_batches(split, [one], settings(mask=True), 0))
    kinds = {name: np.unique(values.reshape(200, -1), axis=0, return_inverse=True)[1].ravel()
             for name, values in batch.items()}  # fmt: skip
    assert all(len(set(kind)) == 2 for kind in kinds.values()) and 70 < np.sum(kinds["input"]) < 130
    assert all(abs(np.corrcoef(kinds["input"], kind)[0, 1]) == pytest.approx(1) for kind in kinds.values())
    images = batch["input"].reshape(200, *SIZE, 3)
    first, second = (images[np.argmax(kinds["input"] == kind)] for kind in (0, 1))
    np.testing.assert_array_equal(first, second[:, ::-1])


def test_the_baselines_images_are_random_parts(split):
    (batch,) = arrays(inputs.baseline_batches(split, [np.zeros((20, 2), int)], settings(), 0))
    assert len(np.unique(batch.reshape(40, -1), axis=0)) > 30
    (wanted,) = pose_forms.baseline_batches(split, [np.zeros((20, 2), int)], settings(), 0)
    np.testing.assert_allclose(batch, wanted, atol=1e-6)


def test_images_without_poses_or_of_different_joints_are_refused(split):
    none = fakes.image_split([example | {"pose": np.zeros((0, 2))} for example in fakes.photographs()])
    with pytest.raises(ValueError, match="poses of 17 or 18 joints; the first image has 0. Add the poses"):
        inputs.gan_batches(none, TUPLES, settings(), 0)
    examples = [example | {"pose": np.ones((17, 2))} for example in fakes.photographs()]
    examples[5]["pose"] = np.ones((18, 2))
    with pytest.raises(tf.errors.OpError, match="identity 'p1' .tracklet 'cam0/p1'. has 18 joints, the first image 17"):
        list(inputs.gan_batches(fakes.image_split(examples), TUPLES, settings(), 0))
    with pytest.raises(ValueError, match="must be one of no, gauss, erase; received 'blur'"):
        inputs.gan_batches(split, TUPLES, settings(pose_augmentation="blur"), 0)


def test_the_places_of_the_eraser_are_those_a_recipe_may_name():
    assert eraser.PLACES == ("original", "paper", "off")
