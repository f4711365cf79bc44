# SPDX-License-Identifier: MIT
"""CAGE on KGBD, pre-trained to predict the next sequence.

python tools/run.py --config configs/cage_kgbd_prediction.py
"""

from configs import cage, cage_kgbd


def get_config():
    """The recipe."""
    config = cage.task(cage_kgbd.get_config(), "prediction")
    config.published = {}
    return config
