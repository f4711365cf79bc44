# SPDX-License-Identifier: MIT
"""Made images: whose person, in whose pose, and equal maps in the export and in the training."""

import numpy as np
import pytest
import tensorflow as tf

from tests.systems.st_reidnet import system_test
from tfskel.data import image_pixels, pose_maps
from tfskel.systems.st_reidnet import gan, inputs, pictures

SIZE = (256, 128)


@pytest.fixture(scope="module")
def own():
    return system_test.made(system_test.recipe("gan"))


def test_maps_of_a_graph_are_those_of_the_training_also_of_joints_at_and_beyond_the_border():
    rng = np.random.default_rng(0)
    pose = rng.uniform(-5, 70, (6, 17, 2)).astype("f")
    pose[0, :4] = [(-0.5, 3), (49.999, 79.9), (50, 3), (3, 80)]
    found = pictures.maps(tf.constant(pose), tf.constant((80, 50)), SIZE)
    for ours, joints in zip(found, pose, strict=True):
        want = pose_maps.maps(pose_maps.landmarks(joints, (80, 50), SIZE), inputs.SIGMA, SIZE)
        np.testing.assert_allclose(ours, want, atol=1e-6)


def test_shown_images_are_bytes_of_the_normalised_ones_cut_off_at_the_ends():
    colours = np.arange(768, dtype=np.uint8).reshape(16, 16, 3)
    np.testing.assert_array_equal(pictures.shown(image_pixels.normalised(colours)), colours)
    beyond = pictures.shown(tf.constant([[-9.0, 0.0, 9.0]]))
    assert beyond[0, 0] == 0 and beyond[0, 2] == 255


def test_reconstruct_puts_the_persons_of_images_of_any_size_into_the_given_poses(own):
    images = np.random.default_rng(1).integers(0, 256, (2, 60, 40, 3)).astype(np.uint8)
    poses = np.random.default_rng(2).uniform(0, 40, (2, 17, 2)).astype("f")
    features = own.encoder.features_and_logits(own.prepare(tf.constant(images)))[0]
    maps = pictures.maps(tf.constant(poses), tf.constant((60, 40)), SIZE)
    want = own.models["gan"][gan.GENERATOR]((maps, features))
    found = own.reconstruct(tf.constant(images), tf.constant(poses))
    np.testing.assert_allclose(found.numpy().astype(int), pictures.shown(want).numpy().astype(int), atol=1)
    assert found.shape == (2, *SIZE, 3)


def test_the_ten_pictures_show_two_images_of_a_person_and_each_in_the_others_pose(own, monkeypatch):
    data = system_test.fit(256, joints=17, people=2).train
    monkeypatch.setattr(pictures, "generate", lambda networks, images, maps: images + tf.reduce_mean(maps))
    monkeypatch.setattr(pose_maps, "mask", lambda places, size: np.ones(size, np.uint8))
    found = own.generated(data)
    assert len(found) == 10 and {images.shape for images in found.values()} == {(2, *SIZE, 3)}
    np.testing.assert_array_equal(found["first image"], pictures.shown(data.read(np.array([0, 2]))))
    np.testing.assert_array_equal(found["second image"], pictures.shown(data.read(np.array([1, 3]))))
    shift = tf.reduce_mean(pose_maps.maps(pose_maps.landmarks(data.poses([1])[0], (32, 16), SIZE), 5, SIZE))
    assert found["its body (first)"].min() == 255 and 0 < shift < 1
    assert own.generated(system_test.fit(256, joints=0).train) == {}
    assert system_test.made(system_test.recipe()).generated(data) == {}
