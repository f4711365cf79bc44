# SPDX-License-Identifier: MIT
"""CAGE on KS20, pre-trained to predict the next sequence.

python tools/run.py --config configs/cage_ks20_prediction.py
"""

from configs import cage, cage_ks20


def get_config(view=""):
    """The recipe; `view` as in cage_ks20."""
    config = cage.task(cage_ks20.get_config(view), "prediction")
    config.published = {}
    return config
