# SPDX-License-Identifier: MIT
"""Hi-MPC on CASIA-B, 3D joints, probe cl, gallery nm. The paper reports rank-1 27.2, mAP 4.9 (family B).

python tools/run.py --config configs/hi_mpc_casia_b_cl_nm.py
The joints are centred on joint 0, which is the head.
"""

from configs import hi_mpc


def get_config():
    """The recipe."""
    config = hi_mpc.base()
    config.dataset.update(name="released", length=40, probe="cl_nm")
    config.dataset.options = {"config": "casia_b_f40"}
    config.training.eps = 0.75
    config.published = {"B rank1": 0.272, "B mAP": 0.049}
    return config
