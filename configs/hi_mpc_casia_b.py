# SPDX-License-Identifier: MIT
"""Hi-MPC on CASIA-B with estimated 3D joints. The paper reports rank-1 85.5 and mAP 11.2 for nm in nm (family B).

python tools/run.py --config configs/hi_mpc_casia_b.py
Another probe and gallery, joined by a dot: --config configs/hi_mpc_casia_b.py:probe=cl.nm. Where both are one set,
ranks skip the nearest row and mAP the first probe, as in the original. The joints are centred on joint 0, the head.
"""

from configs import arguments, hi_mpc

# Probe and gallery -> rank-1 and mAP.
PUBLISHED = {
    "nm.nm": (0.855, 0.112),
    "bg.bg": (0.712, 0.17),
    "cl.cl": (0.702, 0.141),
    "bg.nm": (0.501, 0.075),
    "cl.nm": (0.272, 0.049),
}


@arguments.accepts(probe=PUBLISHED)
def get_config(probe="nm.nm"):
    """The recipe."""
    config = hi_mpc.base()
    config.dataset.update(name="released", length=40, probe=probe.replace(".", "_"))
    config.dataset.options = {"config": "casia_b_f40"}
    config.training.eps = 0.75
    config.published = dict(zip(("B rank1", "B mAP"), PUBLISHED[probe], strict=True))
    return config
