# SPDX-License-Identifier: MIT
"""Hi-MPC on KGBD. The paper reports rank-1 56.9 and mAP 10.2 (family B).

python tools/run.py --config configs/hi_mpc_kgbd.py
The files have the head first: frames are centred on it, and only then are the joints put into Kinect v1 order, as in
the original. No resampling here, and train sequences do not overlap.
"""

from configs import arguments, hi_mpc


@arguments.accepts()
def get_config():
    """The recipe."""
    config = hi_mpc.base()
    config.dataset.update(name="kgbd", train_rule="testing")
    config.network.joint_order = (11, 10, 1, 0, 2, 4, 6, 8, 3, 5, 7, 9, 12, 14, 16, 18, 13, 15, 17, 19)
    config.training.update(resample=False, eps=0.6, min_samples=4)
    config.published = {"B rank1": 0.569, "B rank5": 0.702, "B rank10": 0.751, "B mAP": 0.102}
    return config
