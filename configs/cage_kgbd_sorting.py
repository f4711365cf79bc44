# SPDX-License-Identifier: MIT
"""CAGE on KGBD, pre-trained to sort shuffled frames.

python tools/run.py --config configs/cage_kgbd_sorting.py
"""

from configs import cage, cage_kgbd


def get_config():
    """The recipe."""
    config = cage.task(cage_kgbd.get_config(), "sorting")
    config.published = {}
    return config
