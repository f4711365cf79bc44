# SPDX-License-Identifier: MIT
"""Joint distances on KGBD; no published numbers.

python tools/run.py --config configs/joint_distances_kgbd.py
The files have the head first; the joints are put into the order of Kinect v1.
Mean pose and its change beside them: --config configs/joint_distances_kgbd.py:pose=True.
Without metres: scale_free=True.
"""

from configs import arguments, joint_distances


@arguments.accepts(**joint_distances.ARGUMENTS)
def get_config(pose=False, scale_free=False):
    """The recipe."""
    config = joint_distances.base(pose, scale_free)
    config.dataset.name = "kgbd"
    config.network.joint_order = (11, 10, 1, 0, 2, 4, 6, 8, 3, 5, 7, 9, 12, 14, 16, 18, 13, 15, 17, 19)
    return config
