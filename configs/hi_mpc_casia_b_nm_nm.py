# SPDX-License-Identifier: MIT
"""Hi-MPC on CASIA-B, 3D joints, probe nm, gallery nm. The paper reports rank-1 85.5, mAP 11.2 (family B).

python tools/run.py --config configs/hi_mpc_casia_b_nm_nm.py
The joints are centred on joint 0, which is the head.
Probe and gallery are one set: ranks skip the nearest row, mAP the first probe, as in the original.
"""

from configs import hi_mpc


def get_config():
    """The recipe."""
    config = hi_mpc.base()
    config.dataset.update(name="released", length=40, probe="nm_nm")
    config.dataset.options = {"config": "casia_b_f40"}
    config.training.eps = 0.75
    config.published = {"B rank1": 0.855, "B mAP": 0.112}
    return config
