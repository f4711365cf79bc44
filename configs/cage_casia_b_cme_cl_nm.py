# SPDX-License-Identifier: MIT
"""CAGE on CASIA-B, 3D joints, probe cl matched in gallery nm. The paper reports rank-1 27.0 (family B, own matching).

python tools/run.py --config configs/cage_casia_b_cme_cl_nm.py
Lengths 60 and 70: --config.dataset.length=60 --config.dataset.options.config=casia_b_f60.
"""

from configs import cage


def get_config():
    """The recipe."""
    config = cage.base()
    config.dataset.update(name="released", length=50, probe="cl_nm", centred=True)
    config.dataset.options = {"config": "casia_b_f50"}
    config.training.update(epochs=100, temperature=0.15)
    config.recognition.update(manner="sc", epochs=0)
    config.published = {"B rank1": 0.270}
    return config
