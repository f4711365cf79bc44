# SPDX-License-Identifier: MIT
"""The registry of systems: recipe name -> class that builds its models and phases."""

import importlib

SYSTEMS = {
    "cage": "tfskel.systems.cage.system:CAGESystem",
    "hi_mpc": "tfskel.systems.hi_mpc.system:HiMPCSystem",
    "joint_distances": "tfskel.systems.joint_distances.system:JointDistancesSystem",
    "sm_sge": "tfskel.systems.sm_sge.system:SMSGESystem",
    "st_reidnet": "tfskel.systems.st_reidnet.system:STReIDNetSystem",
    "upmnet": "tfskel.systems.upmnet.system:UPMNetSystem",
}


def module(name: str) -> str:
    """Import name of the module that defines a system.

    Raises:
        ValueError: unknown name; the message lists those known.
    """
    if name not in SYSTEMS:
        raise ValueError(f"there is no system {name!r}; the systems are {', '.join(sorted(SYSTEMS))} (config.system).")
    return SYSTEMS[name].partition(":")[0]


def find(name: str) -> type:
    """The class of a system, imported on demand because it loads TensorFlow; errors as `module`."""
    return getattr(importlib.import_module(module(name)), SYSTEMS[name].partition(":")[2])
