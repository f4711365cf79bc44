# SPDX-License-Identifier: MIT
"""CAGE on KS20, pre-trained to sort shuffled frames.

python tools/run.py --config configs/cage_ks20_sorting.py
"""

from configs import cage, cage_ks20


def get_config(view=""):
    """The recipe; `view` as in cage_ks20."""
    config = cage.task(cage_ks20.get_config(view), "sorting")
    config.published = {}
    return config
