# SPDX-License-Identifier: MIT
"""SM-SGE on IAS-Lab, probe B. The paper reports rank-1 69.8 and nAUC 90.4 (family A).

python tools/run.py --config configs/sm_sge_ias_b.py
The original always pre-trains 120 epochs here, with batches of 64 for A and B alike (its branch for 128 is
never reached).
"""

from configs import sm_sge


def get_config():
    """The recipe."""
    config = sm_sge.base()
    config.dataset.update(name="ias", probe="b")
    config.training.update(batch_size=64, learning_rate=0.0025, epochs=120)
    config.recognition.first_saved_epoch = 10
    config.published = {"A rank1": 0.698, "A nAUC": 0.904}
    return config
