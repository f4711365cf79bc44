# SPDX-License-Identifier: MIT
"""CAGE on KGBD. The paper reports rank-1 86.9 and nAUC 97.1, with three tasks 90.6 and 98.1 (family A).

python tools/run.py --config configs/cage_kgbd.py
It reads the authors' arrays, see datasets_tfds/released/README.md. The joints stay in file order, as in the original.
Other pretext tasks: variant=ba, prediction, sorting or plus, see VARIANTS in configs/cage.py, e.g.
--config configs/cage_kgbd.py:variant=plus.
"""

from configs import arguments, cage

PUBLISHED = {"la": {"A rank1": 0.869, "A nAUC": 0.971}, "plus": {"A rank1": 0.906, "A nAUC": 0.981}}


@arguments.accepts(variant=cage.VARIANTS)
def get_config(variant="la"):
    """The recipe."""
    config = cage.base(variant)
    config.dataset.update(name="released", probe="single")
    config.dataset.options = {"config": "kgbd_f6"}
    config.training.update(epochs=150, temperature=0.5)
    config.recognition.epochs = 200
    config.published = PUBLISHED.get(variant, {})
    return config
