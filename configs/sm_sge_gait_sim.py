# SPDX-License-Identifier: MIT
"""SM-SGE on the embedded walking simulator: a few minutes on two cores, nothing to download.

python tools/run.py --config configs/sm_sge_gait_sim.py
"""

from configs import arguments, sm_sge


@arguments.accepts()
def get_config():
    """The recipe."""
    config = sm_sge.base()
    config.dataset.update(name="gait_sim", probe_order="window")
    config.dataset.options = {"num_identities": 10, "recordings_per_identity": 12, "frames": 60, "seed": 0}
    config.network.units = 128
    config.training.update(batch_size=64, learning_rate=0.0025, epochs=2)
    config.recognition.update(epochs=20, probe_remainder="keep")
    return config
