# SPDX-License-Identifier: MIT
"""Hi-MPC on the embedded walking simulator: a few minutes on two cores, nothing to download.

python tools/run.py --config configs/hi_mpc_gait_sim.py
"""

from configs import arguments, hi_mpc


@arguments.accepts()
def get_config():
    """The recipe."""
    config = hi_mpc.base()
    config.dataset.update(name="gait_sim", probe_order="window")
    config.dataset.options = {"num_identities": 10, "recordings_per_identity": 12, "frames": 60, "seed": 0}
    config.network.units = 64
    config.training.update(batch_size=64, epochs=15, probe_remainder="keep")
    return config
