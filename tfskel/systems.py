# SPDX-License-Identifier: MIT
"""The registry of systems: recipe name -> class that builds its models and phases."""

import importlib

SYSTEMS = {
    "cage": "tfskel.training.cage_system:CAGESystem",
    "hi_mpc": "tfskel.training.hi_mpc_system:HiMPCSystem",
    "sm_sge": "tfskel.training.sm_sge_system:SMSGESystem",
}


def find(name: str) -> type:
    """The class of a system, imported on demand because it loads TensorFlow.

    Raises:
        ValueError: unknown name; the message lists those known.
    """
    if name not in SYSTEMS:
        raise ValueError(f"there is no system {name!r}; the systems are {', '.join(sorted(SYSTEMS))} (config.system).")
    module, _, attribute = SYSTEMS[name].partition(":")
    return getattr(importlib.import_module(module), attribute)
