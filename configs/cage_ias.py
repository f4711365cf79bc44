# SPDX-License-Identifier: MIT
"""CAGE on IAS-Lab, probe A. The paper reports rank-1 60.1 and nAUC 82.9, for B 62.5 and 86.9 (family A).

python tools/run.py --config configs/cage_ias.py
It reads the authors' arrays, see datasets_tfds/released/README.md.
Probe B: --config configs/cage_ias.py:b. Other lengths:
--config.dataset.length=8 --config.dataset.options.config=ias_f8.
"""

from configs import cage

PUBLISHED = {"a": {"A rank1": 0.601, "A nAUC": 0.829}, "b": {"A rank1": 0.625, "A nAUC": 0.869}}


def get_config(probe="a"):
    """The recipe; `probe` is a or b."""
    config = cage.base()
    config.dataset.update(name="released", probe=probe)
    config.dataset.options = {"config": "ias_f6"}
    config.recognition.latest_best = False
    config.published = PUBLISHED.get(probe, {})
    return config
