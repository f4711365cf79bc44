# SPDX-License-Identifier: MIT
"""Hi-MPC on CASIA-B, 3D joints, probe bg, gallery nm. The paper reports rank-1 50.1, mAP 7.5 (family B).

python tools/run.py --config configs/hi_mpc_casia_b_bg_nm.py
The joints are centred on joint 0, which is the head.
"""

from configs import hi_mpc


def get_config():
    """The recipe."""
    config = hi_mpc.base()
    config.dataset.update(name="released", length=40, probe="bg_nm")
    config.dataset.options = {"config": "casia_b_f40"}
    config.training.eps = 0.75
    config.published = {"B rank1": 0.501, "B mAP": 0.075}
    return config
