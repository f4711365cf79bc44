# SPDX-License-Identifier: MIT
"""The places that a feature comes from, counted one channel at a time, and found where the image has something."""

import numpy as np

from tfskel.systems.st_reidnet import attention, reid_network


def network():
    return reid_network.ReIDNetwork(depth=18, width=2, classes=3, seed=1)


def test_shares_are_the_squares_of_the_maxima_at_their_places():
    images = np.random.default_rng(0).normal(size=(3, 64, 32, 3)).astype("f")
    own = network()
    found = own.backbone(images).numpy()
    want = np.zeros(found.shape[:3])
    for image, maps in enumerate(found):
        for channel in range(own.features):
            place = np.unravel_index(maps[..., channel].argmax(), maps.shape[:2])
            want[image][place] += maps[place][channel] ** 2
    np.testing.assert_allclose(want.sum(axis=(1, 2)), (own(images).numpy() ** 2).sum(axis=1), rtol=1e-5)
    np.testing.assert_allclose(attention.maps(own, images), want / want.max((1, 2), keepdims=True), rtol=1e-4)


def test_an_image_without_anything_has_no_place_and_no_nan(monkeypatch):
    own = network()
    monkeypatch.setattr(own, "backbone", lambda images, training: 0 * images)
    np.testing.assert_array_equal(attention.maps(own, np.ones((1, 4, 2, 3), "f")), 0)
