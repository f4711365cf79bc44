# SPDX-License-Identifier: MIT
"""Grad-CAM: its formula on a network that can be computed by hand."""

import numpy as np
import pytest

from tfskel.systems.upmnet import grad_cam, model

SEED = 6


def network(**settings):
    return model.PartNetwork("resnet_v1_50", 2, blocks=((1, 6, 4), (1, 5, 4)), seed=SEED, **settings)


IMAGES = np.random.default_rng(0).uniform(-1, 1, (3, 32, 16, 3)).astype("f")


def test_of_the_last_map_of_a_local_network_all_weights_are_equal():
    own = network()
    found = own.trunk(IMAGES).numpy()
    # the gradient is the same at every place, so scaled to root mean square 1 it is 1 everywhere
    want = 1 + found.sum(-1)
    np.testing.assert_allclose(grad_cam.maps(own, IMAGES), want / want.max((1, 2), keepdims=True), rtol=1e-3)


@pytest.mark.parametrize("relation", model.RELATIONS)
def test_of_an_earlier_map_it_follows_the_gradient(relation):
    own, name = network(relation=relation), "block1_unit_1"
    found = own.trunk.maps(IMAGES)[name].numpy()

    def objective(maps):
        return own.of_maps(own.trunk.units[1](maps)).numpy().mean(-1).sum(-1)

    step, (_, height, width, channels) = 2e-2, found.shape
    slopes = np.zeros_like(found)
    for place in np.ndindex(height, width, channels):
        moved = np.zeros_like(found)
        moved[(slice(None), *place)] = step
        slopes[(slice(None), *place)] = (objective(found + moved) - objective(found - moved)) / (2 * step)
    slopes /= np.sqrt((slopes**2).mean((1, 2, 3), keepdims=True)) + 1e-5
    cams = np.maximum(1 + (slopes.mean((1, 2), keepdims=True) * found).sum(-1), 0)
    assert cams.max((1, 2)).min() > 0
    want = cams / cams.max((1, 2), keepdims=True)
    ours = grad_cam.maps(own, IMAGES, name)
    np.testing.assert_allclose(ours, want, atol=0.03)
    alone = np.concatenate([grad_cam.maps(own, image[None], name) for image in IMAGES])
    np.testing.assert_allclose(ours, alone, atol=1e-5)


def test_an_unknown_layer_is_named_beside_the_known_ones():
    with pytest.raises(ValueError, match="no layer 'PrePool'; its layers are conv1, block1_unit_1, block2_unit_1"):
        grad_cam.maps(network(), IMAGES, "PrePool")
