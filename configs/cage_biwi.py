# SPDX-License-Identifier: MIT
"""CAGE on BIWI. The paper reports rank-1 62.9 and nAUC 86.8, with three tasks 63.3 and 88.3 (family A, one test set).

python tools/run.py --config configs/cage_biwi.py
It reads the authors' arrays, see datasets_tfds/released/README.md. With arrays that have two test sets: probe=walking
or probe=still. Other pretext tasks: variant=ba, prediction, sorting or plus, see VARIANTS in configs/cage.py, e.g.
--config configs/cage_biwi.py:probe=still,variant=plus.
"""

from configs import arguments, cage

PUBLISHED = {"la": {"A rank1": 0.629, "A nAUC": 0.868}, "plus": {"A rank1": 0.633, "A nAUC": 0.883}}


@arguments.accepts(probe=("single", "walking", "still"), variant=cage.VARIANTS)
def get_config(probe="single", variant="la"):
    """The recipe."""
    config = cage.base(variant)
    config.dataset.update(name="released", probe=probe)
    config.dataset.options = {"config": "biwi_f6"}
    config.training.drop_last_third = True
    config.published = PUBLISHED.get(variant, {})
    return config
