# SPDX-License-Identifier: MIT
"""SM-SGE on CASIA-B with estimated 3D joints, cross-view probe 0. The paper reports rank-1 18.4 (family A, view 0).

python tools/run.py --config configs/sm_sge_casia_b.py
Other views: --config.dataset.options.config=casia_b_view18_f20. The joints are centred on joint 0, which is the head.
"""

from configs import sm_sge


def get_config():
    """The recipe."""
    config = sm_sge.base()
    config.dataset.update(name="released", length=20, probe="single")
    config.dataset.options = {"config": "casia_b_view0_f20"}
    config.training.update(batch_size=128, learning_rate=0.0005, epochs=160)
    config.recognition.update(batch_size=128, learning_rate=0.0005)
    config.published = {"A rank1": 0.184}
    return config
