# SPDX-License-Identifier: MIT
"""The whole training of ST-ReIDNet's baseline on recorded dancers and start weights, beside the original's curves.

python -m tests.parity.st_reidnet_end_to_end FOLDER [SEED ...]

FOLDER holds the recordings "end_to_end"; one to two minutes a seed on two cores. Batches are drawn anew, so that curves
and metrics are compared by their range over seeds; what is measured of the start weights is exact.
"""

import pathlib
import sys

import ml_collections
import numpy as np

from tests.parity import reading
from tfskel import features
from tfskel.data import frames, image_split, recordings
from tfskel.evaluation import cmc, protocols
from tfskel.systems.st_reidnet import baseline, inputs, original, reid_network, sampling
from tfskel.training import determinism

PROTOCOL = protocols.Protocol(probe="test", gallery="test", exclude_same="camera", cmc=(cmc.SINGLE_SHOT,))
LOSSES = {"classification": "c", "triplet": "t", "total": "total", "accuracy": "acc"}  # ours -> recorded
QUARTERS = 4
# Recorded run of the baseline -> settings in which it differs from the first.
BASELINES = {
    "baseline": {"eraser": "off"},
    "baseline_eraser": {"eraser": "original", "lr": 5e-3, "epochs": 8, "step_size": 6},
}


def splits(recorded: dict, image_size: int, every: int = 1) -> tuple[image_split.ImageSplit, image_split.ImageSplit]:
    """Recorded dancers as the product holds them: train, and test, which is probe and gallery.

    Args:
        recorded: arrays of dancers.npz.
        image_size: height of what a model is fed.
        every: keeps so manieth images of a person.
    """
    import tensorflow as tf

    persons, videos = recorded["person"], recorded["video"]
    examples = [
        {
            "image": tf.io.encode_png(picture).numpy(),
            "identity": f"{persons[row]:04d}",
            "camera": str(recorded["frame"][row]),
            "tracklet": f"{videos[row]}/{persons[row]}",
            "frame": int(recorded["frame"][row]),
            "path": f"{persons[row]:04d}_{recorded['frame'][row]:06d}.png",
            "height": picture.shape[0],
            "width": picture.shape[1],
            "pose": recorded["joints17_xy"][row],
        }
        for row, picture in enumerate(recorded["images"])
    ]
    stored = frames.from_list(examples)
    kept = np.concatenate([np.flatnonzero(persons == person)[::every] for person in np.unique(persons)])
    named = {f"video{video}": sorted(set(stored.identity[videos == video].tolist())) for video in np.unique(videos)}
    rows = [kept[recorded["is_test"][kept] == side] for side in (False, True)]
    classes = recordings.sorted_identities(stored.identity[rows[0]])
    made = [image_split.ImageSplit(stored, of_side, image_size, classes, named, "torchvision") for of_side in rows]
    return tuple(made)


def metrics(represent, test: image_split.ImageSplit) -> dict[str, float]:
    """mAP, first-match and single-shot ranks in percent of (n, h, w, 3) images' features."""
    found = features.extract(lambda rows: {"main": represent(test.read(rows))}, test, 48)["main"]
    return {name: 100 * value for name, value in PROTOCOL.retrieve(found, found).metrics().items()}


def recorded_metrics(evaluation: dict) -> dict[str, float]:
    """An evaluation of summary.json by our names."""
    forms = {"": "market1501", f" {cmc.SINGLE_SHOT}": "cuhk03"}
    ranks = {
        f"rank{rank}{mark}": 100 * value
        for mark, form in forms.items()
        for rank, value in zip((1, 5, 10), evaluation[form], strict=True)
    }
    return {"mAP": 100 * evaluation["mAP"]} | ranks


def quarters(values) -> np.ndarray:
    """Means over the quarters of a run."""
    return np.reshape(values, (QUARTERS, -1)).mean(axis=1)


class Baseline:
    """Recordings of a folder, and the product's baseline with their settings.

    Args:
        folder: with summary.json, dancers.npz and the start weights.
        run: one of BASELINES.
    """

    def __init__(self, folder: pathlib.Path, run: str = "baseline"):
        self.folder, self.run, self.summary = folder, run, reading.load_settings(folder / "summary.json")
        self.settings = ml_collections.ConfigDict(self.summary["settings"]["baseline"] | BASELINES[run])
        self.train, self.test = splits(reading.load(folder / "dancers.npz"), self.settings.height_width[0])
        self.start = reading.load(folder / "resnet50_width8_start.npz")

    def untrained(self, seed: int) -> reid_network.ReIDNetwork:
        """The network with the start weights."""
        determinism.set_seed(seed)
        classes = len(self.train.classes)
        network = reid_network.ReIDNetwork(50, 8, classes=classes, test_bn=True, seed=seed)
        original.start(network, self.start)
        return network

    def losses(self, network: reid_network.ReIDNetwork, seed: int) -> dict[str, np.ndarray]:
        """What each step of a training reports; trains the network."""
        settings, found = self.settings, []
        trainer = baseline.Trainer(network, "adam", settings.lr, settings.step_size)
        sampler = sampling.InstanceTriplets(self.train, seed)
        for epoch in range(settings.epochs):
            trainer.start_epoch(epoch)
            tuples = list(sampler.batches(epoch, settings.batch_triplets))
            images = inputs.baseline_batches(self.train, tuples, settings, seed, epoch * len(tuples))
            for rows, batch in zip(tuples, images, strict=True):
                found.append(trainer.step(batch, self.train.labels[rows].astype(np.int32)))
        return {name: np.array([float(step[name]) for step in found]) for name in LOSSES}

    def metrics(self, network: reid_network.ReIDNetwork) -> dict[str, float]:
        """Of the features behind the neck."""
        return metrics(network, self.test)

    def curve(self, name: str, seed: int) -> np.ndarray:
        """Recorded value of each step."""
        return np.genfromtxt(self.folder / f"{self.run}_seed{seed}.csv", delimiter=",", names=True)[LOSSES[name]]

    def evaluations(self, seed: int) -> list[dict[str, float]]:
        """Recorded metrics before the training and after each epoch."""
        evaluations = self.summary["baseline"][f"{self.run}_seed{seed}"]["evaluations"]
        return [recorded_metrics(evaluation) for evaluation in evaluations[: 1 + self.settings.epochs]]


def show(label: str, found: dict[str, float], recorded: dict[str, float]) -> None:
    """Prints metrics beside recorded ones."""
    print(f"{label}: " + ", ".join(f"{name} {found[name]:.2f} ({value:.2f})" for name, value in recorded.items()))


def compare_baseline(folder: pathlib.Path, seed: int) -> None:
    """Prints losses and metrics of the recorded runs of a seed beside ours."""
    for run in BASELINES:
        if not (folder / f"{run}_seed{seed}.csv").is_file():
            continue
        replay = Baseline(folder, run)
        network, recorded = replay.untrained(seed), replay.evaluations(seed)
        show(f"{run}, seed {seed}, start weights", replay.metrics(network), recorded[0])
        for name, values in replay.losses(network, seed).items():
            print(f"  {name}, quarters: {quarters(values).round(3)} ({quarters(replay.curve(name, seed)).round(3)})")
        show("  trained", replay.metrics(network), recorded[-1])


def main(folder: str, *seeds: str) -> None:
    """Prints our losses and metrics beside the recorded ones, which are in brackets."""
    for seed in map(int, seeds or ("1", "2", "3")):
        compare_baseline(pathlib.Path(folder), seed)
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
