# SPDX-License-Identifier: MIT
"""CAGE on KS20, with basic attention, no locality-aware objective.

python tools/run.py --config configs/cage_ks20_ba.py
"""

from configs import cage, cage_ks20


def get_config(view=""):
    """The recipe; `view` as in cage_ks20."""
    config = cage.basic_attention(cage_ks20.get_config(view))
    config.published = {}
    return config
