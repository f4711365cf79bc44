# SPDX-License-Identifier: MIT
"""CAGE on CASIA-B, 3D joints, probe nm matched in gallery nm. The paper reports rank-1 54.3 (family B, own matching).

python tools/run.py --config configs/cage_casia_b_cme_nm_nm.py
Lengths 60 and 70: --config.dataset.length=60 --config.dataset.options.config=casia_b_f60.
The nearest row is the probe itself, so the second nearest counts.
"""

from configs import cage


def get_config():
    """The recipe."""
    config = cage.base()
    config.dataset.update(name="released", length=50, probe="nm_nm", centred=True)
    config.dataset.options = {"config": "casia_b_f50"}
    config.training.update(epochs=100, temperature=0.15)
    config.recognition.update(manner="sc", epochs=0)
    config.published = {"B rank1": 0.543}
    return config
