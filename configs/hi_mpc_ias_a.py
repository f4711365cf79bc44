# SPDX-License-Identifier: MIT
"""Hi-MPC on IAS-Lab, probe A. The paper reports rank-1 45.6 and mAP 23.2 (family B).

python tools/run.py --config configs/hi_mpc_ias_a.py
Other lengths: --config.dataset.length=4 (or 8, 10).
"""

from configs import hi_mpc


def get_config():
    """The recipe."""
    config = hi_mpc.base()
    config.dataset.update(name="ias", probe="a")
    config.published = {"B rank1": 0.456, "B rank5": 0.673, "B rank10": 0.754, "B mAP": 0.232}
    return config
