# SPDX-License-Identifier: MIT
"""Joint distances on BIWI RGBD-ID, probe Still; no published numbers.

python tools/run.py --config configs/joint_distances_biwi.py
The gallery is the other set. Probe Walking: --config configs/joint_distances_biwi.py:probe=walking.
Mean pose and its change beside them: --config configs/joint_distances_biwi.py:pose=True.
Without metres: scale_free=True.
"""

from configs import arguments, joint_distances


@arguments.accepts(probe=("still", "walking"), **joint_distances.ARGUMENTS)
def get_config(probe="still", pose=False, scale_free=False):
    """The recipe."""
    config = joint_distances.base(pose, scale_free)
    config.dataset.update(name="biwi", probe=probe)
    return config
