# SPDX-License-Identifier: MIT
"""uPMnet on the built-in rendered walkers: a few minutes on two cores, nothing to download.

python tools/run.py --config configs/upmnet_person_sim.py
Expect rank-1 46.2 of 40 persons with seed 1, 51.2 with seed 2 (colour histogram 52.5, untrained network 8.8 and 1.2);
it swings by ten points and more when only rounding changes. From random weights it takes 200 persons to learn from and
1200 steps or more to come near the histogram: with 40 persons rank-1 stays below 35, with 240 steps near 20.
Other networks: backbone=resnet_v1_50 (slower), relation=local or global, e.g.
--config configs/upmnet_person_sim.py:relation=local.
"""

from configs import arguments, upmnet


@arguments.accepts(backbone=upmnet.BACKBONES, relation=upmnet.RELATIONS)
def get_config(backbone="mobilenet_v1", relation="both"):
    """The recipe."""
    config = upmnet.base(backbone, relation)
    config.dataset.update(name="person_sim", image_size=128)
    config.dataset.options = {"set": "walkers", "seed": 0, "train_persons": 200}
    config.network.update(width=0.25, parts=4, decay=0.97)
    config.training.update(steps=1440, batch_size=32)
    return config
