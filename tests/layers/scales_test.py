# SPDX-License-Identifier: MIT
"""Nodes of a scale against the matrix product of every frame."""

import numpy as np
import pytest

from tfskel import skeletons
from tfskel.layers import scales


@pytest.mark.parametrize("scale", skeletons.SCALES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_nodes_are_the_matrix_times_the_joints_of_each_frame(scale, dtype):
    matrix = skeletons.scale_matrix(skeletons.KINECT_V2, scale)
    joints = np.random.default_rng(0).normal(size=(7, matrix.shape[1], 3)).astype(dtype)
    nodes = np.asarray(scales.nodes(matrix, joints))
    assert nodes.dtype == dtype
    np.testing.assert_allclose(nodes, matrix @ joints.astype(np.float64), rtol=1e-6, atol=1e-6)
