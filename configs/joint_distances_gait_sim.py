# SPDX-License-Identifier: MIT
"""Joint distances on the embedded walking simulator, whose people are like those that the fit knows: in-domain.

python tools/run.py --config configs/joint_distances_gait_sim.py
Mean pose and its change beside them: --config configs/joint_distances_gait_sim.py:pose=True.
Without metres: scale_free=True.
"""

from configs import arguments, joint_distances


@arguments.accepts(**joint_distances.ARGUMENTS)
def get_config(pose=False, scale_free=False):
    """The recipe."""
    config = joint_distances.base(pose, scale_free)
    config.dataset.name = "gait_sim"
    config.dataset.options = {"num_identities": 10, "recordings_per_identity": 12, "frames": 60, "seed": 0}
    return config
