# SPDX-License-Identifier: MIT
"""CAGE on real walking (CMU motion capture with simulated sensor noise), 12 people.

python tools/run.py --config configs/cage_cmu_walk.py
A run of the original program on these very windows, 20 epochs instead of 400, one seed: recognition network rank-1 65.9
(170 scored sequences) and 66.8 (all 187), nAUC 85.2 after the last epoch (family A); retrieval by mean context vectors
rank-1 66.3, mAP 33.4 (family B). The joints were centred, as they are here.
"""

from configs import arguments, cage


@arguments.accepts()
def get_config():
    """The recipe."""
    config = cage.base()
    config.seeds = (1, 2, 3)
    config.dataset.update(name="cmu_walk", probe_order="window")
    config.dataset.centred = True
    config.dataset.options = {"noisy": True}
    config.training.epochs = 20
    config.recognition.latest_best = False
    return config
