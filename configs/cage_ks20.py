# SPDX-License-Identifier: MIT
"""CAGE on KS20. The paper reports rank-1 86.9 and nAUC 94.9, with three tasks 92.0 and 94.9 (family A).

python tools/run.py --config configs/cage_ks20.py
It reads the authors' arrays, see datasets_tfds/released/README.md. One view: view=0 to 4 (0, 30, 90, 130 and 180
degrees). Other pretext tasks: variant=ba, prediction, sorting or plus, see VARIANTS in configs/cage.py, e.g.
--config configs/cage_ks20.py:view=3,variant=plus.
"""

from configs import arguments, cage

# Variant -> rank-1 and nAUC of all views, then of each.
PUBLISHED = {
    "la": {
        None: (0.869, 0.949),
        0: (0.444, 0.848),
        1: (0.549, 0.891),
        2: (0.550, 0.878),
        3: (0.419, 0.833),
        4: (0.534, 0.893),
    },
    "plus": {
        None: (0.920, 0.949),
        0: (0.488, 0.865),
        1: (0.536, 0.871),
        2: (0.549, 0.848),
        3: (0.445, 0.838),
        4: (0.575, 0.918),
    },
}


@arguments.accepts(view=range(5), variant=cage.VARIANTS)
def get_config(view=None, variant="la"):
    """The recipe; without a view, of all views."""
    config = cage.base(variant)
    config.dataset.update(name="released", probe="single")
    config.dataset.options = {"config": "ks20_f6" if view is None else f"ks20_view{view}_f6"}
    config.recognition.epochs = 800
    if variant in PUBLISHED:
        config.published = dict(zip(("A rank1", "A nAUC"), PUBLISHED[variant][view], strict=True))
    return config
