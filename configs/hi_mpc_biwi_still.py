# SPDX-License-Identifier: MIT
"""Hi-MPC on BIWI RGBD-ID, probe Still, gallery Walking. The paper reports rank-1 47.5 and mAP 17.4 (family B).

python tools/run.py --config configs/hi_mpc_biwi_still.py
Other lengths: --config.dataset.length=4 (or 8, 10).
"""

from configs import hi_mpc


def get_config():
    """The recipe."""
    config = hi_mpc.base()
    config.dataset.update(name="biwi", probe="still")
    config.training.eps = 0.6
    config.published = {"B rank1": 0.475, "B rank5": 0.703, "B rank10": 0.786, "B mAP": 0.174}
    return config
