# SPDX-License-Identifier: MIT
"""Nodes of a coarser or finer scale of skeletons, from their joints."""

import numpy as np
from keras import ops


def nodes(matrix, joints):
    """Positions of nodes, of all axes by one product: three times the multiplications, in less than half of the time.

    Args:
        matrix: (nodes, J) float array, see `skeletons.scale_matrix`.
        joints: (rows, J, 3) float.

    Returns:
        (rows, nodes, 3) in the joints' dtype.
    """
    by_axis = np.kron(np.transpose(matrix), np.eye(3))  # (3 * J, 3 * nodes)
    flat = ops.reshape(joints, (-1, len(by_axis)))
    return ops.reshape(ops.matmul(flat, ops.cast(by_axis, joints.dtype)), (-1, len(matrix), 3))
