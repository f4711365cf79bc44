# SPDX-License-Identifier: MIT
"""CAGE on IAS-Lab. The paper reports rank-1 60.1 and nAUC 82.9 for probe A, 62.5 and 86.9 for B (family A).

python tools/run.py --config configs/cage_ias.py
It reads the authors' arrays, see datasets_tfds/released/README.md. Probe B: probe=b. Other pretext tasks: variant=ba,
prediction, sorting or plus (the paper reports 59.1 and 81.5, for B 62.2 and 86.2), see VARIANTS in configs/cage.py,
e.g. --config configs/cage_ias.py:probe=b,variant=plus.
Other lengths: --config.dataset.length=8 --config.dataset.options.config=ias_f8.
"""

from configs import arguments, cage

PUBLISHED = {
    ("la", "a"): {"A rank1": 0.601, "A nAUC": 0.829},
    ("la", "b"): {"A rank1": 0.625, "A nAUC": 0.869},
    ("plus", "a"): {"A rank1": 0.591, "A nAUC": 0.815},
    ("plus", "b"): {"A rank1": 0.622, "A nAUC": 0.862},
}


@arguments.accepts(probe=("a", "b"), variant=cage.VARIANTS)
def get_config(probe="a", variant="la"):
    """The recipe."""
    config = cage.base(variant)
    config.dataset.update(name="released", probe=probe)
    config.dataset.options = {"config": "ias_f6"}
    config.recognition.latest_best = False
    config.published = PUBLISHED.get((variant, probe), {})
    return config
