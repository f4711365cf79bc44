# SPDX-License-Identifier: MIT
"""CAGE on IAS-Lab, three pretext tasks. The paper reports rank-1 59.1 and nAUC 81.5, for B 62.2 and 86.2 (family A).

python tools/run.py --config configs/cage_ias_plus.py
The program really uses the encoder of reverse reconstruction three times; three different tasks, as the paper says:
--config.training.legacy_plus=False.
"""

from configs import cage, cage_ias

PUBLISHED = {"a": {"A rank1": 0.591, "A nAUC": 0.815}, "b": {"A rank1": 0.622, "A nAUC": 0.862}}


def get_config(probe="a"):
    """The recipe; `probe` as in cage_ias."""
    config = cage.plus(cage_ias.get_config(probe))
    config.published = PUBLISHED.get(probe, {})
    return config
