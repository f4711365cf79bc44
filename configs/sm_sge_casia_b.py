# SPDX-License-Identifier: MIT
"""SM-SGE on CASIA-B with estimated 3D joints, cross-view. The paper reports rank-1 18.4 for view 0 (family A).

python tools/run.py --config configs/sm_sge_casia_b.py
Views 0 to 10 are 0 to 180 degrees in steps of 18: --config configs/sm_sge_casia_b.py:view=3. The joints are centred on
joint 0, which is the head.
"""

from configs import arguments, sm_sge

RANK1 = (0.184, 0.508, 0.536, 0.409, 0.512, 0.593, 0.523, 0.539, 0.302, 0.288, 0.136)


@arguments.accepts(view=range(len(RANK1)))
def get_config(view=0):
    """The recipe."""
    config = sm_sge.base()
    config.dataset.update(name="released", length=20, probe="single")
    config.dataset.options = {"config": f"casia_b_view{view}_f20"}
    config.training.update(batch_size=128, learning_rate=0.0005, epochs=160)
    config.recognition.update(batch_size=128, learning_rate=0.0005)
    config.published = {"A rank1": RANK1[view]}
    return config
