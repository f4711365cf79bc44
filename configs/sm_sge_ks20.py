# SPDX-License-Identifier: MIT
"""SM-SGE on KS20. The paper reports rank-1 87.5 and nAUC 95.8 (family A).

python tools/run.py --config configs/sm_sge_ks20.py
Other lengths: --config.dataset.length=4 (or 8, 10).
"""

from configs import arguments, sm_sge


@arguments.accepts()
def get_config():
    """The recipe."""
    config = sm_sge.base()
    config.dataset.update(name="ks20")
    config.training.update(batch_size=64, learning_rate=0.0005, epochs=200)
    config.published = {"A rank1": 0.875, "A nAUC": 0.958}
    return config
