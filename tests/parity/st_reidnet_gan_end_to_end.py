# SPDX-License-Identifier: MIT
"""The whole training of ST-ReIDNet's GAN on recorded dancers and start weights, beside the original's curves.

python -m tests.parity.st_reidnet_gan_end_to_end FOLDER [SEED ...]

FOLDER holds the recordings "end_to_end"; some two minutes a seed on two cores. Batches are drawn anew: curves are
compared by their range over seeds; what is measured of the start weights is exact.
"""

import pathlib
import sys

import numpy as np

from tests import fakes
from tests.parity import reading, st_reidnet_gan
from tests.parity import st_reidnet_end_to_end as of_baseline
from tfskel.systems import base, fit
from tfskel.systems.st_reidnet import system
from tfskel.training import determinism

EVERY = 4  # so manieth image of a person


class Replay:
    """Recordings of a folder, and the product's training with their settings.

    Args:
        folder: with summary.json, dancers.npz and the start weights.
    """

    def __init__(self, folder: pathlib.Path):
        self.folder, self.summary = folder, reading.load_settings(folder / "summary.json")
        settings = self.summary["settings"]["gan"]
        self.epochs, height = settings["epochs"], settings["height_width"][0]
        train, test = of_baseline.splits(reading.load(folder / "dancers.npz"), height, EVERY)
        self.fit = fit.Fit(train, test, test, "probe", of_baseline.PROTOCOL)
        self.recipe = fakes.read_recipe("st_reidnet_dance_reid", **{
            "network.width": 8,
            "network.generator_width": settings["G_Dp_base_width"],
            "training.batch_size": settings["batch_triplets"],
            "training.epochs": settings["epochs"],
            "training.decay_epochs": 0,
            "training.learning_rate": settings["lr"],
            "training.skip_frames": settings["skip_frame"],
            "training.inter_rate": settings["inter_rate"],
            "training.start_encoder": str(folder / "resnet50_width8_start.npz"),
            "training.start_identity_discriminator": str(folder / "resnet18_width8_start.npz"),
        })  # fmt: skip

    def made(self, seed: int) -> system.STReIDNetSystem:
        """The networks with the start weights."""
        determinism.set_seed(seed)
        own = system.STReIDNetSystem(fakes.sections(self.recipe), len(self.fit.train.classes), seed)
        own.start()
        return own

    def losses(self, own: system.STReIDNetSystem) -> dict[str, np.ndarray]:
        """Losses of each step by their recorded names; trains the networks, at full rates as recorded."""
        phase, found = own.phase(system.GAN, self.fit), []
        for epoch in range(self.epochs):
            found += [phase.step(*batch) for batch in phase.batches(epoch)]
        return {name: np.array([float(step[ours]) for step in found]) for name, ours in st_reidnet_gan.LOSSES.items()}

    def metrics(self, own: system.STReIDNetSystem) -> dict[str, float]:
        """mAP, first-match and single-shot ranks in percent."""
        found = own.features(self.fit.probe, (base.MAIN,))[base.MAIN]
        return {name: 100 * value for name, value in self.fit.protocol.retrieve(found, found).metrics().items()}

    def curves(self, seed: int) -> np.ndarray:
        """Recorded losses of each step, by name."""
        return np.genfromtxt(self.folder / f"gan_seed{seed}.csv", delimiter=",", names=True)

    def evaluations(self, seed: int) -> list[dict[str, float]]:
        """Recorded metrics before the training and after each epoch."""
        evaluations = self.summary["gan"][f"gan_seed{seed}"]["evaluations"]
        return [of_baseline.recorded_metrics(evaluation) for evaluation in evaluations]


def main(folder: str, *seeds: str) -> None:
    """Prints our losses and metrics beside the recorded ones, which are in brackets."""
    replay = Replay(pathlib.Path(folder))
    for seed in map(int, seeds or ("1", "2", "3")):
        own, recorded = replay.made(seed), replay.evaluations(seed)
        of_baseline.show(f"GAN, seed {seed}, start weights", replay.metrics(own), recorded[0])
        curves = replay.curves(seed)
        for name, values in replay.losses(own).items():
            ours, theirs = (of_baseline.quarters(series).round(3) for series in (values, curves[name]))
            print(f"  {name}, quarters: {ours} ({theirs})")
        of_baseline.show("  trained", replay.metrics(own), recorded[-1])
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
