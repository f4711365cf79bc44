# SPDX-License-Identifier: MIT
"""Hi-MPC on real walking (CMU motion capture with simulated sensor noise), 12 people.

python tools/run.py --config configs/hi_mpc_cmu_walk.py
The original program on these very windows, stopped after 15 epochs: MSMR rank-1 69.0 (65.8-72.2), mAP 41.3 of all 187
probe sequences, two seeds. To stop there too: --config.training.epochs=15.
Its smaller set, run to its own early stop, rank-1 57.0, mAP 33.2: --config.dataset.train_rule=testing.
"""

from configs import arguments, hi_mpc


@arguments.accepts()
def get_config():
    """The recipe."""
    config = hi_mpc.base()
    config.seeds = (1, 2, 3)
    config.dataset.update(name="cmu_walk", probe_order="window")
    config.dataset.options = {"noisy": True}
    config.training.batch_size = 64
    return config
