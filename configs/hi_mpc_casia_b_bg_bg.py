# SPDX-License-Identifier: MIT
"""Hi-MPC on CASIA-B, 3D joints, probe bg, gallery bg. The paper reports rank-1 71.2, mAP 17.0 (family B).

python tools/run.py --config configs/hi_mpc_casia_b_bg_bg.py
The joints are centred on joint 0, which is the head.
Probe and gallery are one set: ranks skip the nearest row, mAP the first probe, as in the original.
"""

from configs import hi_mpc


def get_config():
    """The recipe."""
    config = hi_mpc.base()
    config.dataset.update(name="released", length=40, probe="bg_bg")
    config.dataset.options = {"config": "casia_b_f40"}
    config.training.eps = 0.75
    config.published = {"B rank1": 0.712, "B mAP": 0.17}
    return config
