# SPDX-License-Identifier: MIT
"""Joint distances on KS20; no published numbers.

python tools/run.py --config configs/joint_distances_ks20.py
Other lengths: --config.dataset.length=10.
Mean pose and its change beside them: --config configs/joint_distances_ks20.py:pose=True.
Without metres: scale_free=True.
"""

from configs import arguments, joint_distances


@arguments.accepts(**joint_distances.ARGUMENTS)
def get_config(pose=False, scale_free=False):
    """The recipe."""
    config = joint_distances.base(pose, scale_free)
    config.dataset.name = "ks20"
    return config
