# SPDX-License-Identifier: MIT
"""CAGE on KS20. The paper reports rank-1 86.9 and nAUC 94.9 (family A).

python tools/run.py --config configs/cage_ks20.py
It reads the authors' arrays, see datasets_tfds/released/README.md. One view: --config configs/cage_ks20.py:0 (to 4:
0, 30, 90, 130 and 180 degrees).
"""

from configs import cage

PUBLISHED = {
    "": {"A rank1": 0.869, "A nAUC": 0.949},
    "0": {"A rank1": 0.444, "A nAUC": 0.848},
    "1": {"A rank1": 0.549, "A nAUC": 0.891},
    "2": {"A rank1": 0.550, "A nAUC": 0.878},
    "3": {"A rank1": 0.419, "A nAUC": 0.833},
    "4": {"A rank1": 0.534, "A nAUC": 0.893},
}


def get_config(view=""):
    """The recipe; `view` is "" for all views, or 0 to 4."""
    if view not in PUBLISHED:
        raise ValueError(f"KS20 has the views 0 to 4; received {view!r}. Leave it out for all views.")
    config = cage.base()
    config.dataset.update(name="released", probe="single")
    config.dataset.options = {"config": f"ks20_view{view}_f6" if view else "ks20_f6"}
    config.recognition.epochs = 800
    config.published = PUBLISHED[view]
    return config
