# SPDX-License-Identifier: MIT
"""Joint distances on real walking (CMU motion capture with simulated sensor noise), 12 people.

python tools/run.py --config configs/joint_distances_cmu_walk.py
Family B rank-1 93, mAP 88 of all 187 probe sequences; settings were chosen on draws from the train split alone, but
which idea to try was chosen with the probe in view.
Only simulated people, no real data: --config.training.real_share=0. Settings by draws: --config.selection.draws=5.
Mean pose and its change beside them: --config configs/joint_distances_cmu_walk.py:pose=True.
Without metres: scale_free=True.
"""

from configs import arguments, joint_distances


@arguments.accepts(**joint_distances.ARGUMENTS)
def get_config(pose=False, scale_free=False):
    """The recipe."""
    config = joint_distances.base(pose, scale_free)
    config.dataset.name = "cmu_walk"
    config.dataset.options = {"noisy": True}
    return config
