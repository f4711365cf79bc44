# SPDX-License-Identifier: MIT
"""Hi-MPC on KS20. The paper reports rank-1 69.6 and mAP 22.0 (family B).

python tools/run.py --config configs/hi_mpc_ks20.py
Other lengths: --config.dataset.length=4 (or 8, 10).
"""

from configs import arguments, hi_mpc


@arguments.accepts()
def get_config():
    """The recipe."""
    config = hi_mpc.base()
    config.dataset.update(name="ks20")
    config.published = {"B rank1": 0.696, "B rank5": 0.835, "B rank10": 0.871, "B mAP": 0.22}
    return config
