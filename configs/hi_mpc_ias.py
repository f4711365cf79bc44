# SPDX-License-Identifier: MIT
"""Hi-MPC on IAS-Lab. The paper reports rank-1 45.6 and mAP 23.2 for probe A, 48.2 and 25.3 for B (family B).

python tools/run.py --config configs/hi_mpc_ias.py
Probe B: --config configs/hi_mpc_ias.py:probe=b. Other lengths: --config.dataset.length=4 (or 8, 10).
"""

from configs import arguments, hi_mpc

PUBLISHED = {
    "a": {"B rank1": 0.456, "B rank5": 0.673, "B rank10": 0.754, "B mAP": 0.232},
    "b": {"B rank1": 0.482, "B rank5": 0.702, "B rank10": 0.778, "B mAP": 0.253},
}


@arguments.accepts(probe=PUBLISHED)
def get_config(probe="a"):
    """The recipe."""
    config = hi_mpc.base()
    config.dataset.update(name="ias", probe=probe)
    config.published = PUBLISHED[probe]
    return config
