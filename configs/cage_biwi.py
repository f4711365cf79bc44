# SPDX-License-Identifier: MIT
"""CAGE on BIWI. The paper reports rank-1 62.9 and nAUC 86.8 (family A), of one test set.

python tools/run.py --config configs/cage_biwi.py
It reads the authors' arrays, see datasets_tfds/released/README.md. With arrays that have two test sets:
--config configs/cage_biwi.py:walking (or still).
"""

from configs import cage


def get_config(probe="single"):
    """The recipe; `probe` is single, walking or still."""
    config = cage.base()
    config.dataset.update(name="released", probe=probe)
    config.dataset.options = {"config": "biwi_f6"}
    config.training.drop_last_third = True
    config.published = {"A rank1": 0.629, "A nAUC": 0.868}
    return config
