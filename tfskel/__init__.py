# SPDX-License-Identifier: MIT
"""Person re-identification from skeletons: faithful ports in TensorFlow 2 and Keras 3.

    embedder = tfskel.load("joint_distances_kinect_v1")  # of the package; or a run's folder or file
    identifier = tfskel.Identifier.load("joint_distances_kinect_v1")

Names are imported when they are first used, so that `import tfskel` is cheap.
"""

import importlib

__version__ = "0.1.0"

# Name -> where it is defined.
_NAMES = {
    "load": "tfskel.inference",
    "Embedder": "tfskel.inference",
    "Gallery": "tfskel.inference",
    "Identifier": "tfskel.identifier",
    "Features": "tfskel.features",
    "extract": "tfskel.features",
    "retrieve": "tfskel.evaluation.ranking",
    "cluster": "tfskel.clustering",
    "SKELETONS": "tfskel.skeletons",
    "SYSTEMS": "tfskel.systems",
}
__all__ = ["__version__", *_NAMES]


def __getattr__(name: str):
    if name not in _NAMES:
        raise AttributeError(f"module 'tfskel' has no attribute {name!r}; it offers {', '.join(__all__)}.")
    return getattr(importlib.import_module(_NAMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
