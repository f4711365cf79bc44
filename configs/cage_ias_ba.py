# SPDX-License-Identifier: MIT
"""CAGE on IAS-Lab, with basic attention, no locality-aware objective.

python tools/run.py --config configs/cage_ias_ba.py
"""

from configs import cage, cage_ias


def get_config(probe="a"):
    """The recipe; `probe` as in cage_ias."""
    config = cage.basic_attention(cage_ias.get_config(probe))
    config.published = {}
    return config
