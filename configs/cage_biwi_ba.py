# SPDX-License-Identifier: MIT
"""CAGE on BIWI, with basic attention, no locality-aware objective.

python tools/run.py --config configs/cage_biwi_ba.py
"""

from configs import cage, cage_biwi


def get_config(probe="single"):
    """The recipe; `probe` as in cage_biwi."""
    config = cage.basic_attention(cage_biwi.get_config(probe))
    config.published = {}
    return config
