# SPDX-License-Identifier: MIT
"""SM-SGE on real walking (CMU motion capture with simulated sensor noise), 12 people.

python tools/run.py --config configs/sm_sge_cmu_walk.py
A run of the original program on these very windows reached rank-1 66.4 and nAUC 89.3 on 128 probe sequences after the
last epoch, 69.5 on all 187 (family A), and retrieval rank-1 61.0, mAP 36.3 (family B); one seed.
"""

from configs import arguments, sm_sge


@arguments.accepts()
def get_config():
    """The recipe."""
    config = sm_sge.base()
    config.seeds = (1, 2, 3)
    config.dataset.update(name="cmu_walk", probe_order="window")
    config.dataset.options = {"noisy": True}
    config.training.update(batch_size=64, learning_rate=0.0025, epochs=6)
    config.recognition.update(epochs=40, first_saved_epoch=10)
    return config
