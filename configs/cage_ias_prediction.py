# SPDX-License-Identifier: MIT
"""CAGE on IAS-Lab, pre-trained to predict the next sequence.

python tools/run.py --config configs/cage_ias_prediction.py
"""

from configs import cage, cage_ias


def get_config(probe="a"):
    """The recipe; `probe` as in cage_ias."""
    config = cage.task(cage_ias.get_config(probe), "prediction")
    config.published = {}
    return config
