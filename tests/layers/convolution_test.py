# SPDX-License-Identifier: MIT
"""Convolutions of 1x1 with strides: their gradient is that of the definition, none is asked for where oneDNN fails."""

import numpy as np
import pytest
import tensorflow as tf

from tfskel.layers import convolution

STRIDES = 2


@pytest.mark.parametrize("channels", [convolution.THIN - 1, convolution.THIN])
@pytest.mark.parametrize("padding", ["same", "centred"])
def test_gradient_of_1x1_with_strides_is_that_of_the_definition_and_thin_ones_have_no_strides(channels, padding):
    rng = np.random.default_rng(0)
    maps, slopes = (rng.normal(size=shape).astype(np.float32) for shape in ((3, 9, 8, channels), (3, 5, 4, 6)))
    layer = convolution.Convolution(6, 1, STRIDES, padding, "linear", seed=1)
    layer.build(maps.shape)

    @tf.function(autograph=False)
    def gradients(maps, slopes):
        with tf.GradientTape() as tape:
            tape.watch(maps)
            convolved = layer.convolved(maps)
        return convolved, *tape.gradient(convolved, [maps, layer.kernel.value], slopes)

    convolved, of_maps, of_kernel = (np.asarray(value) for value in gradients(maps, slopes))
    kernel, seen, wanted = np.asarray(layer.kernel)[0, 0], maps[:, ::STRIDES, ::STRIDES], np.zeros_like(maps)
    wanted[:, ::STRIDES, ::STRIDES] = slopes @ kernel.T
    np.testing.assert_allclose(convolved, seen @ kernel, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(of_maps, wanted, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(of_kernel[0, 0], np.einsum("nhwc,nhwd->cd", seen, slopes), rtol=1e-4, atol=1e-5)
    traced = gradients.get_concrete_function(maps, slopes).graph.get_operations()
    of_filter = [list(made.get_attr("strides")) for made in traced if made.type == "Conv2DBackpropFilter"]
    strides = STRIDES if channels >= convolution.THIN else 1
    assert of_filter == [[1, strides, strides, 1]]
