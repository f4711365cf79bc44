# SPDX-License-Identifier: MIT
"""Hi-MPC on BIWI RGBD-ID, probe Walking, gallery Still. The paper reports rank-1 27.3 and mAP 22.6 (family B).

python tools/run.py --config configs/hi_mpc_biwi_walking.py
Other lengths: --config.dataset.length=4 (or 8, 10).
"""

from configs import hi_mpc


def get_config():
    """The recipe."""
    config = hi_mpc.base()
    config.dataset.update(name="biwi", probe="walking")
    config.published = {"B rank1": 0.273, "B rank5": 0.403, "B rank10": 0.488, "B mAP": 0.226}
    return config
