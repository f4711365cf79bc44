# SPDX-License-Identifier: MIT
"""CAGE on the embedded walking simulator: synthetic, small, no download.

python tools/run.py --config configs/cage_gait_sim.py
"""

from configs import arguments, cage


@arguments.accepts()
def get_config():
    """The recipe."""
    config = cage.base()
    config.dataset.update(name="gait_sim", centred=True, probe_order="window")
    config.dataset.options = {"num_identities": 10, "recordings_per_identity": 12, "frames": 60, "seed": 0}
    config.network.units = 64
    config.training.update(batch_size=64, epochs=10)
    config.recognition.update(batch_size=64, epochs=60, probe_remainder="keep")
    return config
