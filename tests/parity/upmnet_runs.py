# SPDX-License-Identifier: MIT
"""Complete trainings of the original uPMnet: their first steps, and their start weights without training."""

import pathlib
import re
from collections.abc import Iterator

import numpy as np

from tests.parity import reading, rows, upmnet_cmc
from tfskel.checkpoints import tf1
from tfskel.data import image_pixels
from tfskel.systems.upmnet import anchors as anchor_state
from tfskel.systems.upmnet import model as upmnet
from tfskel.systems.upmnet import original as names
from tfskel.systems.upmnet import schedules
from tfskel.systems.upmnet import trainer as training

SUMMARY, PICTURES = "summary.json", "walkers.npz"
STEPS = 3  # later ones are decided by rounding
RANKS = (1, 5, 10, 20)
UNTRAINED = "start_weights_with_their_own_moving_statistics_no_training"


def claims(path: pathlib.Path) -> bool:
    """Whether a path is a folder with summary, pictures and start weights."""
    return path.is_dir() and all((path / name).is_file() for name in (SUMMARY, PICTURES, "batches.npz"))


def compare(folder: pathlib.Path) -> Iterator[rows.Row]:
    """Rows of a folder."""
    row, summary = rows.Table("upmnet", folder.name), reading.load_settings(folder / SUMMARY)
    settings, pictures = summary["settings"], reading.load(folder / PICTURES)
    start = tf1.read(next(iter(folder.glob("*.index"))))
    height, width = map(int, re.findall(r"(\d+)x(\d+)", settings["image"])[-1])
    network = _network(settings, "local")
    names.start(network, start, statistics=True)
    yield from _untrained(row, network, pictures, (height, width), summary["baselines"].get(UNTRAINED, {}))
    for seed, batches in reading.load(folder / "batches.npz").items():
        for relation in upmnet.RELATIONS:
            recorded = np.loadtxt(folder / f"{seed}_{relation}.csv", delimiter=",", skiprows=1, usecols=1)
            network = _network(settings, relation)
            names.start(network, start)
            trainer = _trainer(settings, network, len(pictures["train_images"]))
            # the relation head of the original was drawn and not kept: only the first loss, with zero anchors, is known
            for step in range(STEPS if relation == "local" else 1):
                images = _prepared(pictures["train_images"][batches[step]], (height, width))
                ids = [pictures[f"train_{name}"][batches[step]].astype(np.int32) - 1 for name in ("tracklet", "camera")]
                loss = trainer.step(images, *ids)["association"]
                yield row(f"run/{relation}/{step}/{seed}", loss, recorded[step])


def _prepared(images: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return image_pixels.prepare(images, size).numpy()


def _network(settings: dict, relation: str) -> upmnet.PartNetwork:
    backbone, _, width = settings["backbone"].split()
    return upmnet.PartNetwork(backbone, settings["n_part"], relation, float(width), decay=settings["bn_decay"], seed=0)


def _trainer(settings: dict, network: upmnet.PartNetwork, samples: int) -> training.Trainer:
    factor = float(settings["decay"].split()[0])
    epochs = int(re.search(r"every (\d+) steps", settings["decay"])[1]) / settings["steps_per_epoch"]
    batch = settings["batch"]
    return training.Trainer(
        network,
        anchor_state.Anchors(settings["tracklets"], network.parts, network.features),
        settings["optimizer"],
        schedules.stepwise(settings["initial_learning_rate"], factor, epochs, samples, batch),
        schedules.warm_up(settings["warm_up_epochs"], samples, batch),
        weight_decay=settings["weight_decay"],
        margin=settings["margin"],
        rate=settings["eta"],
        clip=settings["grad_clip"],
        average=settings["ema_decay"],
    )


def _untrained(row: rows.Table, network, pictures: dict, size: tuple, recorded: dict) -> Iterator[rows.Row]:
    features = np.transpose(network(_prepared(pictures["test_images"], size)), (0, 2, 1))
    found = upmnet_cmc.both_directions([features], pictures["test_tracklet"], pictures["test_camera"])
    for name, protocol in (("prid", upmnet_cmc.FORWARD), ("ilids", upmnet_cmc.BOTH)):
        if name in recorded:
            cmc = protocol.retrieve(*found, max_rank=max(RANKS)).cmc
            yield row(f"untrained/{name}", [100 * cmc[rank - 1] for rank in RANKS], recorded[name])
