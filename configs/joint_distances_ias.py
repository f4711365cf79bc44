# SPDX-License-Identifier: MIT
"""Joint distances on IAS-Lab, probe A; no published numbers.

python tools/run.py --config configs/joint_distances_ias.py
Probe B: --config configs/joint_distances_ias.py:probe=b.
Mean pose and its change beside them: --config configs/joint_distances_ias.py:pose=True.
Without metres: scale_free=True.
"""

from configs import arguments, joint_distances


@arguments.accepts(probe=("a", "b"), **joint_distances.ARGUMENTS)
def get_config(probe="a", pose=False, scale_free=False):
    """The recipe."""
    config = joint_distances.base(pose, scale_free)
    config.dataset.update(name="ias", probe=probe)
    return config
