# SPDX-License-Identifier: MIT
"""Units of residual networks and heads beside them in 16 bits; recordings of whole networks hold them in float32."""

import numpy as np
import pytest

from tfskel.layers import residual
from tfskel.systems.upmnet import model as upmnet
from tfskel.training import precision

MAPS = np.random.default_rng(0).normal(size=(2, 6, 4, 5)).astype(np.float32)
LAYERS = {
    "three convolutions": (lambda: residual.ResidualUnit(6, 3, 2, seed=1), MAPS),
    "two, and the shortcut as it is": (lambda: residual.ResidualUnit(5, seed=1), MAPS),
    "relation head": (lambda: upmnet.RelationHead(4, stddev=0.1, seed=1), MAPS[:, 0]),
}


@pytest.mark.parametrize("kind", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("name", LAYERS)
def test_sums_of_two_branches_are_near_float32_where_inputs_have_16_bits(name, kind):
    make, given = LAYERS[name]
    wanted = np.asarray(make()(given, training=True))
    with precision.opened(kind):
        received = np.asarray(make()(given, training=True), np.float32)
    np.testing.assert_allclose(received, wanted, atol=0.05 * np.abs(wanted).max())
