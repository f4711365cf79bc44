# SPDX-License-Identifier: MIT
"""CAGE on BIWI, pre-trained to sort shuffled frames.

python tools/run.py --config configs/cage_biwi_sorting.py
"""

from configs import cage, cage_biwi


def get_config(probe="single"):
    """The recipe; `probe` as in cage_biwi."""
    config = cage.task(cage_biwi.get_config(probe), "sorting")
    config.published = {}
    return config
