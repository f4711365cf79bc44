# SPDX-License-Identifier: MIT
"""CAGE on IAS-Lab, pre-trained to sort shuffled frames.

python tools/run.py --config configs/cage_ias_sorting.py
"""

from configs import cage, cage_ias


def get_config(probe="a"):
    """The recipe; `probe` as in cage_ias."""
    config = cage.task(cage_ias.get_config(probe), "sorting")
    config.published = {}
    return config
