# SPDX-License-Identifier: MIT
"""CAGE on KGBD. The paper reports rank-1 86.9 and nAUC 97.1 (family A).

python tools/run.py --config configs/cage_kgbd.py
It reads the authors' arrays, see datasets_tfds/released/README.md. The joints stay in file order, as in the original.
"""

from configs import cage


def get_config():
    """The recipe."""
    config = cage.base()
    config.dataset.update(name="released", probe="single")
    config.dataset.options = {"config": "kgbd_f6"}
    config.training.update(epochs=150, temperature=0.5)
    config.recognition.epochs = 200
    config.published = {"A rank1": 0.869, "A nAUC": 0.971}
    return config
