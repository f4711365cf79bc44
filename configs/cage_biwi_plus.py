# SPDX-License-Identifier: MIT
"""CAGE on BIWI, three pretext tasks. The paper reports rank-1 63.3 and nAUC 88.3 (family A).

python tools/run.py --config configs/cage_biwi_plus.py
The program really uses the encoder of reverse reconstruction three times; three different tasks, as the paper says:
--config.training.legacy_plus=False.
"""

from configs import cage, cage_biwi


def get_config(probe="single"):
    """The recipe; `probe` as in cage_biwi."""
    config = cage.plus(cage_biwi.get_config(probe))
    config.published = {"A rank1": 0.633, "A nAUC": 0.883}
    return config
