# SPDX-License-Identifier: MIT
"""Hi-MPC on IAS-Lab, probe B. The paper reports rank-1 48.2 and mAP 25.3 (family B).

python tools/run.py --config configs/hi_mpc_ias_b.py
Other lengths: --config.dataset.length=4 (or 8, 10).
"""

from configs import hi_mpc


def get_config():
    """The recipe."""
    config = hi_mpc.base()
    config.dataset.update(name="ias", probe="b")
    config.published = {"B rank1": 0.482, "B rank5": 0.702, "B rank10": 0.778, "B mAP": 0.253}
    return config
