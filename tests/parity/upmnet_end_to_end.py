# SPDX-License-Identifier: MIT
"""The whole training of uPMnet on recorded frames, start weights and batches, beside the original's curves.

python -m tests.parity.upmnet_end_to_end FOLDER [SEED ...]

FOLDER holds the recordings "end_to_end"; half a minute a seed on two cores.
"""

import pathlib
import sys

import numpy as np

from tests import fakes
from tests.parity import reading
from tfskel.data import frames, image_split
from tfskel.evaluation import protocols
from tfskel.systems import base
from tfskel.systems.upmnet import model, sampling, system
from tfskel.training import determinism

PROTOCOL = protocols.Protocol(pooling="max", both_directions=True)
WINDOW = 20  # steps whose mean loss is recorded


def split(recorded: dict, side: str, image_size: int) -> image_split.ImageSplit:
    """Recorded pictures as the product holds them."""
    import tensorflow as tf

    number = {name: recorded[f"{side}_{name}"] for name in ("tracklet", "camera", "person", "frame")}
    examples = [
        {
            "image": tf.io.encode_png(picture).numpy(),
            "identity": str(number["person"][row]),
            "camera": str(number["camera"][row]),
            "tracklet": f"{number['camera'][row]}/{number['tracklet'][row]}",
            "frame": int(number["frame"][row]),
            "path": f"{row}.png",
            "height": picture.shape[0],
            "width": picture.shape[1],
        }
        for row, picture in enumerate(recorded[f"{side}_images"])
    ]
    stored = frames.from_list(examples)
    return image_split.ImageSplit(stored, np.arange(len(stored)), image_size, sorted(set(stored.identity)))


class Replay:
    """Recordings of a folder, and the product's training with their settings.

    Args:
        folder: with summary.json, walkers.npz, batches.npz and the start weights.
    """

    def __init__(self, folder: pathlib.Path):
        self.folder, self.summary = folder, reading.load_settings(folder / "summary.json")
        settings = self.settings = self.summary["settings"]
        captured, size = settings["image"].split(" -> ")
        recorded, self.batches = (reading.load(folder / f"{name}.npz") for name in ("walkers", "batches"))
        height = int(size.partition("x")[0])
        self.train, self.test = (split(recorded, side, height) for side in ("train", "test"))
        self.recipe = fakes.read_recipe("upmnet_person_sim", **{
            "dataset.image_size": height,
            "network.width": float(settings["backbone"].split()[-1]),
            "network.parts": settings["n_part"],
            "network.decay": settings["bn_decay"],
            "training.steps": settings["steps"],
            "training.batch_size": settings["batch"],
            "training.optimizer": settings["optimizer"],
            "training.learning_rate": settings["initial_learning_rate"],
            "training.warm_up_epochs": settings["warm_up_epochs"],
            "training.margin": settings["margin"],
            "training.eta": settings["eta"],
            "training.weight_decay": settings["weight_decay"],
            "training.clip": settings["grad_clip"],
            "training.average": settings["ema_decay"],
            "training.start_weights": str(next(folder.glob("*start.ckpt.index")).with_suffix("")),
        })  # fmt: skip

    def untrained(self, seed: int) -> system.UPMNetSystem:
        """Untrained networks of both relations."""
        determinism.set_seed(seed)
        return system.UPMNetSystem(fakes.sections(self.recipe), len(self.train.classes), seed)

    def losses(self, trained: system.UPMNetSystem, relation: str, seed: int, steps: int | None = None) -> np.ndarray:
        """Association loss of each step on the recorded batches; trains the system's network."""
        drawn = sampling.Frames(self.train, self.settings["batch"], seed)
        trainer, found = trained.trainer(relation, drawn), []
        for rows in self.batches[f"seed{seed}"][:steps]:
            images = self.train.read(rows)
            losses = trainer.step(images, drawn.tracklet[rows], drawn.camera[rows])
            found.append(float(losses["association"]))
        return np.array(found)

    def curve(self, relation: str, seed: int) -> np.ndarray:
        """Recorded association loss of each step."""
        path = self.folder / f"seed{seed}_{relation}.csv"
        return np.loadtxt(path, delimiter=",", skiprows=1, usecols=1)

    def ranks(self, trained: system.UPMNetSystem) -> dict[str, list[float]]:
        """Rank-1, 5, 10 and 20 in percent, mean of both directions, of the features of each and of both networks."""
        found = trained.features(self.test, pool=PROTOCOL.pool)
        named = {"both": found[base.MAIN]} | {relation: found[relation] for relation in model.RELATIONS}
        return {name: list(100 * _retrieved(of_test).cmc[[0, 4, 9, 19]]) for name, of_test in named.items()}


def _retrieved(found):
    first = found.cameras == min(found.cameras)
    return PROTOCOL.retrieve(found.part(first), found.part(~first), max_rank=20)


def windows(losses: np.ndarray) -> np.ndarray:
    """Means over WINDOW steps."""
    return losses.reshape(-1, WINDOW).mean(axis=1)


def main(folder: str, *seeds: str) -> None:
    """Prints our losses and ranks beside the recorded ones."""
    replay = Replay(pathlib.Path(folder))
    for seed in map(int, seeds or ("1", "2", "3")):
        trained = replay.untrained(seed)
        for relation in model.RELATIONS:
            ours, recorded = replay.losses(trained, relation, seed), replay.curve(relation, seed)
            print(f"seed {seed}, {relation}: first losses {ours[:4].round(6)}, recorded {recorded[:4]}")
            for name, losses in (("ours", ours), ("recorded", recorded)):
                print(f"  means of {WINDOW} steps, {name:8} {windows(losses).round(3)}")
        recorded = replay.summary["runs"][f"seed{seed}"]["cmc_at_rank_1_5_10_20"][str(replay.settings["steps"])]
        for name, ranks in replay.ranks(trained).items():
            print(f"  rank-1, 5, 10, 20, {name:6} {np.round(ranks, 1)}, recorded {recorded[name]['ilids']}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
