# SPDX-License-Identifier: MIT
"""SM-SGE on IAS-Lab. The paper reports rank-1 59.4 and nAUC 86.7 for probe A, 69.8 and 90.4 for B (family A).

python tools/run.py --config configs/sm_sge_ias.py
Probe B: --config configs/sm_sge_ias.py:probe=b. The original always pre-trains 120 epochs here, with batches of 64 for
A and B alike (its branch for 128 is never reached).
"""

from configs import arguments, sm_sge

PUBLISHED = {"a": {"A rank1": 0.594, "A nAUC": 0.867}, "b": {"A rank1": 0.698, "A nAUC": 0.904}}


@arguments.accepts(probe=PUBLISHED)
def get_config(probe="a"):
    """The recipe."""
    config = sm_sge.base()
    config.dataset.update(name="ias", probe=probe)
    config.training.update(batch_size=64, learning_rate=0.0025, epochs=120)
    config.recognition.first_saved_epoch = 10
    config.published = PUBLISHED[probe]
    return config
