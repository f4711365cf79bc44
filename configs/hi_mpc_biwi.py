# SPDX-License-Identifier: MIT
"""Hi-MPC on BIWI RGBD-ID. The paper reports rank-1 47.5, mAP 17.4 for probe Still, 27.3, 22.6 for Walking (family B).

python tools/run.py --config configs/hi_mpc_biwi.py
The gallery is the other set. Probe Walking: --config configs/hi_mpc_biwi.py:probe=walking.
Other lengths: --config.dataset.length=4 (or 8, 10).
"""

from configs import arguments, hi_mpc

PUBLISHED = {
    "still": {"B rank1": 0.475, "B rank5": 0.703, "B rank10": 0.786, "B mAP": 0.174},
    "walking": {"B rank1": 0.273, "B rank5": 0.403, "B rank10": 0.488, "B mAP": 0.226},
}
EPS = {"still": 0.6, "walking": 0.8}


@arguments.accepts(probe=PUBLISHED)
def get_config(probe="still"):
    """The recipe."""
    config = hi_mpc.base()
    config.dataset.update(name="biwi", probe=probe)
    config.training.eps = EPS[probe]
    config.published = PUBLISHED[probe]
    return config
