# SPDX-License-Identifier: MIT
"""ST-ReIDNet on the built-in rendered dancers: some minutes on two cores, nothing to download.

python tools/run.py --config configs/st_reidnet_person_sim.py
Networks are an eighth and a sixteenth as wide as the published ones, begin with random weights and take rates of their
own: with those of the paper nothing visible happens in some hundred steps. Expect mAP 61.6 with seed 1 and 63.7 with
seed 2 (part=baseline: 41.9 and 51.2, and where only rounding differed 60.3 and 54.6; colour histogram 95.0, raw pixels
56.8, untrained network 38.6 and 22.8). Other parts: part=baseline, part=softmax, part=triplet, part=siamese; stage=1
and stage=2 go on from the weights of a run, see configs/st_reidnet_dance_reid.py.
"""

from configs import arguments, st_reidnet

# Stage of the GAN -> rates of encoder, generator and both discriminators; with its statistics fixed, in stage 2, the
# encoder diverges at the rate of stage 0.
RATES = {0: (5e-3, 2e-4, 1e-3), 1: (5e-3, 2e-4, 1e-3), 2: (1e-4, 2e-5, 1e-4)}


@arguments.accepts(part=st_reidnet.PARTS, stage=st_reidnet.RATES)
def get_config(part=st_reidnet.GAN, stage=0):
    """The recipe."""
    config = st_reidnet.base(part, stage)
    config.dataset.update(name="person_sim", probe="test")
    config.dataset.options = {"set": "dancers", "seed": 0}
    config.network.width = 8
    if part == st_reidnet.GAN:
        config.network.generator_width = 4
        # Dancers are not numbered as the original's lookup by training label needs it.
        config.training.update(batch_size=4, epochs=3, decay_epochs=1, skip_frames=1, neighbours="identity")
        encoder, generator, discriminator = RATES[stage]
        config.training.update(learning_rate=encoder, generator_rate=generator, discriminator_rate=discriminator)
        config.selection.every = 1
    else:
        config.dataset.image_size = 128
        config.training.update(batch_size=16, epochs=20, decay_epochs=15, learning_rate=0.02)
        config.selection.every = 5
    return config
