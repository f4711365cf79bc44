# SPDX-License-Identifier: MIT
"""Joint distances on CASIA-B with estimated 3D joints, nm in nm; no published numbers.

python tools/run.py --config configs/joint_distances_casia_b.py
Another probe and gallery, joined by a dot: --config configs/joint_distances_casia_b.py:probe=cl.nm.
Estimated joints have no metres, so scale_free is the default here; every published sequence is a recording of its own,
so identities are told apart.
Mean pose and its change beside them: --config configs/joint_distances_casia_b.py:pose=True.
With metres: scale_free=False.
"""

from configs import arguments, joint_distances

PROBES = ("nm.nm", "bg.bg", "cl.cl", "bg.nm", "cl.nm")


@arguments.accepts(probe=PROBES, **joint_distances.ARGUMENTS)
def get_config(probe="nm.nm", pose=False, scale_free=True):
    """The recipe."""
    config = joint_distances.base(pose, scale_free)
    config.dataset.update(name="released", length=40, probe=probe.replace(".", "_"))
    config.dataset.options = {"config": "casia_b_f40"}
    config.training.classes = "identity"
    return config
