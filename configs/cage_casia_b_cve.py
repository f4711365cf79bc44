# SPDX-License-Identifier: MIT
"""CAGE on CASIA-B with estimated 3D joints, cross-view evaluation of one view. Family A.

python tools/run.py --config configs/cage_casia_b_cve.py:0
Views 0 to 10 are 0 to 180 degrees in steps of 18. Lengths 20, 30, 40: --config.dataset.length=30
--config.dataset.options.config=casia_b_view0_f30. The joints are centred on joint 0, which is the head.
"""

from configs import cage

RANK1 = (0.355, 0.785, 0.795, 0.580, 0.661, 0.760, 0.644, 0.669, 0.684, 0.499, 0.463)


def get_config(view="0"):
    """The recipe; `view` is 0 to 10."""
    if view not in map(str, range(len(RANK1))):
        raise ValueError(f"CASIA-B has the views 0 to {len(RANK1) - 1}; received {view!r}.")
    config = cage.base()
    config.dataset.update(name="released", length=20, probe="single", centred=True)
    config.dataset.options = {"config": f"casia_b_view{view}_f20"}
    config.training.update(epochs=100, temperature=0.15)
    config.recognition.update(batch_size=1280, learning_rate=0.005, epochs=1000)
    config.published = {"A rank1": RANK1[int(view)]}
    return config
