# SPDX-License-Identifier: MIT
"""CAGE on KGBD, with basic attention, no locality-aware objective.

python tools/run.py --config configs/cage_kgbd_ba.py
"""

from configs import cage, cage_kgbd


def get_config():
    """The recipe."""
    config = cage.basic_attention(cage_kgbd.get_config())
    config.published = {}
    return config
