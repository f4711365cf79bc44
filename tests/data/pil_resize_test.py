# SPDX-License-Identifier: MIT
"""Resized bytes are those of Pillow, whatever the sizes, in training and in an exported model."""

import warnings

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tfskel.data import pil_resize


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def by_pillow(image, size):
    return np.asarray(Image.fromarray(image).resize(size[::-1], Image.Resampling.BILINEAR))


SIZES = [  # from -> to
    ((128, 64), (256, 128)),
    ((96, 48), (256, 128)),
    ((256, 128), (256, 128)),
    ((256, 64), (256, 128)),
    ((300, 128), (256, 128)),
    ((97, 201), (64, 32)),
    ((1, 1), (5, 3)),
    ((1000, 30), (7, 40)),
    ((2000, 1500), (256, 128)),
]


@pytest.mark.parametrize("given, wanted", SIZES)
def test_bytes_are_those_of_pillow(given, wanted):
    images = np.stack([noise(*given, seed) for seed in (0, 1)])
    images[1] = np.where(images[1] > 127, 255, 0)  # the largest jumps
    found = pil_resize.resize(images, wanted).numpy()
    np.testing.assert_array_equal(found, [by_pillow(image, wanted) for image in images])


def test_weights_of_an_image_as_large_as_allowed_are_shares_of_one():
    inputs, weights = pil_resize.taps(tf.constant(16384), 32)
    assert inputs.shape == weights.shape == (32, 1025)
    np.testing.assert_allclose(weights.numpy().sum(axis=1) / 2**22, 1, atol=1e-4)
    whole = np.maximum(0, 512 - np.abs(np.arange(16384) + 0.5 - 256 * 17)) / 512**2  # of place 8, written out
    np.testing.assert_allclose(np.bincount(inputs[8], weights[8] / 2**22, 16384), whole, atol=2**-22)


class Model(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec((None, None, None, 3), tf.uint8, name="images")])
    def embed(self, images):
        resized = tf.cast(pil_resize.resize(images, (64, 32)), tf.float32)
        return {"features": resized, "sums": tf.nn.conv2d(resized, tf.ones((1, 1, 3, 1)), 1, "VALID")}


def test_a_tflite_model_of_built_in_operations_resizes_images_of_any_size_the_same(tmp_path):
    model = Model()
    tf.saved_model.save(model, tmp_path, signatures={"embed": model.embed})
    content = tf.lite.TFLiteConverter.from_saved_model(str(tmp_path), signature_keys=["embed"]).convert()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        runner = tf.lite.Interpreter(model_content=content).get_signature_runner("embed")
    for size in ((50, 30), (64, 32), (400, 90)):
        images = np.stack([noise(*size, seed) for seed in (0, 1)])
        wanted = np.stack([by_pillow(image, (64, 32)) for image in images])
        received = runner(images=images)
        np.testing.assert_array_equal(received["features"], wanted)
        np.testing.assert_array_equal(received["sums"], wanted.sum(axis=-1, keepdims=True))
